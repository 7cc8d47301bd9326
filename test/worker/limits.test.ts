// Limits of classes and of queues, as jobs meet them: never more than so many, nobody else held up, nothing lost.

import { describe, expect, it, onTestFinished } from 'vitest'
import type { JobClass } from '../../src/job/job.ts'
import { eventually } from '../support/eventually.ts'
import { Gate } from '../support/gate.ts'
import { type World, world } from '../support/world.ts'

/** Counts how many perform at a time, by key. */
class Meter {
  readonly #now = new Map<string, number>()
  readonly most = new Map<string, number>()
  readonly order: unknown[] = []

  enter(key: string, arg: unknown): void {
    const now = (this.#now.get(key) ?? 0) + 1
    this.#now.set(key, now)
    this.most.set(key, Math.max(this.most.get(key) ?? 0, now))
    this.order.push(arg)
  }

  leave(key: string): void {
    this.#now.set(key, (this.#now.get(key) ?? 0) - 1)
  }
}

function gate(): Gate {
  const made = new Gate()
  onTestFinished(() => made.open())
  return made
}

async function allEnded({ resque }: World, processed: number): Promise<void> {
  await eventually(async () => expect((await resque.stats()).processed).toBe(processed))
}

/** A class whose jobs the meter counts, at most so many of them at a time. */
function metered(meter: Meter, concurrency: number): JobClass {
  return class {
    static limits = { concurrency }
    async perform(index: number): Promise<void> {
      meter.enter('all', index)
      await new Promise((resolve) => setImmediate(resolve))
      meter.leave('all')
    }
  }
}

async function nothingLeft(here: World): Promise<void> {
  const left = (await here.allKeys()).filter(
    (key) => key.startsWith('limit:') && !key.startsWith('limit:starts:'),
  )
  expect(left).toEqual([])
}

describe('a class with a limit', () => {
  it('is never performed by more at a time, over all workers', async () => {
    const here = world()
    const meter = new Meter()
    const jobs = Array.from({ length: 200 }, (_, index) => ({ job: 'Few', queue: 'q', args: [index] }))
    await here.resque.enqueueBulk(jobs)
    const workers = [1, 2].map(() =>
      here.worker({ queues: 'q', jobs: { Few: metered(meter, 3) }, concurrency: 20 }),
    )
    await Promise.all(workers.map((worker) => worker.start()))
    await allEnded(here, 200)
    expect(meter.most.get('all')).toBe(3)
    expect(meter.order).toHaveLength(200)
    await nothingLeft(here)
  })

  it('takes its jobs in their order, also when they had to wait', async () => {
    const here = world()
    const meter = new Meter()
    const jobs = Array.from({ length: 60 }, (_, index) => ({ job: 'One', queue: 'q', args: [index] }))
    await here.resque.enqueueBulk(jobs)
    await here.worker({ queues: 'q', jobs: { One: metered(meter, 1) }, concurrency: 7 }).start()
    await allEnded(here, 60)
    expect(meter.most.get('all')).toBe(1)
    expect(meter.order).toEqual(jobs.map((_, index) => index))
  })

  it('does not hold up the jobs behind it in the same queue', async () => {
    const here = world()
    const closed = gate()
    const others: number[] = []
    class One {
      static limits = { concurrency: 1 }
      async perform(): Promise<void> {
        await closed.pass()
      }
    }
    class Other {
      perform(index: number): void {
        others.push(index)
      }
    }
    const limited = Array.from({ length: 50 }, () => ({ job: 'One', queue: 'q' }))
    const free = Array.from({ length: 5 }, (_, index) => ({ job: 'Other', queue: 'q', args: [index] }))
    await here.resque.enqueueBulk([...limited, ...free])
    await here.worker({ queues: 'q', jobs: { One, Other }, concurrency: 4 }).start()
    await eventually(() => expect(others).toEqual([0, 1, 2, 3, 4]))
    expect(closed.arrivals).toBe(1)
    expect(await here.rooms.running.limits.parked()).toMatchObject([{ limit: 'class/One', count: 49 }])
    closed.open()
    await allEnded(here, 55)
    await nothingLeft(here)
  })

  it('counts jobs apart by its key, and those without a key not at all', async () => {
    const here = world()
    const closed = gate()
    const meter = new Meter()
    class PerUser {
      static limits = { concurrency: 1, key: (user: string) => (user === 'root' ? null : user) }
      async perform(user: string, index: number): Promise<void> {
        meter.enter(user, index)
        await closed.pass()
        meter.leave(user)
      }
    }
    const users = ['ann', 'bob', 'ann', 'root', 'root', 'a:b', 'bob']
    await here.resque.enqueueBulk(
      users.map((user, index) => ({ job: 'PerUser', queue: 'q', args: [user, index] })),
    )
    await here.worker({ queues: 'q', jobs: { PerUser }, concurrency: 10 }).start()
    await eventually(() => expect([...meter.order].sort()).toEqual([0, 1, 3, 4, 5]))
    const parked = await here.rooms.running.limits.parked()
    expect(parked.map(({ limit, count }) => `${limit} ${count}`).sort()).toEqual([
      'class/PerUser/ann 1',
      'class/PerUser/bob 1',
    ])
    closed.open()
    await allEnded(here, 7)
    expect(Object.fromEntries(meter.most)).toEqual({ ann: 1, bob: 1, root: 2, 'a:b': 1 })
    await nothingLeft(here)
  })

  it('gives its place back when a job fails, is retried, or cannot be performed', async () => {
    const here = world()
    class Failing {
      static limits = { concurrency: 1 }
      perform(index: number): void {
        throw new Error(`failed ${index}`)
      }
    }
    const jobs = Array.from({ length: 20 }, (_, index) => ({ job: 'Failing', queue: 'q', args: [index] }))
    await here.resque.enqueueBulk(jobs)
    await here.worker({ queues: 'q', jobs: { Failing } }).start()
    await eventually(async () => expect(await here.resque.failed.count()).toBe(20))
    await nothingLeft(here)
  })

  it('shows a parked job as waiting, and as running when its turn has come', async () => {
    const here = world()
    const closed = gate()
    class One {
      static limits = { concurrency: 1 }
      async perform(): Promise<void> {
        await closed.pass()
      }
    }
    const ids = await here.resque.enqueueBulk([1, 2].map(() => ({ job: 'One', queue: 'q' })))
    await here.worker({ queues: 'q', jobs: { One } }).start()
    await eventually(() => expect(closed.arrivals).toBe(1))
    await eventually(async () => expect(await here.rooms.running.limits.parked()).toHaveLength(1))
    const states = async () =>
      Promise.all(ids.map(async (id) => (await here.resque.status(String(id)))?.state))
    expect(await states()).toEqual(['running', 'waiting'])
    closed.open()
    await eventually(async () => expect(await states()).toEqual(['complete', 'complete']))
  })

  it('lets a parked job be cancelled or moved to another time', async () => {
    const here = world()
    const closed = gate()
    class One {
      static limits = { concurrency: 1 }
      async perform(): Promise<void> {
        await closed.pass()
      }
    }
    const ids = await here.resque.enqueueBulk([1, 2, 3, 4].map(() => ({ job: 'One', queue: 'q' })))
    await here.worker({ queues: 'q', jobs: { One } }).start()
    await eventually(async () => {
      const [list] = await here.rooms.running.limits.parked()
      expect(list?.count).toBe(3)
    })
    expect(await here.resque.cancel(String(ids[1]))).toBe(true)
    expect(await here.resque.reschedule(String(ids[2]), Date.now() / 1_000 + 600)).toBe(true)
    const states = await Promise.all(ids.map(async (id) => (await here.resque.status(String(id)))?.state))
    expect(states).toEqual(['running', 'cancelled', 'delayed', 'waiting'])
    closed.open()
    await allEnded(here, 2)
    await nothingLeft(here)
  })

  it('is counted under the empty key when its key function fails, and says so', async () => {
    const here = world()
    const told: string[] = []
    class Odd {
      static limits = {
        concurrency: 1,
        key: (): string => {
          throw new Error('no key')
        },
      }
      perform(): void {}
    }
    const worker = here.worker({ queues: 'q', jobs: { Odd } })
    worker.on('optionFailed', ({ option, error, instead }) =>
      told.push(`${option}: ${String(error)}; ${instead}`),
    )
    await worker.start()
    await here.resque.enqueueTo('q', 'Odd')
    await allEnded(here, 1)
    expect(told).toEqual(['limits.key: Error: no key; the job is counted under the empty key'])
  })
})

describe('a queue with a limit', () => {
  it('keeps its jobs until there is room, and holds up no other queue', async () => {
    const here = world()
    const closed = gate()
    const meter = new Meter()
    class Slow {
      async perform(): Promise<void> {
        meter.enter('mail', 0)
        await closed.pass()
        meter.leave('mail')
      }
    }
    class Quick {
      perform(): void {}
    }
    await here.resque.enqueueBulk(Array.from({ length: 30 }, () => ({ job: 'Slow', queue: 'mail' })))
    await here.resque.enqueueBulk(Array.from({ length: 30 }, () => ({ job: 'Quick', queue: 'low' })))
    const options = {
      queues: 'mail,low',
      jobs: { Slow, Quick },
      limits: { queues: { mail: { concurrency: 3 } } },
    }
    const workers = [1, 2].map(() => here.worker({ ...options, concurrency: 10 }))
    await Promise.all(workers.map((worker) => worker.start()))
    await allEnded(here, 30)
    expect(closed.arrivals).toBe(3)
    expect(await here.resque.queues.size('mail')).toBe(27)
    closed.open()
    await allEnded(here, 60)
    expect(meter.most.get('mail')).toBe(3)
    await nothingLeft(here)
  })

  it('wakes an idle worker when the one that had all places ends', async () => {
    const here = world()
    const closed = gate()
    class Slow {
      async perform(): Promise<void> {
        await closed.pass()
      }
    }
    const limits = { queues: { mail: { concurrency: 1 } } }
    await here.resque.enqueueBulk([1, 2].map(() => ({ job: 'Slow', queue: 'mail' })))
    const first = here.worker({ queues: 'mail', jobs: { Slow }, limits })
    await first.start()
    await eventually(() => expect(closed.arrivals).toBe(1))
    const second = here.worker({ queues: 'mail', jobs: { Slow }, limits, intervalSeconds: 3_000 })
    await second.start()
    first.pause()
    closed.open()
    await allEnded(here, 2)
  })
})
