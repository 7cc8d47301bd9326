// The verbs: which queue, which time, which id.

import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { Job } from '../../src/job/job.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { type World, world } from '../support/world.ts'

const now = 1_798_761_600

class SendEmail extends Job {
  static queue = 'mail'
  perform(_to: string, _options?: object): void {}
}

class Homeless {
  perform(_n: number): void {}
}

class Quiet {
  static queue = 'mail'
  static track = false
  perform(): void {}
}

async function waiting({ resque }: World, queue: string): Promise<unknown[]> {
  return (await resque.queues.peek(queue)).map((text) => (JSON.parse(text) as { args: unknown }).args)
}

describe('a job', () => {
  it("goes into its class's queue, into the default one, or into the one named", async () => {
    const here = world({ defaultQueue: 'low' })
    await here.resque.enqueue(SendEmail, 'ann')
    await here.resque.enqueue(Homeless, 1)
    await here.resque.enqueue('Anything', 2)
    await here.resque.enqueueTo('high', SendEmail, 'bob')
    await here.resque.enqueueTo('high', 'Anything', 3, { deep: [null] })
    expect(await waiting(here, 'mail')).toEqual([['ann']])
    expect(await waiting(here, 'low')).toEqual([[1], [2]])
    expect(await waiting(here, 'high')).toEqual([['bob'], [3, { deep: [null] }]])
  })

  it('is due at a Date, a DateTime or unix seconds, in the queue of its class or the one named', async () => {
    const here = world({ clock: new ManualClock() })
    await here.resque.enqueueAt(new Date((now + 5) * 1000), SendEmail, 'date')
    await here.resque.enqueueAt(DateTime.fromSeconds(now + 5), SendEmail, 'luxon')
    await here.resque.enqueueAt(now + 5, SendEmail, 'seconds')
    await here.resque.enqueueAt(now + 4.001, SendEmail, 'rounded up')
    await here.resque.enqueueIn(5, SendEmail, 'in')
    await here.resque.enqueueIn(4.5, SendEmail, 'in, rounded up')
    await here.resque.enqueueAtWithQueue('high', now + 5, SendEmail, 'at, named')
    await here.resque.enqueueInWithQueue('high', 5, 'Anything', 'in, named')
    const due = await here.resque.delayed.peek(now + 5)
    expect(due.map(({ args, queue }) => [args[0], queue])).toEqual([
      ['date', 'mail'],
      ['luxon', 'mail'],
      ['seconds', 'mail'],
      ['rounded up', 'mail'],
      ['in', 'mail'],
      ['in, rounded up', 'mail'],
      ['at, named', 'high'],
      ['in, named', 'high'],
    ])
  })

  it('of a class that says so is not tracked', async () => {
    const here = world()
    const id = await here.resque.enqueue(Quiet)
    expect(await here.resque.status(id ?? '')).toBeNull()
    expect(await here.allKeys()).toEqual(['queue:mail', 'queues'])
  })

  it('has an id of its own each time', async () => {
    const { resque } = world()
    const ids = await Promise.all(Array.from({ length: 500 }, () => resque.enqueue(SendEmail, 'ann')))
    expect(new Set(ids).size).toBe(500)
    expect(await resque.queues.size('mail')).toBe(500)
  })

  it('keeps the place among others of one client', async () => {
    const here = world()
    const numbers = Array.from({ length: 300 }, (_, index) => index)
    await Promise.all(numbers.map((n) => here.resque.enqueueTo('q', 'A', n)))
    expect(
      (await here.resque.queues.peek('q', 0, 300)).map(
        (text) => (JSON.parse(text) as { args: [number] }).args[0],
      ),
    ).toEqual(numbers)
  })

  it.each([-3_600_000, -1_500, 1_500, 3_600_000])(
    "is planned by Redis's clock, and not early, when this machine's is %d ms off",
    async (offMs) => {
      const atRedis = new ManualClock()
      const there = world({ clock: atRedis })
      const client = there.client({ clock: new ManualClock(atRedis.nowMs() + offMs) })
      Object.assign(client.rooms.store, { scriptNow: () => String(atRedis.nowMs()) })
      await client.enqueueTo('mail', 'A')
      const id = await client.enqueueInWithQueue('mail', 600, 'A')
      const dueMs = (await there.resque.status(id ?? ''))?.dueAt?.getTime() ?? 0
      expect(dueMs - atRedis.nowMs()).toBe(600_000)
    },
  )

  it('may carry 16 MB of args', async () => {
    const { resque } = world()
    await resque.enqueue(SendEmail, 'x'.repeat(15 * 1024 * 1024))
    const [payload] = await resque.queues.peek('mail')
    expect(payload?.length).toBeGreaterThan(15 * 1024 * 1024)
  })
})
