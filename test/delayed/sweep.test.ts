// The index of class and args: what it holds, that it costs promotion nothing, and that it is swept.

import { expect, it } from 'vitest'
import { jobDigest } from '../../src/job/id.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { type World, world } from '../support/world.ts'

const now = 1_798_761_600

class Tick {
  static queue = 'ticks'
  perform(_number: number): void {}
}

async function sweepAll({ rooms }: World): Promise<number> {
  for (let isMore = true; isMore; ) isMore = await rooms.delayed.index.sort()
  let removed = 0
  let cursor: string | null = null
  do {
    const reply: { cursor: string | null; removed: number } = await rooms.delayed.index.sweep(cursor)
    removed += reply.removed
    cursor = reply.cursor
  } while (cursor !== null)
  return removed
}

it('holds an integer of the digest and the second, in the set that the digest names', async () => {
  const here = world({ clock: new ManualClock() })
  const id = (await here.resque.enqueueIn(60, Tick, 1)) ?? ''
  const digest = jobDigest('Tick', [1], '[1]')
  expect(id.slice(10, 18)).toBe(digest)
  const key = here.keys.delayedIndexPrefix + digest.slice(0, 4)
  expect(await here.redis.smembers(key)).toEqual([`1${digest.slice(4)}${now + 60}`])
  expect(await here.redis.object('ENCODING', key)).toBe('intset')
})

async function promoteAll({ rooms }: World): Promise<void> {
  for (;;) if ((await rooms.delayed.promote({ limit: 1_000, leader: null })).moved === 0) return
}

it('is gone when everything was promoted and it was swept: no key is left', async () => {
  const clock = new ManualClock()
  const here = world({ clock, track: false })
  const items = Array.from({ length: 3_000 }, (_, index) => ({ job: Tick, args: [index], in: 60 }))
  await here.resque.enqueueBulk(items)
  for (let isMore = true; isMore; ) isMore = await here.rooms.delayed.index.sort()
  clock.advance(60_000)
  await promoteAll(here)
  await here.redis.del(here.keys.queue('ticks'), here.keys.queues)
  expect(await sweepAll(here)).toBe(3_000)
  expect(await here.redis.keys(`${here.namespace}:*`)).toEqual([])
  expect(await sweepAll(here)).toBe(0)
})

it('never holds what was promoted before it was sorted', async () => {
  const clock = new ManualClock()
  const here = world({ clock, track: false })
  const items = Array.from({ length: 600 }, (_, index) => ({ job: Tick, args: [index], in: 60 }))
  await here.resque.enqueueBulk(items)
  clock.advance(60_000)
  await promoteAll(here)
  await here.redis.del(here.keys.queue('ticks'), here.keys.queues)
  expect(await sweepAll(here)).toBe(0)
  expect(await here.redis.keys(`${here.namespace}:*`)).toEqual([])
})

it('keeps what is delayed still, when it is swept', async () => {
  const clock = new ManualClock()
  const here = world({ clock })
  for (const seconds of [10, 20, 30]) await here.resque.enqueueIn(seconds, Tick, seconds)
  clock.advance(20_000)
  await here.rooms.delayed.promote({ limit: 10, leader: null })
  expect(await sweepAll(here)).toBe(2)
  expect(await here.resque.delayed.has(Tick, 30)).toBe(true)
  expect(await here.resque.delayed.has(Tick, 10)).toBe(false)
})

it('takes several calls for one large set', async () => {
  const clock = new ManualClock()
  const here = world({ clock })
  await here.resque.enqueueBulk(
    Array.from({ length: 6_000 }, (_, index) => ({ job: Tick, args: [1], in: index + 1 })),
  )
  for (let isMore = true; isMore; ) isMore = await here.rooms.delayed.index.sort()
  clock.advance(3_000_000)
  await promoteAll(here)
  expect(await sweepAll(here)).toBe(3_000)
  expect(await here.resque.delayed.scheduledAt(Tick, 1)).toHaveLength(3_000)
})

it('knows a rescheduled job at its new second', async () => {
  const here = world({ clock: new ManualClock() })
  const id = (await here.resque.enqueueIn(60, Tick, 1)) ?? ''
  await here.resque.reschedule(id, now + 90)
  expect(await here.resque.delayed.scheduledAt(Tick, 1)).toEqual([new Date((now + 90) * 1000)])
})
