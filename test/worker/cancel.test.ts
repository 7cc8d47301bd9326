// A running job that is cancelled, in the worker's own process: it is told, and what it does then counts.

import { expect, it, onTestFinished } from 'vitest'
import { Job } from '../../src/job/job.ts'
import { eventually } from '../support/eventually.ts'
import { Gate } from '../support/gate.ts'
import { type World, world } from '../support/world.ts'

interface Told extends World {
  readonly id: string
  readonly gate: Gate
  readonly told: string[]
}

/** A job in hand that does as it is told to when its signal aborts. */
async function running(how: 'rejects' | 'resolves' | 'hears nothing'): Promise<Told> {
  const here = world()
  const gate = new Gate()
  onTestFinished(() => gate.open())
  class Long extends Job {
    static retry = { limit: 3 }
    perform(): Promise<unknown> {
      const { signal } = this.job
      if (how === 'hears nothing') return gate.pass().then(() => 'done')
      return new Promise((resolve, reject) => {
        gate.arrivals++
        signal.addEventListener('abort', () => (how === 'resolves' ? resolve('done') : reject(signal.reason)))
      })
    }
  }
  const worker = here.worker({ queues: 'q', jobs: [Long] })
  const told: string[] = []
  for (const name of ['cancelled', 'completed', 'failed', 'retried'] as const)
    worker.on(name, () => told.push(name))
  await worker.start()
  const id = String(await here.resque.enqueueTo('q', 'Long'))
  await eventually(() => expect(gate.arrivals).toBe(1))
  return { ...here, id, gate, told }
}

it('is cancelled when it fails after it was told, whatever its class says of retries', async () => {
  const here = await running('rejects')
  expect(await here.resque.cancel(here.id)).toBe(true)
  expect(await here.resque.waitFor(here.id)).toMatchObject({ state: 'cancelled', attempts: 1 })
  expect(here.told).toEqual(['cancelled'])
  expect(await here.resque.failed.count()).toBe(0)
  expect((await here.allKeys()).filter((key) => /attempts|deaths|delayed/.test(key))).toEqual([])
})

it('is complete when it ends well all the same', async () => {
  const here = await running('resolves')
  expect(await here.resque.cancel(here.id)).toBe(true)
  expect(await here.resque.waitFor(here.id)).toMatchObject({ state: 'complete', result: 'done' })
  expect(here.told).toEqual(['completed'])
})

it('goes on when it heeds no signal, and is complete when it is done', async () => {
  const here = await running('hears nothing')
  expect(await here.resque.cancel(here.id)).toBe(true)
  expect((await here.resque.status(here.id))?.state).toBe('running')
  here.gate.open()
  expect(await here.resque.waitFor(here.id)).toMatchObject({ state: 'complete' })
})

it('is told by the next look when the message was missed', async () => {
  const here = await running('rejects')
  const [mark] = await marksFor(here)
  await here.redis.sadd(here.keys.workerCancels(mark?.workerId ?? ''), mark?.text ?? '')
  expect(await here.resque.waitFor(here.id)).toMatchObject({ state: 'cancelled' })
})

/** What request-cancel.lua would note, and nobody is told of. */
async function marksFor({ redis, keys, id }: World & { readonly id: string }) {
  const workers = await redis.smembers(keys.workers)
  const records = await Promise.all(workers.map((worker) => redis.get(keys.worker(worker))))
  return records.flatMap((record, index) => {
    const token = record?.includes(id) ? /"token":"([^"]+)"/.exec(record)?.[1] : undefined
    const worker = workers[index] ?? ''
    const [, base = worker, slot = '1'] = /^(.+:q):(\d+)$/.exec(worker) ?? []
    return token === undefined ? [] : [{ workerId: base, text: `${token} ${slot}` }]
  })
}
