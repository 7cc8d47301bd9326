// Promoting: what is due goes into its queue, whole and in order, and never early.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { delayedBy } from '../support/foreign-payloads.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { type World, world } from '../support/world.ts'

const now = 1_798_761_600

class Tick {
  static queue = 'ticks'
  perform(_name: string): void {}
}

/** Puts payloads into a bucket as PHP does: list and sorted set, no index. */
async function delay({ redis, keys }: World, dueSeconds: number, ...payloads: string[]): Promise<void> {
  await redis.rpush(keys.bucket(dueSeconds), ...payloads)
  await redis.zadd(keys.schedule, dueSeconds, String(dueSeconds))
}

function promote({ rooms }: World, limit = 1_000) {
  return rooms.delayed.promote({ limit, leader: null })
}

async function names({ resque }: World, queue = 'ticks'): Promise<string[]> {
  return (await resque.queues.peek(queue, 0, 5_000)).map(
    (text) => (JSON.parse(text) as { args: string[] }).args[0] ?? '',
  )
}

describe('a job of another system', () => {
  it('tells the first second that is left, if any is', async () => {
    const here = world({ clock: new ManualClock(now * 1000) })
    await delay(here, now - 1, '{"class":"Tick","args":["a"],"queue":"ticks"}')
    await delay(here, now + 7, '{"class":"Tick","args":["b"],"queue":"ticks"}')
    await delay(here, now + 9, '{"class":"Tick","args":["c"],"queue":"ticks"}')
    expect(await promote(here)).toMatchObject({ moved: 1, nextSeconds: now + 7 })
    await here.redis.del(here.keys.schedule)
    expect(await promote(here)).toMatchObject({ moved: 0, nextSeconds: null })
  })

  it.each(Object.entries(delayedBy))(
    'is promoted byte for byte: %s',
    async (_system, { payload, queue, promoted }) => {
      const here = world({ clock: new ManualClock() })
      await delay(here, now, payload)
      await here.redis.sadd(`${here.keys.timestampsPrefix}${payload}`, `delayed:${now}`)
      expect(await promote(here)).toMatchObject({ moved: 1, refused: 0, oldestSeconds: now })
      expect(await here.redis.lrange(here.keys.queue(queue), 0, -1)).toEqual([promoted])
      expect(await here.allKeys()).toEqual([`queue:${queue}`, 'queues'])
    },
  )

  it("keeps its other times in Ruby's index", async () => {
    const here = world({ clock: new ManualClock() })
    const { payload } = delayedBy.ruby
    await delay(here, now, payload, payload)
    await delay(here, now + 60, payload)
    const index = `${here.keys.timestampsPrefix}${payload}`
    await here.redis.sadd(index, `delayed:${now}`, `delayed:${now + 60}`)
    expect(await promote(here)).toMatchObject({ moved: 2 })
    expect(await here.redis.smembers(index)).toEqual([`delayed:${now + 60}`])
  })

  it('shares a second with jobs of all the others, in the order in which they were added', async () => {
    const here = world({ clock: new ManualClock() })
    const id = await here.resque.enqueueIn(1, Tick, 'ours')
    await delay(here, now + 1, ...Object.values(delayedBy).map(({ payload }) => payload))
    await here.client({ payload: 'ruby' }).enqueueIn(1, Tick, 'ruby')
    ;(here.rooms.clock as ManualClock).advance(1_000)
    expect(await promote(here)).toMatchObject({ moved: Object.keys(delayedBy).length + 2 })
    expect(await names(here)).toEqual(['ours', 'ruby'])
    expect(await here.redis.lrange(here.keys.queue('q1'), 0, -1)).toEqual([
      delayedBy.ruby.promoted,
      delayedBy.rubyWithBrackets.promoted,
    ])
    expect(await here.resque.status(id ?? '')).toMatchObject({ state: 'waiting' })
    expect(await here.resque.delayed.count()).toBe(0)
  })

  it('with bytes that are no UTF-8 keeps them', async () => {
    const here = world({ clock: new ManualClock() })
    const payload = Buffer.concat([
      Buffer.from('{"class":"A","args":["'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"],"queue":"raw"}'),
    ])
    await here.redis.rpush(here.keys.bucket(now), payload)
    await here.redis.zadd(here.keys.schedule, now, String(now))
    expect(await promote(here)).toMatchObject({ moved: 1 })
    const [promoted] = await here.redis.lrangeBuffer(here.keys.queue('raw'), 0, -1)
    expect(promoted?.toString('latin1')).toBe('{"class":"A","args":["\u00ff\u00fe"]}')
  })
})

describe('the limit', () => {
  it('is kept, oldest second first, until nothing is left', async () => {
    const clock = new ManualClock()
    const here = world({ clock })
    const items = Array.from({ length: 2_500 }, (_, index) => ({
      job: Tick,
      args: [String(index)],
      in: 1 + (index % 3),
    }))
    await here.resque.enqueueBulk(items)
    clock.advance(10_000)
    const moved: number[] = []
    while (moved.at(-1) !== 0) moved.push((await promote(here)).moved)
    expect(moved).toEqual([1_000, 1_000, 500, 0])
    const seconds = (await names(here)).map((name) => Number(name) % 3)
    expect(seconds).toEqual([...seconds].sort())
    expect(await here.redis.exists(here.keys.schedule)).toBe(0)
  })

  it('leaves the rest of a second where it is', async () => {
    const clock = new ManualClock()
    const here = world({ clock })
    await here.resque.enqueueBulk(['a', 'b', 'c'].map((name) => ({ job: Tick, args: [name], in: 1 })))
    clock.advance(1_000)
    expect((await promote(here, 2)).moved).toBe(2)
    expect(await here.resque.delayed.count()).toBe(1)
    expect(await names(here)).toEqual(['a', 'b'])
    expect((await promote(here, 2)).moved).toBe(1)
    expect(await names(here)).toEqual(['a', 'b', 'c'])
  })
})

describe('seconds whose jobs are gone', () => {
  it('are cleared away a few thousand at a time, and do not hold up the jobs behind them', async () => {
    const here = world({ clock: new ManualClock() })
    const seconds = Array.from({ length: 5_000 }, (_, index) => String(now - 10_000 + index))
    await here.redis.zadd(here.keys.schedule, ...seconds.flatMap((second) => [second, second]))
    await delay(here, now, delayedBy.node.payload)
    const first = await promote(here)
    expect(first).toMatchObject({ moved: 0, more: true })
    expect(await here.redis.zcard(here.keys.schedule)).toBeGreaterThan(2_000)
    await here.scheduler({ resque: here.resque }).tick()
    await here.redis.del(here.keys.leader, here.keys.recurring('').leaderSince, here.keys.nodeLeader)
    expect(await here.allKeys()).toEqual(['queue:nq', 'queues'])
  })
})

describe('the time', () => {
  it('is never early, whatever the fractions of a second', async () => {
    const offsets = fc.integer({ min: 0, max: 5_000 })
    await fc.assert(
      fc.asyncProperty(offsets, fc.integer({ min: 1, max: 5_000 }), async (startMs, delayMs) => {
        const clock = new ManualClock(now * 1000 + startMs)
        const here = world({ clock })
        await here.resque.enqueueIn(delayMs / 1000, Tick, 'x')
        clock.advance(delayMs - 1)
        expect((await promote(here)).moved).toBe(0)
        clock.advance(1_001)
        expect((await promote(here)).moved).toBe(1)
      }),
      { numRuns: 15 },
    )
  })

  it('may jump backwards: nothing is promoted again, and nothing before it is due', async () => {
    const clock = new ManualClock()
    const here = world({ clock })
    await here.resque.enqueueIn(10, Tick, 'early')
    await here.resque.enqueueIn(20, Tick, 'late')
    clock.advance(10_000)
    expect((await promote(here)).moved).toBe(1)
    clock.advance(-3_600_000)
    expect(await promote(here)).toMatchObject({ moved: 0, redisNowMs: (now - 3_590) * 1000 })
    await here.resque.enqueueIn(3_600, Tick, 'meanwhile')
    clock.advance(3_610_000)
    expect((await promote(here)).moved).toBe(2)
    expect(await names(here)).toEqual(['early', 'meanwhile', 'late'])
  })

  it('that has come when a job is added makes it wait in its queue at once', async () => {
    const clock = new ManualClock()
    const here = world({ clock })
    for (const when of [now, now - 5, new Date(0)]) await here.resque.enqueueAt(when, Tick, 'past')
    await here.resque.enqueueIn(0, Tick, 'past')
    expect(await names(here)).toEqual(Array(4).fill('past'))
    expect(await here.resque.delayed.count()).toBe(0)
  })
})

describe('who does not lead', () => {
  it('moves nothing', async () => {
    const clock = new ManualClock()
    const here = world({ clock })
    await here.resque.enqueueIn(1, Tick, 'x')
    clock.advance(5_000)
    const before = await here.allKeys()
    const attempt = () => here.rooms.delayed.promote({ limit: 10, leader: 'me:1' })
    expect(await attempt()).toMatchObject({ leading: false, moved: 0 })
    await here.redis.set(here.keys.leader, 'other:1')
    expect(await attempt()).toMatchObject({ leading: false, moved: 0 })
    await here.redis.del(here.keys.leader)
    expect(await here.allKeys()).toEqual(before)
    await here.redis.set(here.keys.leader, 'me:1')
    expect(await attempt()).toMatchObject({ leading: true, moved: 1 })
  })
})
