// The scheduler: it leads or stands by, promotes what is due, and never beside another.

import { describe, expect, it } from 'vitest'
import type { Events } from '../../src/events.ts'
import { Scheduler } from '../../src/scheduler/scheduler.ts'
import { eventually } from '../support/eventually.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { entriesOf } from '../support/recurring.ts'
import { type World, world } from '../support/world.ts'

interface Moving extends World {
  readonly clock: ManualClock
}

function movingWorld(): Moving {
  const clock = new ManualClock()
  return { ...world({ clock }), clock }
}

/** A scheduler that does something only when it is ticked, and what it tells. */
function still({ resque }: World): { scheduler: Scheduler; told: [keyof Events, object][] } {
  const scheduler = new Scheduler({ resque })
  const told: [keyof Events, object][] = []
  for (const name of ['leading', 'standby', 'promoted', 'clockSkew'] as const) {
    scheduler.on(name, (event) => told.push([name, event]))
  }
  return { scheduler, told }
}

describe('a scheduler', () => {
  it('promotes what is due, and tells how late it was', async () => {
    const here = movingWorld()
    const { scheduler, told } = still(here)
    await here.resque.enqueueBulk([5, 5, 6].map((seconds) => ({ job: 'A', queue: 'q', in: seconds })))
    await scheduler.tick()
    here.clock.advance(4_999)
    await scheduler.tick()
    expect(await here.resque.queues.size('q')).toBe(0)
    here.clock.advance(11)
    await scheduler.tick()
    expect(await here.resque.queues.size('q')).toBe(2)
    expect(told).toEqual([
      ['leading', { name: scheduler.name }],
      ['promoted', { count: 2, refused: 0, lateMs: 10 }],
    ])
  })

  it('promotes more than one call may move in one pass', async () => {
    const here = movingWorld()
    const { scheduler, told } = still(here)
    await here.resque.enqueueBulk(Array.from({ length: 2_500 }, () => ({ job: 'A', queue: 'q', in: 1 })))
    here.clock.advance(1_000)
    await scheduler.tick()
    expect(await here.resque.queues.size('q')).toBe(2_500)
    expect(told.filter(([name]) => name === 'promoted').map(([, event]) => event)).toMatchObject([
      { count: 125 }, // so that workers can begin
      { count: 1_000 },
      { count: 1_000 },
      { count: 375 },
    ])
    expect(await here.resque.delayed.count()).toBe(0)
  })

  it('rests until the next second when it leads', async () => {
    const here = movingWorld()
    const { scheduler } = still(here)
    expect(await scheduler.tick()).toBe(1_000)
    here.clock.advance(300)
    expect(await scheduler.tick()).toBe(700)
  })

  it('looks again at once when it came a moment before a second', async () => {
    const here = movingWorld()
    const { scheduler, told } = still(here)
    const { delayed } = here.rooms
    const promote = delayed.promote.bind(delayed)
    Object.assign(delayed, {
      promote: async (options: Parameters<typeof promote>[0]) => {
        const reply = await promote(options)
        // The second begins while the reply is on its way.
        if (here.clock.nowMs() % 1_000 === 999) here.clock.advance(1)
        return reply
      },
    })
    await here.resque.enqueueBulk([{ job: 'A', queue: 'q', in: 3 }])
    here.clock.advance(2_999)
    expect(await scheduler.tick()).toBe(0)
    expect(await here.resque.queues.size('q')).toBe(0)
    expect(await scheduler.tick()).toBe(1_000)
    expect(told.at(-1)).toEqual(['promoted', { count: 1, refused: 0, lateMs: 0 }])
  })

  it('does not skip a second that begins while it is busy', async () => {
    const here = movingWorld()
    const { scheduler } = still(here)
    const { delayed } = here.rooms
    const promote = delayed.promote.bind(delayed)
    Object.assign(delayed, {
      promote: async (options: Parameters<typeof promote>[0]) => {
        const reply = await promote(options)
        here.clock.advance(1_300)
        return reply
      },
    })
    await here.resque.enqueueBulk([{ job: 'A', queue: 'q', in: 1 }])
    here.clock.advance(1_000)
    expect(await scheduler.tick()).toBe(0)
  })

  it('asks for the first due second only when it does not know of one that is near', async () => {
    const here = movingWorld()
    const { scheduler } = still(here)
    const { delayed } = here.rooms
    const nextSeconds = delayed.nextSeconds.bind(delayed)
    const asked: (number | null)[] = []
    Object.assign(delayed, {
      nextSeconds: async () => {
        const next = await nextSeconds()
        asked.push(next)
        return next
      },
    })
    await here.resque.enqueueBulk([2, 3].map((seconds) => ({ job: 'A', queue: 'q', in: seconds })))
    for (const ms of [0, 2_000, 1_000]) {
      here.clock.advance(ms)
      await scheduler.tick()
    }
    expect(await here.resque.queues.size('q')).toBe(2)
    expect(asked).toEqual([])
    await scheduler.tick()
    expect(asked).toEqual([null])
  })

  it('renews the lease after the work of a tick rather than before it', async () => {
    const here = movingWorld()
    const { scheduler } = still(here)
    await scheduler.tick()
    const { delayed } = here.rooms
    const promote = delayed.promote.bind(delayed)
    const leftSeconds: number[] = []
    Object.assign(delayed, {
      promote: async (options: Parameters<typeof promote>[0]) => {
        leftSeconds.push(await here.redis.ttl(here.keys.leader))
        return promote(options)
      },
    })
    await here.resque.enqueueBulk([{ job: 'A', queue: 'q', in: 5 }])
    await here.redis.expire(here.keys.leader, 10)
    here.clock.advance(5_000)
    await scheduler.tick()
    expect(leftSeconds.at(-1)).toBeLessThanOrEqual(10)
    expect(await here.redis.ttl(here.keys.leader)).toBeGreaterThan(10)
  })

  it('tells when the clock of its machine and that of Redis are apart', async () => {
    const there = world()
    const behind = new ManualClock(there.rooms.clock.nowMs() - 3_600_000)
    const resque = there.client({ clock: behind })
    Object.assign(resque.rooms.store, { scriptNow: () => '' })
    const { scheduler, told } = still({ ...there, resque })
    await scheduler.tick()
    await scheduler.tick()
    const skews = told
      .filter(([name]) => name === 'clockSkew')
      .map(([, event]) => event as Events['clockSkew'])
    expect(skews).toHaveLength(1)
    expect(skews[0]?.aheadMs).toBeLessThan(-3_590_000)
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'does not look every %s seconds',
    (intervalSeconds) => {
      const { resque } = world()
      expect(() => new Scheduler({ resque, intervalSeconds })).toThrow(
        /intervalSeconds must be a number above 0/,
      )
    },
  )

  it('does not take an entry without a queue', () => {
    const { resque } = world()
    const entries = entriesOf({ tea: { every: '1m' } }).map((entry) => ({ ...entry, queue: null }))
    expect(() => new Scheduler({ resque, entries })).toThrow(/"tea" names no queue.*Add "queue: …"/)
  })
})

describe('of two schedulers', () => {
  it('one leads and the other stands by, until the first gives up', async () => {
    const here = movingWorld()
    const [first, second] = [still(here), still(here)]
    await first.scheduler.tick()
    expect(await second.scheduler.tick()).toBe(1_000)
    expect([first.scheduler.isLeading, second.scheduler.isLeading]).toEqual([true, false])
    expect(second.told).toEqual([
      [
        'standby',
        { holder: first.scheduler.name, endsInMs: expect.any(Number), sinceMs: expect.any(Number) },
      ],
    ])
    await here.resque.enqueueInWithQueue('q', 1, 'A')
    here.clock.advance(2_000)
    await second.scheduler.tick()
    expect(await here.resque.delayed.count()).toBe(1)
    await here.redis.del(here.keys.leader)
    await second.scheduler.tick()
    expect(await here.resque.queues.size('q')).toBe(1)
    expect(second.told.map(([name]) => name)).toEqual(['standby', 'leading', 'promoted'])
  })

  it('the former leader moves nothing when it comes back late', async () => {
    const here = movingWorld()
    const { scheduler, told } = still(here)
    await scheduler.tick()
    await here.resque.enqueueInWithQueue('q', 1, 'A')
    here.clock.advance(2_000)
    await here.redis.set(here.keys.leader, 'ruby:1', 'EX', 180)
    await scheduler.tick()
    expect(await here.resque.queues.size('q')).toBe(0)
    expect(scheduler.isLeading).toBe(false)
    await scheduler.tick()
    expect(told.map(([name]) => name)).toEqual(['leading', 'standby'])
    expect(await here.redis.get(here.keys.leader)).toBe('ruby:1')
  })

  it('the standby says whose lock it is that never ends', async () => {
    const here = movingWorld()
    await here.redis.set(here.keys.leader, 'localhost:18716')
    const { scheduler, told } = still(here)
    await scheduler.tick()
    await scheduler.tick()
    expect(told).toEqual([['standby', { holder: 'localhost:18716', endsInMs: -1, sinceMs: null }]])
  })
})

describe('a scheduler that runs', () => {
  it('has begun when start resolves, promotes in time, and leaves no lease behind', async () => {
    const here = world()
    const scheduler = here.scheduler()
    await scheduler.start()
    expect(scheduler.isLeading).toBe(true)
    const id = (await here.resque.enqueueInWithQueue('q', 1, 'A')) ?? ''
    await eventually(async () => expect((await here.resque.status(id))?.state).toBe('waiting'))
    const dueMs =
      Number((await here.redis.lindex(here.keys.queue('q'), 0))?.match(/"queue_time":([\d.]+)/)?.[1]) * 1000
    expect((await here.resque.status(id))?.updatedAt?.getTime()).toBeGreaterThanOrEqual(dueMs + 1_000)
    await scheduler.stop()
    expect(await here.redis.exists(here.keys.leader)).toBe(0)
  })

  it('is ended by its signal, twice stopped, or stopped before it has begun', async () => {
    const here = world()
    const over = new AbortController()
    const scheduler = here.scheduler()
    const running = scheduler.run(over.signal)
    await eventually(() => expect(scheduler.isLeading).toBe(true))
    over.abort()
    await running
    await Promise.all([scheduler.stop(), scheduler.stop()])
    await expect(here.scheduler().stop()).resolves.toBeUndefined()
  })

  it('does not take up the lease of another when it ends', async () => {
    const here = world()
    const [first, second] = [here.scheduler(), here.scheduler()]
    await first.start()
    await second.start()
    await second.stop()
    expect(await here.redis.get(here.keys.leader)).toBe(first.name)
  })
})
