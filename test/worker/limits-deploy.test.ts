// Limits that are others since the last deploy, rates by the real clock, and a Redis that loses replies.

import { describe, expect, it, onTestFinished } from 'vitest'
import type { JobLimits } from '../../src/job/job.ts'
import { eventually } from '../support/eventually.ts'
import { Gate } from '../support/gate.ts'
import { type World, world } from '../support/world.ts'

async function allEnded({ resque }: World, processed: number): Promise<void> {
  await eventually(async () => expect((await resque.stats()).processed).toBe(processed))
}

/** Jobs of a class with this limit, one of which is performed while the others are parked. */
async function parked(here: World, limits: JobLimits, jobs: number) {
  const gate = new Gate()
  onTestFinished(() => gate.open())
  class Mail {
    static limits = limits
    async perform(): Promise<void> {
      await gate.pass()
    }
  }
  const items = Array.from({ length: jobs }, () => ({ job: 'Mail', queue: 'q', args: ['ann'] }))
  await here.resque.enqueueBulk(items)
  const worker = here.worker({ queues: 'q', jobs: { Mail } })
  await worker.start()
  await eventually(() => expect(gate.arrivals).toBe(1))
  await eventually(async () => {
    const [list] = await here.rooms.running.limits.parked()
    expect(list?.count).toBe(jobs - 1)
  })
  return { gate, worker }
}

/** Each parked list is due to be looked at, as it is every quarter of a minute. */
async function becomeDue({ redis, keys }: World): Promise<void> {
  for (const limit of await redis.zrange(keys.limitsDue, '0', '-1'))
    await redis.zadd(keys.limitsDue, 0, limit)
}

describe('a limit that is another one since the last deploy', () => {
  it.each<[string, JobLimits, JobLimits | undefined, number]>([
    ['higher', { concurrency: 1 }, { concurrency: 4 }, 3],
    ['gone', { concurrency: 1 }, undefined, 9],
    ['without its key', { concurrency: 1, key: (user: string) => user }, { concurrency: 5 }, 5],
    ['by a key', { concurrency: 1 }, { concurrency: 2, key: () => 'all' }, 2],
    ['a rate', { concurrency: 1 }, { rate: { count: 6, seconds: 1_000 } }, 6],
  ])('and is %s lets the parked jobs go', async (_how, before, after, more) => {
    const here = world()
    const { gate, worker: old } = await parked(here, before, 10)
    old.pause() // it would park again what the new one lets go
    await becomeDue(here)
    let now = 0
    class Mail {
      static limits: JobLimits = after ?? {}
      async perform(): Promise<void> {
        now++
        await gate.pass()
      }
    }
    if (after === undefined) Reflect.deleteProperty(Mail, 'limits')
    await here.worker({ queues: 'q', jobs: { Mail }, concurrency: 20 }).start()
    await eventually(() => expect(now).toBe(more))
    gate.open()
  })

  it('and whose class is gone leaves its jobs to workers that have it, for ten minutes', async () => {
    const here = world()
    const { gate } = await parked(here, { concurrency: 1 }, 3)
    const failed = async () => (await here.resque.failed.list()).map(({ exception }) => exception)
    const without = async (overdueMs: number): Promise<void> => {
      await here.redis.zadd(here.keys.limitsDue, Date.now() - overdueMs, 'class/Mail')
      const worker = here.worker({ queues: 'q', jobs: {} })
      await worker.start()
      await here.resque.enqueueTo('q', 'Probe')
      await eventually(async () => expect(await failed()).toContain('UnknownJobError'))
      await worker.stop()
    }
    await without(300_000)
    expect(await here.rooms.running.limits.parked()).toMatchObject([{ count: 2 }])
    // The worker that has the class and holds its place may look just then, and put the look off.
    await eventually(
      async () => {
        await here.redis.del(here.keys.failed)
        await without(700_000)
        expect(await here.rooms.running.limits.parked()).toEqual([])
      },
      { timeoutMs: 20_000, intervalMs: 50 },
    )
    gate.open()
  })
})

describe('a rate', () => {
  it('is used up window by window, without anybody asking in between', async () => {
    const here = world()
    class Mail {
      static limits = { rate: { count: 5, seconds: 0.4 } }
      perform(): void {}
    }
    const beginMs = Date.now()
    await here.resque.enqueueBulk(Array.from({ length: 18 }, () => ({ job: 'Mail', queue: 'q' })))
    const workers = [1, 2].map(() => here.worker({ queues: 'q', jobs: { Mail }, intervalSeconds: 3_000 }))
    await Promise.all(workers.map((worker) => worker.start()))
    await allEnded(here, 18)
    expect(Date.now() - beginMs).toBeGreaterThanOrEqual(3 * 400)
  })

  it('of a queue is, too', async () => {
    const here = world()
    class Mail {
      perform(): void {}
    }
    const limits = { queues: { q: { rate: { count: 5, seconds: 0.4 } } } }
    const beginMs = Date.now()
    await here.resque.enqueueBulk(Array.from({ length: 18 }, () => ({ job: 'Mail', queue: 'q' })))
    await here.worker({ queues: 'q', jobs: { Mail }, limits, intervalSeconds: 3_000 }).start()
    await allEnded(here, 18)
    expect(Date.now() - beginMs).toBeGreaterThanOrEqual(3 * 400)
  })
})
