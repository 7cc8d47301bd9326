// A command whose answer never came is sent again over a new connection, and then the first one arrives after
// all: a network may hold it back for minutes. It must not enqueue a job twice, nor write over a job in hand.

import { expect, it } from 'vitest'
import { scripts } from '../../src/redis/script.ts'
import { runsScript, startProxy } from '../support/chaos-proxy.ts'
import { eventually } from '../support/eventually.ts'
import {
  atEnd,
  bringToEnd,
  expectOnePlaceEach,
  hurry,
  journeyWorker,
  performances,
  stations,
} from '../support/journey.ts'
import { type World, world } from '../support/world.ts'

type Late = (w: World) => Promise<unknown>

/** Catches the first call of a script, which breaks the connection, and lets it arrive when told to. */
async function caught(w: World, script: string, nth = 1): Promise<{ url: string; arrive: Late }> {
  const proxy = atEnd(await startProxy(w.url))
  const match = runsScript(scripts.get(script)?.sha ?? '')
  const trap = proxy.trap({ match, when: 'before', nth, action: () => 'drop' as const })
  const arrive: Late = async ({ redis }) => {
    const [, , ...words] = await trap.sprung
    return redis.eval(scripts.get(script)?.text ?? '', ...(words as [string, ...string[]]))
  }
  return { url: proxy.url, arrive }
}

async function expectOnceEach(w: World, count: number): Promise<void> {
  await hurry(w)
  await bringToEnd(w)
  const ended = await stations(w)
  await expectOnePlaceEach(w, ended)
  expect(ended.size).toBe(count)
  expect([...(await performances(w)).values()]).toEqual(Array.from({ length: count }, () => 1))
}

it('a late push of a job that waits already enqueues nothing', async () => {
  const w = world()
  const { url, arrive } = await caught(w, 'push-one')
  await w.client({ redis: url }).enqueueTo('mail', 'Note')
  await arrive(w)
  await expectOnceEach(w, 1)
})

it('a late push of a job that has been performed enqueues nothing', async () => {
  const w = world()
  const { url, arrive } = await caught(w, 'push-one')
  await w.client({ redis: url }).enqueueTo('mail', 'Note')
  await bringToEnd(w)
  await arrive(w)
  await expectOnceEach(w, 1)
})

it('a late delay of a job that is delayed already adds nothing', async () => {
  const w = world()
  const { url, arrive } = await caught(w, 'delay-one')
  const id = await w.client({ redis: url }).enqueueInWithQueue('mail', 3_600, 'Note')
  await arrive(w)
  expect(await w.resque.status(String(id))).toMatchObject({ state: 'delayed', class: 'Note', queue: 'mail' })
  await expectOnceEach(w, 1)
})

it('a late delay of many jobs that are delayed already adds nothing', async () => {
  const w = world()
  const { url, arrive } = await caught(w, 'delay')
  const items = [60, 3_600, 60].map((seconds) => ({ job: 'Note', queue: 'mail', in: seconds }))
  await w.client({ redis: url }).enqueueBulk(items)
  await arrive(w)
  expect(await w.resque.delayed.count()).toBe(3)
  await expectOnceEach(w, 3)
})

it('a late delay of a job that was cancelled adds nothing', async () => {
  const w = world()
  const { url, arrive } = await caught(w, 'delay-one')
  const id = String(await w.client({ redis: url }).enqueueInWithQueue('mail', 3_600, 'Note'))
  expect(await w.resque.cancel(id)).toBe(true)
  await arrive(w)
  expect([...(await stations(w))]).toEqual([[id, ['cancelled']]])
})

it('a late reservation of a slot whose job is in hand leaves that job alone', async () => {
  const w = world()
  await w.resque.enqueueTo('mail', 'Stubborn')
  const { url, arrive } = await caught(w, 'settle')
  const worker = w.worker({
    ...journeyWorker(w, { hang: true }),
    redis: url,
    concurrency: 1,
    termTimeoutSeconds: 0,
  })
  await worker.start()
  await eventually(async () => expect((await performances(w)).size).toBe(1))
  await w.resque.enqueueTo('mail', 'Note')
  await arrive(w)
  expect([...(await stations(w)).values()].flat().sort()).toEqual(['running', 'waiting'])
  await worker.stop()
  expect([...(await stations(w)).values()]).toEqual([['waiting'], ['waiting']])
})

it('a late reservation of an empty slot is performed at the next call', async () => {
  const w = world()
  const { url, arrive } = await caught(w, 'settle')
  const worker = w.worker({ ...journeyWorker(w), redis: url, concurrency: 1 })
  await worker.start()
  const first = String(await w.resque.enqueueTo('mail', 'Note'))
  expect((await w.resque.waitFor(first))?.state).toBe('complete')
  worker.pause()
  await w.resque.enqueueTo('mail', 'Note')
  await arrive(w)
  expect([...(await stations(w)).values()].flat().sort()).toEqual(['complete', 'running'])
  worker.resume()
  await eventually(async () => expect((await performances(w)).size).toBe(2))
  await worker.stop()
  await expectOnceEach(w, 2)
})
