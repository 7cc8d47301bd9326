// Looking at the delayed set.

import { describe, expect, it } from 'vitest'
import { delayedBy } from '../support/foreign-payloads.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { world } from '../support/world.ts'

const now = 1_798_761_600

describe('the delayed set', () => {
  it('is empty at first', async () => {
    const { resque } = world()
    expect(await resque.delayed.count()).toBe(0)
    expect(await resque.delayed.next()).toBeNull()
    expect(await resque.delayed.timestamps()).toEqual([])
    expect(await resque.delayed.peek(now)).toEqual([])
    expect(await resque.delayed.list()).toEqual([])
  })

  it('tells its seconds in order, and how many jobs each holds', async () => {
    const { resque } = world({ clock: new ManualClock() })
    await resque.enqueueBulk([5, 3, 5, 9].map((seconds) => ({ job: 'A', queue: 'q', in: seconds })))
    const times = [3, 5, 9].map((seconds) => new Date((now + seconds) * 1000))
    expect(await resque.delayed.timestamps()).toEqual(times)
    expect(await resque.delayed.timestamps(1, 1)).toEqual(times.slice(1, 2))
    expect(await resque.delayed.timestamps(0, 0)).toEqual([])
    expect(await resque.delayed.next()).toEqual(times[0])
    expect(await resque.delayed.sizeAt(now + 5)).toBe(2)
    expect(await resque.delayed.count()).toBe(4)
  })

  it('shows the jobs of one second, whoever made them', async () => {
    const { resque, redis, keys } = world({ clock: new ManualClock() })
    const id = await resque.enqueueInWithQueue('q', 5, 'A', 1)
    await redis.rpush(keys.bucket(now + 5), delayedBy.ruby.payload, 'no json')
    const dueAt = new Date((now + 5) * 1000)
    const shown = await resque.delayed.peek(dueAt)
    expect(shown).toMatchObject([
      { dueAt, class: 'A', args: [1], queue: 'q', id },
      {
        dueAt,
        class: 'InteropOk',
        args: [1, { k: 'v' }],
        queue: 'q1',
        id: null,
        payload: delayedBy.ruby.payload,
      },
      { dueAt, class: null, args: [], queue: null, id: null, payload: 'no json' },
    ])
    expect(await resque.delayed.peek(dueAt, 1, 1)).toEqual(shown.slice(1, 2))
    expect(await resque.delayed.peek(dueAt, 0, 0)).toEqual([])
  })

  it('lists the next jobs in order of time, as many as asked for', async () => {
    const { resque } = world({ clock: new ManualClock() })
    const seconds = [9, 3, 5, 3]
    await resque.enqueueBulk(
      seconds.map((delay, index) => ({ job: 'A', args: [index], queue: 'q', in: delay })),
    )
    const args = async (count?: number) => (await resque.delayed.list(count)).map((job) => job.args[0])
    expect(await args()).toEqual([1, 3, 2, 0])
    expect(await args(3)).toEqual([1, 3, 2])
    expect(await args(1)).toEqual([1])
  })

  it('counts more buckets than one call looks at', async () => {
    const { resque } = world({ clock: new ManualClock() })
    await resque.enqueueBulk(
      Array.from({ length: 2_345 }, (_, index) => ({ job: 'A', queue: 'q', in: index + 1 })),
    )
    expect(await resque.delayed.count()).toBe(2_345)
  })

  it('may hold seconds without a bucket, and members that are no seconds', async () => {
    const { resque, redis, keys } = world({ clock: new ManualClock() })
    await resque.enqueueInWithQueue('q', 5, 'A')
    await redis.zadd(keys.schedule, now + 1, String(now + 1), now + 2, 'no number')
    expect(await resque.delayed.count()).toBe(1)
    expect(await resque.delayed.next()).toEqual(new Date((now + 1) * 1000))
    expect(await resque.delayed.timestamps()).toEqual(
      [now + 1, now + 5].map((seconds) => new Date(seconds * 1000)),
    )
  })
})
