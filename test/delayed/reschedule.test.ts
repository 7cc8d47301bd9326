// Rescheduling: a delayed or waiting job moves to another second, with its bytes.

import { describe, expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { type World, world } from '../support/world.ts'

const now = 1_798_761_600

class Tick {
  static queue = 'ticks'
  perform(_name: string): void {}
}

interface Delayed extends World {
  readonly moving: ManualClock
  readonly id: string
}

async function delayedBy(seconds: number, track = true): Promise<Delayed> {
  const moving = new ManualClock()
  const here = world({ clock: moving, track })
  const id = (await here.resque.enqueueIn(seconds, Tick, 'x')) ?? ''
  return { ...here, moving, id }
}

function promote({ rooms }: World) {
  return rooms.delayed.promote({ limit: 1_000, leader: null })
}

describe('a job is rescheduled', () => {
  it.each([
    ['later', 600],
    ['sooner', 10],
    ['for the same second', 60],
  ])('%s, and runs at the new time only', async (_what, seconds) => {
    const here = await delayedBy(60)
    expect(await here.resque.reschedule(here.id, now + seconds)).toBe(true)
    expect(await here.resque.status(here.id)).toMatchObject({
      state: 'delayed',
      dueAt: new Date((now + seconds) * 1000),
      class: 'Tick',
      args: ['x'],
      attempts: 0,
    })
    expect(await here.resque.delayed.timestamps()).toEqual([new Date((now + seconds) * 1000)])
    here.moving.advance(seconds * 1000 - 1)
    expect((await promote(here)).moved).toBe(0)
    here.moving.advance(1)
    expect((await promote(here)).moved).toBe(1)
    here.moving.advance(1_000_000)
    expect((await promote(here)).moved).toBe(0)
    expect((await here.resque.status(here.id))?.state).toBe('waiting')
  })

  it('as often as one likes', async () => {
    const here = await delayedBy(60)
    for (const seconds of [120, 30, 7_200, 90]) {
      expect(await here.resque.reschedule(here.id, now + seconds)).toBe(true)
      expect((await here.resque.status(here.id))?.dueAt).toEqual(new Date((now + seconds) * 1000))
    }
    expect(await here.allKeys()).toEqual([
      `delayed:${now + 90}`,
      'delayed_queue_schedule',
      `job:${here.id}:status`,
    ])
  })

  it('with a fraction of a second, which is rounded up', async () => {
    const here = await delayedBy(60)
    await here.resque.reschedule(here.id, new Date((now + 90) * 1000 + 1))
    expect(await here.resque.delayed.next()).toEqual(new Date((now + 91) * 1000))
  })

  it('to the past: it waits in its queue at once', async () => {
    const here = await delayedBy(60)
    expect(await here.resque.reschedule(here.id, new Date(0))).toBe(true)
    expect((await here.resque.status(here.id))?.state).toBe('waiting')
    expect(await here.resque.queues.size('ticks')).toBe(1)
    expect(await here.allKeys()).toEqual([`job:${here.id}:status`, 'queue:ticks', 'queues'])
  })

  it('from its queue back to the delayed set, and from there into its queue', async () => {
    const here = await delayedBy(0)
    const payload = await here.redis.lindex(here.keys.queue('ticks'), 0)
    expect(await here.resque.reschedule(here.id, now + 60)).toBe(true)
    expect(await here.resque.queues.size('ticks')).toBe(0)
    expect((await here.resque.status(here.id))?.state).toBe('delayed')
    expect(await here.resque.reschedule(here.id, now)).toBe(true)
    expect(await here.redis.lrange(here.keys.queue('ticks'), 0, -1)).toEqual([payload])
    expect((await here.resque.status(here.id))?.state).toBe('waiting')
  })

  it('when it is not tracked: what remembers its new second ends by itself', async () => {
    const here = await delayedBy(60, false)
    expect(await here.resque.reschedule(here.id, now + 600)).toBe(true)
    expect((await here.resque.status(here.id))?.dueAt).toEqual(new Date((now + 600) * 1000))
    expect(await here.redis.ttl(here.keys.status(here.id))).toBeGreaterThan(600)
    expect(await here.resque.reschedule(here.id, now + 60)).toBe(true)
    expect(await here.resque.cancel(here.id)).toBe(true)
    expect(await here.resque.delayed.count()).toBe(0)
  })

  it('out of 5,000 that are due in the same second', async () => {
    const here = await delayedBy(60)
    await here.resque.enqueueBulk(Array.from({ length: 4_999 }, () => ({ job: Tick, args: ['y'], in: 60 })))
    expect(await here.resque.reschedule(here.id, now + 61)).toBe(true)
    expect(await here.resque.delayed.sizeAt(now + 60)).toBe(4_999)
    expect(await here.resque.delayed.sizeAt(now + 61)).toBe(1)
  })

  it('while it keeps what its last attempt has told', async () => {
    const here = await delayedBy(60)
    const told = '"attempts":2,"error":{"name":"Error","message":"busy"}'
    await here.redis.hset(here.keys.attempts, here.id, 2)
    await here.redis.set(
      here.keys.status(here.id),
      `{"status":63,"updated":${now},"class":"Tick","queue":"ticks",${told},"due":${now + 60},"updated_ms":${now}000}`,
    )
    expect(await here.resque.reschedule(here.id, now + 90)).toBe(true)
    const error = { name: 'Error', message: 'busy' }
    expect(await here.resque.status(here.id)).toMatchObject({ state: 'delayed', attempts: 2, error })
  })
})

describe('a job that cannot be rescheduled', () => {
  it('because its queue holds something else stays where it is', async () => {
    const here = await delayedBy(60)
    await here.redis.set(here.keys.queue('ticks'), 'no list')
    await expect(here.resque.reschedule(here.id, now - 1)).rejects.toThrow(/WRONGTYPE/)
    expect((await here.resque.status(here.id))?.dueAt).toEqual(new Date((now + 60) * 1000))
    expect(await here.allKeys()).toEqual([`delayed:${now + 60}`, 'delayed_queue_schedule', 'queue:ticks'])
  })

  it('because the new bucket holds something else stays where it is, delayed or waiting', async () => {
    for (const seconds of [60, 0]) {
      const here = await delayedBy(seconds)
      await here.redis.set(here.keys.bucket(now + 90), 'no list')
      await expect(here.resque.reschedule(here.id, now + 90)).rejects.toThrow(/WRONGTYPE/)
      expect((await here.resque.status(here.id))?.state).toBe(seconds === 0 ? 'waiting' : 'delayed')
      expect((await here.resque.delayed.count()) + (await here.resque.queues.size('ticks'))).toBe(1)
    }
  })

  it.each([new Date(Number.NaN), Number.NaN, '2030-01-01', 1_798_761_600_000])(
    'because the time is wrong stays where it is: %s',
    async (when) => {
      const here = await delayedBy(60)
      await expect(here.resque.reschedule(here.id, when as Date)).rejects.toThrow(/date|milliseconds|needs a/)
      expect(await here.resque.delayed.next()).toEqual(new Date((now + 60) * 1000))
    },
  )
})
