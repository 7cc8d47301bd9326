// resque workers: who works, and what they are told from a terminal.

import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { joinProcess } from '../support/process.ts'
import { world } from '../support/world.ts'
import { callerOf } from './resque-call.ts'

class Held {
  static queue = 'low'
  static until: Promise<void> = Promise.resolve()
  async perform(): Promise<void> {
    await Held.until
  }
}

test('show tells of one process what is known of it', async () => {
  const here = world()
  let finish = (): void => undefined
  Held.until = new Promise((resolve) => {
    finish = resolve
  })
  await here.worker({ queues: 'low,high', jobs: [Held], concurrency: 2 }).start()
  const id = await here.resque.enqueue(Held)
  const call = callerOf(here)
  await eventually(async () => {
    const { out } = await call('workers', 'show', `${hostname()}:${process.pid}`)
    expect(out).toMatch(/^state {6}running$/m)
    expect(out).toMatch(/^queues {5}low,high$/m)
    expect(out).toMatch(/^jobs {7}1 in hand of 2; 0 performed, 0 failed$/m)
    expect(out).toMatch(new RegExp(`^in hand {4}Held\\(\\) from low since \\S+ {2}${id}$`, 'm'))
  })
  const slot = `${hostname()}:${process.pid}:low,high:2`
  expect((await call('workers', 'show', slot, '--json')).json()).toMatchObject({ slots: 2, isOurs: true })
  expect(await call('workers', 'show', 'nowhere:1:q')).toMatchObject({ code: 1 })
  finish()
})

test('quiet, resume and stop tell the processes that are meant, and name them', async () => {
  const here = world()
  await here.worker({ queues: 'low', jobs: [Held] }).start()
  const call = callerOf(here)
  const [{ id } = { id: '' }] = await here.resque.workers.processes()
  const state = async (): Promise<string | undefined> => (await here.resque.workers.find(id))?.state
  expect(await call('workers', 'quiet', id)).toMatchObject({
    code: 0,
    out: `${id}\n1 worker process was told to take no new jobs\n`,
  })
  await eventually(async () => expect(await state()).toBe('quiet'))
  expect((await call('workers', 'resume', '--host', hostname(), '--json')).json()).toEqual({ told: [id] })
  await eventually(async () => expect(await state()).toBe('running'))
  await call('workers', 'stop', '--all')
  await eventually(async () => expect(await here.resque.workers.list()).toEqual([]))
  expect(await call('workers', 'stop', '--all')).toMatchObject({ code: 1 })
})

test('who is meant has to be said, and once', async () => {
  const call = callerOf(world())
  expect(await call('workers', 'quiet')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/which worker/),
  })
  const both = await call('workers', 'quiet', 'web1:1:q', '--all')
  expect(both).toMatchObject({ code: 2, err: expect.stringMatching(/only one of/) })
  expect(await call('workers', 'quite', 'x')).toMatchObject({ err: expect.stringMatching(/"quiet"/) })
  const none = await call('workers', 'scale', 'many', 'web1:1')
  expect(none).toMatchObject({ code: 2, err: expect.stringMatching(/"many" is no number of processes/) })
})

test('remove takes a worker off the list that is gone, and a living one only by force', async () => {
  const here = world()
  await here.redis.rpush(here.keys.queue('mail'), '{"class":"A","args":[]}')
  const process = await joinProcess(here, 'mail', 2)
  await process.take('mail', 1)
  const call = callerOf(here)
  const { workerId } = process.holder
  const refused = await call('workers', 'remove', workerId)
  expect(refused).toMatchObject({ code: 2, err: expect.stringMatching(/last sign of life.*--force/) })
  expect(await call('workers', 'remove', workerId, '--force')).toMatchObject({
    code: 0,
    out: `removed ${workerId}; 1 job went back to the queue, 0 to the failed list\n`,
  })
  expect(await here.redis.llen(here.keys.queue('mail'))).toBe(1)
  expect(await call('workers', 'remove', workerId)).toMatchObject({ code: 1 })
})
