// Entries that cannot be promoted never stop the rest, and nothing of them is lost.

import { describe, expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { type World, world } from '../support/world.ts'

const now = 1_798_761_600
const good = '{"class":"Good","args":[1],"queue":"mail"}'

async function delayed(...payloads: (string | Buffer)[]): Promise<World> {
  const here = world({ clock: new ManualClock() })
  await here.redis.rpush(here.keys.bucket(now), ...payloads)
  await here.redis.zadd(here.keys.schedule, now, String(now))
  return here
}

function promote({ rooms }: World) {
  return rooms.delayed.promote({ limit: 1_000, leader: null })
}

describe('an entry', () => {
  it.each<[string, string, RegExp]>([
    ['not JSON', 'no json', /not JSON/],
    ['empty', '', /not JSON/],
    ['half an object', '{"class":"A","args":[', /not JSON/],
    ['null', 'null', /names no class/],
    ['a number', '7', /names no class/],
    ['a text', '"class"', /names no class/],
    ['an array', '[1]', /names no class/],
    ['without a class', '{"args":[],"queue":"mail"}', /names no class/],
    ['with a class that is no text', '{"class":7,"queue":"mail"}', /names no class/],
    ['without a queue', '{"class":"A","args":[]}', /names no queue/],
    ['with an empty queue', '{"class":"A","args":[],"queue":""}', /names no queue/],
    [
      'nested too deep',
      `{"x":${'['.repeat(2_000)}${']'.repeat(2_000)},"class":"A","queue":"mail"}`,
      /not JSON/,
    ],
  ])('that is %s goes to the failed list with the reason', async (_what, payload, reason) => {
    const here = await delayed(good, payload, good)
    expect(await promote(here)).toMatchObject({ moved: 2, refused: 1 })
    expect(await here.resque.queues.size('mail')).toBe(2)
    const [failure, ...others] = await here.resque.failed.list()
    expect(others).toEqual([])
    expect(failure?.error).toMatch(reason)
    const record = JSON.parse(failure?.record ?? '') as { payload: unknown; raw?: string }
    expect(record.raw ?? JSON.stringify(record.payload)).toBe(payload)
    expect(record).toMatchObject({
      failed_at: '2027/01/01 00:00:00 UTC',
      worker: 'resque-scheduler',
      backtrace: [],
    })
    expect(await here.allKeys()).toEqual(['failed', 'queue:mail', 'queues'])
  })

  it('that is no UTF-8 goes to the failed list in a form that every reader can read and remove', async () => {
    const here = await delayed(good, Buffer.from([0x7b, 0xff, 0xc3, 0x28, 0xe2, 0x82]), good)
    expect(await promote(here)).toMatchObject({ moved: 2, refused: 1 })
    const [bytes] = await here.redis.lrangeBuffer(here.keys.failed, 0, -1)
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    expect(JSON.parse(text)).toMatchObject({ payload: null, raw: '{\u00ff\u00c3(\u00e2\u0082' })
    const [failure] = await here.resque.failed.list()
    expect(failure === undefined ? false : await here.resque.failed.remove(failure)).toBe(true)
    expect(await here.resque.failed.count()).toBe(0)
  })

  it('that is no job, but readable text, keeps its letters on the failed list', async () => {
    const here = await delayed('böse 漢 😀 "\\/')
    await promote(here)
    expect(await here.redis.lindex(here.keys.failed, 0)).toContain('böse 漢 😀')
  })
})

describe('a queue that is no list', () => {
  const payload = '{"class":"A","args":[],"queue":"bad"}'

  it('gets its jobs to the failed list, from where they can be retried', async () => {
    const here = await delayed(payload, good)
    await here.redis.set(here.keys.queue('bad'), 'no list')
    expect(await promote(here)).toMatchObject({ moved: 1, refused: 1 })
    const [failure] = await here.resque.failed.list()
    expect(failure).toMatchObject({ class: 'A', queue: 'bad', error: expect.stringMatching(/WRONGTYPE/) })
    expect(await here.redis.get(here.keys.queue('bad'))).toBe('no list')
    await here.redis.del(here.keys.queue('bad'))
    expect(failure === undefined ? false : await here.resque.failed.retry(failure)).toBe(true)
    expect(await here.redis.lrange(here.keys.queue('bad'), 0, -1)).toEqual(['{"class":"A","args":[]}'])
    expect(await here.resque.failed.count()).toBe(0)
  })

  it('leaves a tracked job failed, not vanished', async () => {
    const clock = new ManualClock()
    const here = world({ clock })
    const id = await here.resque.enqueueInWithQueue('bad', 1, 'A')
    await here.redis.set(here.keys.queue('bad'), 'no list')
    clock.advance(1_000)
    expect(await promote(here)).toMatchObject({ moved: 0, refused: 1 })
    expect(await here.resque.status(id ?? '')).toMatchObject({ state: 'failed', class: 'A', queue: 'bad' })
    expect(await here.redis.ttl(here.keys.status(id ?? ''))).toBeGreaterThan(0)
  })
})

describe('the delayed set', () => {
  it('may name a bucket that is gone, of another type, or no second at all', async () => {
    const here = await delayed(good)
    await here.redis.set(here.keys.bucket(now - 3), 'no list')
    await here.redis.zadd(
      here.keys.schedule,
      now - 1,
      String(now - 1),
      now - 3,
      String(now - 3),
      now - 2,
      'no number',
    )
    await here.redis.zadd(here.keys.schedule, 5, '-5', 6, '6.5', 7, 'last_enqueued_at')
    await here.redis.hset(here.keys.lastEnqueuedAt, 'tea', 'x')
    expect(await promote(here)).toMatchObject({ moved: 1, refused: 0, oldestSeconds: now })
    expect(await here.allKeys()).toEqual([
      `delayed:${now - 3}`,
      'delayed:last_enqueued_at',
      'queue:mail',
      'queues',
    ])
  })

  it('may lack the second of a bucket: nobody trips over it', async () => {
    const here = await delayed(good)
    await here.redis.rpush(here.keys.bucket(now - 1), good)
    expect(await promote(here)).toMatchObject({ moved: 1 })
    expect(await here.redis.llen(here.keys.bucket(now - 1))).toBe(1)
  })

  it('is left as it is when the failed list holds something else', async () => {
    const here = await delayed('no json', good)
    await here.redis.set(here.keys.failed, 'no list')
    const before = await here.allKeys()
    await expect(promote(here)).rejects.toThrow(/WRONGTYPE/)
    expect(await here.allKeys()).toEqual(before)
    expect(await here.redis.llen(here.keys.bucket(now))).toBe(2)
  })

  it("is promoted although Ruby's index or a status of php-resque holds something else", async () => {
    const tracked = '{"class":"A","args":[],"id":"abc","queue":"mail"}'
    const here = await delayed(good, tracked)
    await here.redis.set(`${here.keys.timestampsPrefix}${good}`, 'no set')
    await here.redis.sadd(here.keys.status('abc'), 'no text')
    expect(await promote(here)).toMatchObject({ moved: 2, refused: 0 })
    expect(await here.redis.lrange(here.keys.queue('mail'), 0, -1)).toEqual([
      '{"class":"Good","args":[1]}',
      tracked,
    ])
  })
})

it('of many queues one that holds something else refuses its own tracked jobs only', async () => {
  const clock = new ManualClock()
  const here = world({ clock })
  const queues = ['a', 'bad', 'c', 'bad"2']
  const ids = await here.resque.enqueueBulk(
    Array.from({ length: 40 }, (_, index) => ({
      job: 'Tick',
      args: [index],
      queue: queues[index % 4] ?? '',
      in: 60,
    })),
  )
  for (const queue of ['bad', 'bad"2']) await here.redis.set(here.keys.queue(queue), 'x')
  clock.advance(60_000)
  const { moved, refused } = await here.rooms.delayed.promote({ limit: 1_000, leader: null })
  expect([moved, refused]).toEqual([20, 20])
  const states = await Promise.all(ids.map(async (id) => (await here.resque.status(id ?? ''))?.state))
  expect(states).toEqual(ids.map((_, index) => (index % 2 === 0 ? 'waiting' : 'failed')))
  expect((await here.redis.smembers(here.keys.queues)).sort()).toEqual(['a', 'c'])
  expect(await here.redis.llen(here.keys.failed)).toBe(20)
})
