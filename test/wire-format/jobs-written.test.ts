// Every byte that is written for jobs that wait: queues, the delayed set, Ruby's index, status records.

import { describe, expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { type World, world } from '../support/world.ts'

class SendEmail {
  static queue = 'mail'
  perform(_to: string, _options?: object): void {}
}

/** 2027-01-01T00:00:00Z, the manual clock's beginning. */
const now = 1_798_761_600
const later = now + 300

function phpPayload(id: string | null, args = '["ann@example.com",{"a":"/é"}]'): string {
  return `{"class":"SendEmail","args":${args},"queue":"mail","id":"${id}","queue_time":${now}.000}`
}

function statusOf({ redis, keys }: World, id: string | null): Promise<string | null> {
  return redis.get(keys.status(id ?? ''))
}

describe("in php-resque's format", () => {
  it('a job goes into its queue, the queue into the set of queues, and its status is waiting', async () => {
    const here = world({ clock: new ManualClock() })
    const id = await here.resque.enqueue(SendEmail, 'ann@example.com', { a: '/é' })
    expect(await here.redis.lrange(here.keys.queue('mail'), 0, -1)).toEqual([phpPayload(id)])
    expect(await here.redis.smembers(here.keys.queues)).toEqual(['mail'])
    expect(await statusOf(here, id)).toBe(
      `{"status":1,"updated":${now},"started":${now},"result":null,"class":"SendEmail","queue":"mail","updated_ms":${now}000}`,
    )
    expect(await here.redis.ttl(here.keys.status(id ?? ''))).toBe(-1)
    expect(await here.allKeys()).toEqual([`job:${id}:status`, 'queue:mail', 'queues'])
  })

  it('a delayed job goes into the bucket of its second, and has no other record', async () => {
    const here = world({ clock: new ManualClock() })
    const id = await here.resque.enqueueIn(300, SendEmail, 'ann@example.com', { a: '/é' })
    expect(await here.redis.lrange(here.keys.bucket(later), 0, -1)).toEqual([phpPayload(id)])
    const schedule = await here.redis.zrange(here.keys.schedule, '0', '-1', 'WITHSCORES')
    expect(schedule).toEqual([String(later), String(later)])
    expect(await here.allKeys()).toEqual([`delayed:${later}`, 'delayed_queue_schedule'])
  })

  it('a promoted job has the same bytes in its queue as in its bucket', async () => {
    const clock = new ManualClock()
    const here = world({ clock })
    const id = await here.resque.enqueueIn(300, SendEmail, 'ann@example.com')
    clock.advance(300_250)
    await here.rooms.delayed.promote({ limit: 10, leader: null })
    expect(await here.redis.lrange(here.keys.queue('mail'), 0, -1)).toEqual([
      phpPayload(id, '["ann@example.com"]'),
    ])
    expect(await statusOf(here, id)).toBe(
      `{"status":1,"updated":${later},"started":${now},"result":null,"class":"SendEmail","queue":"mail","updated_ms":${later}250}`,
    )
    expect(await here.allKeys()).toEqual([`job:${id}:status`, 'queue:mail', 'queues'])
  })

  it('a cancelled job leaves a status that ends by itself', async () => {
    const here = world({ clock: new ManualClock(), keepStatusSeconds: 60 })
    const id = await here.resque.enqueueIn(300, SendEmail, 'ann@example.com')
    expect(await here.resque.cancel(id ?? '')).toBe(true)
    expect(await statusOf(here, id)).toBe(
      `{"status":64,"updated":${now},"started":${now},"result":null,"class":"SendEmail","queue":"mail","updated_ms":${now}000}`,
    )
    expect(await here.redis.ttl(here.keys.status(id ?? ''))).toBeGreaterThan(50)
    expect(await here.allKeys()).toEqual([`job:${id}:status`])
  })

  it('a rescheduled job keeps its bytes, and its status tells the new second', async () => {
    const here = world({ clock: new ManualClock() })
    const id = await here.resque.enqueueIn(300, SendEmail, 'ann@example.com')
    expect(await here.resque.reschedule(id ?? '', later + 60)).toBe(true)
    const bucket = await here.redis.lrange(here.keys.bucket(later + 60), 0, -1)
    expect(bucket).toEqual([phpPayload(id, '["ann@example.com"]')])
    expect(await statusOf(here, id)).toBe(
      `{"status":63,"updated":${now},"started":${now},"result":null,"class":"SendEmail","queue":"mail","due":${later + 60},"updated_ms":${now}000}`,
    )
    expect(await here.allKeys()).toEqual([
      `delayed:${later + 60}`,
      'delayed_queue_schedule',
      `job:${id}:status`,
    ])
  })

  it('a job that is not tracked leaves nothing but its payload', async () => {
    const here = world({ clock: new ManualClock(), track: false })
    const id = await here.resque.enqueue(SendEmail, 'ann@example.com')
    expect(id).toMatch(/^8/)
    expect(await here.redis.lrange(here.keys.queue('mail'), 0, -1)).toEqual([
      phpPayload(id, '["ann@example.com"]'),
    ])
    expect(await here.allKeys()).toEqual(['queue:mail', 'queues'])
  })

  it('names with quotes, backslashes and any length are tracked as all others are', async () => {
    const here = world({ clock: new ManualClock() })
    for (const queue of ['a"b', 'c\\d', 'long'.repeat(60)]) {
      const id = await here.resque.enqueueTo(queue, 'App\\Jobs\\"Mail"')
      expect(await here.resque.status(id ?? '')).toMatchObject({
        state: 'waiting',
        class: 'App\\Jobs\\"Mail"',
        queue,
      })
      const delayed = await here.resque.enqueueInWithQueue(queue, 1, 'App\\Jobs\\"Mail"')
      expect(await here.resque.cancel(delayed ?? '')).toBe(true)
      expect(await here.resque.cancel(id ?? '')).toBe(true)
    }
  })
})

describe("in Ruby's format", () => {
  const queued = '{"class":"SendEmail","args":["ann@example.com",{"a":"/é"}]}'
  const delayed = '{"class":"SendEmail","args":["ann@example.com",{"a":"/é"}],"queue":"mail"}'

  it('a queued job has class and args, no id and no status', async () => {
    const here = world({ clock: new ManualClock(), payload: 'ruby' })
    expect(await here.resque.enqueue(SendEmail, 'ann@example.com', { a: '/é' })).toBeNull()
    expect(await here.redis.lrange(here.keys.queue('mail'), 0, -1)).toEqual([queued])
    expect(await here.allKeys()).toEqual(['queue:mail', 'queues'])
  })

  it("a delayed job is in Ruby's index, so that Ruby finds and removes it", async () => {
    const here = world({ clock: new ManualClock(), payload: 'ruby' })
    await here.resque.enqueueIn(300, SendEmail, 'ann@example.com', { a: '/é' })
    await here.resque.enqueueIn(360, SendEmail, 'ann@example.com', { a: '/é' })
    expect(await here.redis.lrange(here.keys.bucket(later), 0, -1)).toEqual([delayed])
    const index = await here.redis.smembers(`${here.keys.timestampsPrefix}${delayed}`)
    expect(index.sort()).toEqual([`delayed:${later}`, `delayed:${later + 60}`])
    expect(await here.allKeys()).toEqual([
      `delayed:${later}`,
      `delayed:${later + 60}`,
      'delayed_queue_schedule',
      `timestamps:${delayed}`,
    ])
  })

  it("a promoted job loses its queue again and leaves Ruby's index", async () => {
    const clock = new ManualClock()
    const here = world({ clock, payload: 'ruby' })
    await here.resque.enqueueIn(300, SendEmail, 'ann@example.com', { a: '/é' })
    clock.advance(300_000)
    await here.rooms.delayed.promote({ limit: 10, leader: null })
    expect(await here.redis.lrange(here.keys.queue('mail'), 0, -1)).toEqual([queued])
    expect(await here.allKeys()).toEqual(['queue:mail', 'queues'])
  })

  it('a class whose name is written with a backslash is found and cut all the same', async () => {
    const clock = new ManualClock()
    const here = world({ clock, payload: 'ruby' })
    await here.resque.enqueueInWithQueue('mail', 300, 'App\\Mail')
    expect(await here.allKeys()).toContain('timestamps:{"class":"App\\\\Mail","args":[],"queue":"mail"}')
    clock.advance(300_000)
    await here.rooms.delayed.promote({ limit: 10, leader: null })
    expect(await here.redis.lrange(here.keys.queue('mail'), 0, -1)).toEqual([
      '{"class":"App\\\\Mail","args":[]}',
    ])
    expect(await here.allKeys()).toEqual(['queue:mail', 'queues'])
  })
})
