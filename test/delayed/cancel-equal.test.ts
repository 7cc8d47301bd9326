// Jobs taken out by class and args in one step, where the indexes point to few entries.

import { expect, it, vi } from 'vitest'
import { encodeNodePayload, encodeRubyPayload } from '../../src/job/codec.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { type World, world } from '../support/world.ts'

const now = 1_798_761_600

class Tick {
  static queue = 'ticks'
  perform(_name: string | number, _more?: object): void {}
}

function setUp(): World & { readonly moving: ManualClock; readonly results: () => Promise<unknown[]> } {
  const moving = new ManualClock()
  const here = world({ clock: moving })
  const one = vi.spyOn(here.rooms.delayed.selection, 'cancelEqual')
  return { ...here, moving, results: () => Promise.all(one.mock.results.map(({ value }) => value)) }
}

/** As Ruby's or node-resque's enqueue_at leaves it. */
async function delayAsPeer({ redis, keys }: World, payload: string, due: number): Promise<void> {
  await redis.rpush(keys.bucket(due), payload)
  await redis.zadd(keys.schedule, due, due)
  await redis.sadd(keys.timestampsPrefix + payload, `delayed:${due}`)
}

it('takes out equal jobs of all seconds and queues in one call, and leaves the others', async () => {
  const here = setUp()
  const ids = [
    await here.resque.enqueueIn(30, Tick, 'a'),
    await here.resque.enqueueIn(30, Tick, 'a'),
    await here.resque.enqueueInWithQueue('other', 90, Tick, 'a'),
  ]
  const left = [await here.resque.enqueueIn(30, Tick, 'b'), await here.resque.enqueueIn(30, Tick, 'a', {})]
  await here.resque.enqueueBulk(
    Array.from({ length: 10 }, (_, index) => ({ job: Tick, args: [index], in: 90 })),
  )
  expect(await here.resque.delayed.remove(Tick, 'a')).toBe(3)
  expect(await here.results()).toEqual([3])
  for (const id of ids) expect((await here.resque.status(id ?? ''))?.state).toBe('cancelled')
  for (const id of left) expect((await here.resque.status(id ?? ''))?.state).toBe('delayed')
  expect(await here.resque.delayed.count()).toBe(12)
  expect(await here.resque.delayed.remove(Tick, 'a')).toBe(0)
})

it('compares values, not bytes', async () => {
  const here = setUp()
  await here.resque.enqueueIn(30, Tick, 'ä"\\/', { one: 1, two: [null, true, {}] })
  await here.resque.enqueueIn(30, Tick, 'ä"\\/', { one: 1, two: [null, true, []] })
  expect(await here.resque.delayed.remove(Tick, 'ä"\\/', { two: [null, true, {}], one: 1.0 })).toBe(1)
  expect(await here.results()).toEqual([1])
  expect(await here.resque.delayed.count()).toBe(1)
})

it("takes Ruby's and node-resque's jobs out as well, with their index", async () => {
  const here = setUp()
  const ruby = encodeRubyPayload('Tick', '["a"]', 'ticks')
  const node = encodeNodePayload('Tick', '["a"]', 'ticks')
  for (const payload of [ruby, ruby, node]) await delayAsPeer(here, payload, now + 30)
  await delayAsPeer(here, ruby, now + 60)
  await here.resque.enqueueIn(30, Tick, 'a')
  expect(await here.resque.delayed.remove(Tick, 'a')).toBe(5)
  expect(await here.redis.keys(`${here.keys.timestampsPrefix}*`)).toEqual([])
  expect(await here.redis.exists(here.keys.schedule)).toBe(0)
})

it('counts attempts and deaths of what is taken out no longer, and tells who waits', async () => {
  const here = setUp()
  const id = (await here.resque.enqueueIn(30, Tick, 'a')) ?? ''
  await here.redis.hset(here.keys.attempts, id, 2)
  await here.redis.hset(here.keys.deaths, id, 1)
  const ended = here.resque.waitFor(id, { timeoutSeconds: 20 })
  expect(await here.resque.delayed.remove(Tick, 'a')).toBe(1)
  expect((await ended)?.state).toBe('cancelled')
  expect(await here.redis.exists(here.keys.attempts, here.keys.deaths)).toBe(0)
})

it('walks where the indexes point to many entries', async () => {
  const here = setUp()
  const items = Array.from({ length: 2_500 }, (_, index) => ({ job: Tick, args: [index % 1_000], in: 30 }))
  await here.resque.enqueueBulk(items)
  expect(await here.resque.delayed.remove(Tick, 7)).toBe(3)
  expect(await here.results()).toEqual([null])
  expect(await here.resque.delayed.count()).toBe(2_497)
})

it('walks where there are hundreds of them', async () => {
  const here = setUp()
  await here.resque.enqueueBulk(Array.from({ length: 600 }, () => ({ job: Tick, args: ['a'], in: 30 })))
  expect(await here.resque.delayed.remove(Tick, 'a')).toBe(600)
  expect(await here.results()).toEqual([null])
})

it('sorts first, in steps, however many hints are unsorted', async () => {
  const here = setUp()
  const items = Array.from({ length: 20_000 }, (_, index) => ({
    job: Tick,
    args: [index],
    in: 60 + (index % 900),
  }))
  const ids = await here.resque.enqueueBulk(items)
  expect(await here.resque.delayed.remove(Tick, 19_000)).toBe(1)
  expect(await here.results()).toEqual([1])
  expect((await here.resque.status(ids[19_000] ?? ''))?.state).toBe('cancelled')
})

it('leaves what is due while Ruby leads: it is on its way', async () => {
  const here = setUp()
  await here.resque.enqueueIn(30, Tick, 'a')
  await here.resque.enqueueIn(60, Tick, 'a')
  await here.redis.set(here.keys.leader, 'rubyhost:1')
  here.moving.advance(30_000)
  expect(await here.resque.delayed.remove(Tick, 'a')).toBe(1)
  expect(await here.resque.delayed.count()).toBe(1)
})

it('many at once take each job out once', async () => {
  const here = setUp()
  await here.resque.enqueueBulk(
    Array.from({ length: 200 }, (_, index) => ({ job: Tick, args: [index % 50], in: 30 })),
  )
  const calls = Array.from({ length: 150 }, (_, index) => here.resque.delayed.remove(Tick, index % 50))
  const counts = await Promise.all(calls)
  expect(counts.reduce((sum, count) => sum + count)).toBe(200)
  expect(await here.resque.delayed.count()).toBe(0)
})
