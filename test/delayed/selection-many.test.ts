// Delayed jobs found by what they are, where there are many of them, where something is in the way, or while
// others work on them.

import { expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { world } from '../support/world.ts'

const now = 1_798_761_600

class Tick {
  static queue = 'ticks'
  perform(_number: number): void {}
}

function items(count: number, seconds: (index: number) => number) {
  return Array.from({ length: count }, (_, index) => ({ job: Tick, args: [index], in: seconds(index) }))
}

it('looks at no more than 1,000 entries at a time, and tells how far it has come', async () => {
  const here = world({ clock: new ManualClock() })
  await here.resque.enqueueBulk([...items(2_500, () => 60), ...items(250, (index) => 100 + index)])
  const steps: number[] = []
  let last = 0
  const isEven = (args: readonly unknown[]): boolean => Number(args[0]) % 2 === 0
  const onProgress = ({ looked }: { looked: number }): void => {
    steps.push(looked - last)
    last = looked
  }
  expect(await here.resque.delayed.remove({ class: Tick, where: isEven }, { onProgress })).toBe(1_375)
  expect(last).toBe(2_750)
  expect(Math.max(...steps)).toBe(1_000)
  const left = await here.resque.delayed.find({}, { limit: 10_000 })
  expect(left.filter(({ args }) => isEven(args))).toEqual([])
  expect(left).toHaveLength(1_375)
})

it('misses and touches twice no job, although others are promoted meanwhile', async () => {
  const clock = new ManualClock()
  const here = world({ clock })
  const ids = await here.resque.enqueueBulk(items(3_000, () => 60))
  clock.advance(60_000)
  const promoted: number[] = []
  const promotions: Promise<unknown>[] = []
  const onProgress = (): void => {
    promotions.push(
      here.rooms.delayed.promote({ limit: 300, leader: null }).then(({ moved }) => promoted.push(moved)),
    )
  }
  const removed = await here.resque.delayed.remove({ class: Tick }, { onProgress })
  await Promise.all(promotions)
  const moved = promoted.reduce((sum, count) => sum + count, 0)
  expect(moved).toBeGreaterThan(0)
  expect(removed + moved).toBe(3_000)
  expect(await here.resque.queues.size('ticks')).toBe(moved)
  const states = await Promise.all(ids.map(async (id) => (await here.resque.status(id ?? ''))?.state))
  expect(states.filter((state) => state === 'cancelled')).toHaveLength(removed)
  expect(states.filter((state) => state === 'waiting')).toHaveLength(moved)
})

it('keeps the order of jobs of one second that are enqueued at once', async () => {
  const here = world({ clock: new ManualClock() })
  await here.resque.enqueueBulk(items(50, () => 60))
  expect(await here.resque.delayed.enqueueNow({ class: Tick })).toBe(50)
  const queued = await here.resque.queues.peek('ticks')
  expect(queued.map((text) => (JSON.parse(text) as { args: number[] }).args[0])).toEqual(
    Array.from({ length: 50 }, (_, index) => index),
  )
})

it('clears everything: jobs of all makes, what is no job, and seconds without jobs', async () => {
  const here = world({ clock: new ManualClock() })
  const ruby = here.client({ payload: 'ruby' })
  await here.resque.enqueueBulk(items(1_500, () => 60))
  for (const seconds of [60, 60, 70]) await ruby.enqueueIn(seconds, Tick, 1)
  await here.redis.rpush(here.keys.bucket(now + 80), 'no job', '{"class":"add","queue":"nq","args":[1]}')
  await here.redis.zadd(here.keys.schedule, now + 80, now + 80, now + 90, now + 90)
  expect(await here.resque.delayed.clear()).toBe(1_505)
  const keys = await here.redis.keys(`${here.namespace}:*`)
  expect(keys.filter((key) => !key.startsWith(here.keys.jobPrefix))).toEqual([])
})

it('leaves what is no job, and jobs without a queue, where they are', async () => {
  const here = world({ clock: new ManualClock() })
  await here.redis.rpush(here.keys.bucket(now + 80), 'no job', '{"class":"Tick","args":[]}')
  await here.redis.zadd(here.keys.schedule, now + 80, now + 80)
  expect(await here.resque.delayed.enqueueNow({})).toBe(0)
  expect(await here.resque.delayed.remove({ class: 'Tick' })).toBe(1)
  expect(await here.rooms.delayed.peekAt(now + 80)).toEqual(['no job'])
})

it('leaves jobs where they are whose queue is something else than a list', async () => {
  const here = world({ clock: new ManualClock() })
  await here.resque.enqueueIn(60, Tick, 1)
  await here.redis.set(here.keys.queue('ticks'), 'no list')
  await expect(here.resque.delayed.enqueueNow(Tick, 1)).rejects.toThrow(/WRONGTYPE/)
  expect(await here.resque.delayed.count()).toBe(1)
})

it('passes over a bucket and an index that are something else', async () => {
  const here = world({ clock: new ManualClock() })
  await here.redis.set(here.keys.bucket(now + 5), 'no list')
  await here.redis.zadd(here.keys.schedule, now + 5, now + 5)
  await here.redis.set(`${here.keys.timestampsPrefix}{"class":"Tick","args":[1],"queue":"ticks"}`, 'no set')
  await here.resque.enqueueIn(60, Tick, 1)
  expect(await here.resque.delayed.find({})).toHaveLength(1)
  expect(await here.resque.delayed.remove(Tick, 1)).toBe(1)
})

it('cancels many by their ids, and says how many', async () => {
  const here = world({ clock: new ManualClock() })
  const ids = (await here.resque.enqueueBulk(items(100, (index) => index % 3))).map(String)
  expect(await here.resque.cancelBulk([...ids.slice(0, 60), ids[0] ?? '', 'unknown'])).toBe(60)
  expect((await here.resque.delayed.count()) + (await here.resque.queues.size('ticks'))).toBe(40)
  await expect(async () => here.resque.cancelBulk('x' as never)).rejects.toThrow(/array of ids/)
})
