// delayOrEnqueue: what is delayed already is given another time, else it is added.

import { describe, expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { type World, world } from '../support/world.ts'

const now = 1_798_761_600

class Tick {
  static queue = 'ticks'
  perform(_name: string, _more?: object): void {}
}

function dates(...seconds: number[]): Date[] {
  return seconds.map((second) => new Date((now + second) * 1000))
}

async function promoted(here: World & { readonly moving: ManualClock }, seconds: number): Promise<number> {
  here.moving.advance(seconds * 1000)
  return (await here.rooms.delayed.promote({ limit: 100, leader: null })).moved
}

describe.each(['php', 'ruby'] as const)('in the format of %s', (payload) => {
  function setUp(): World & { readonly moving: ManualClock } {
    const moving = new ManualClock()
    return { ...world({ clock: moving, payload }), moving }
  }

  it('a job that is not there is added', async () => {
    const here = setUp()
    await here.resque.enqueueIn(30, Tick, 'b')
    await here.resque.enqueueInWithQueue('other', 30, Tick, 'a')
    const id = await here.resque.delayOrEnqueueIn(60, Tick, 'a')
    expect(id === null).toBe(payload === 'ruby')
    expect(await here.resque.delayed.scheduledAt(Tick, 'a')).toContainEqual(dates(60)[0])
    expect(await here.resque.delayed.count()).toBe(3)
  })

  it('a job that is there is put off, again and again, and runs once', async () => {
    const here = setUp()
    const id = await here.resque.delayOrEnqueueIn(60, Tick, 'a', { x: 1 })
    for (const seconds of [90, 30, 30, 120]) {
      expect(await here.resque.delayOrEnqueueAt(now + seconds, Tick, 'a', { x: 1 })).toBe(id)
      expect(await here.resque.delayed.timestamps()).toEqual(dates(seconds))
    }
    expect(await promoted(here, 119)).toBe(0)
    expect(await promoted(here, 1)).toBe(1)
    expect(await here.resque.queues.size('ticks')).toBe(1)
  })

  it('several equal jobs are all moved, and no trace is left where they were', async () => {
    const here = setUp()
    for (const seconds of [30, 30, 60]) await here.resque.enqueueIn(seconds, Tick, 'a')
    await here.resque.enqueueIn(60, Tick, 'b')
    await here.resque.delayOrEnqueueAt(now + 90, Tick, 'a')
    expect(await here.resque.delayed.scheduledAt(Tick, 'a')).toEqual(dates(90))
    expect(await here.resque.delayed.sizeAt(now + 90)).toBe(3)
    expect(await here.resque.delayed.timestamps()).toEqual(dates(60, 90))
    expect(await here.resque.delayed.remove(Tick, 'a')).toBe(3)
  })

  it('a time already past puts it into its queue, whether it was there or not', async () => {
    const here = setUp()
    await here.resque.enqueueIn(30, Tick, 'a')
    for (const name of ['a', 'b']) await here.resque.delayOrEnqueueAt(now - 1, Tick, name)
    expect(await here.resque.queues.size('ticks')).toBe(2)
    expect(await here.resque.delayed.count()).toBe(0)
  })
})

it('jobs are equal by value, and the status of one that was moved tells its new time', async () => {
  const here = world({ clock: new ManualClock() })
  const id = (await here.resque.delayOrEnqueueIn(60, Tick, 'a', { x: 1, y: [2] })) ?? ''
  expect(await here.resque.delayOrEnqueueIn(90, Tick, 'a', { y: [2], x: 1 })).toBe(id)
  expect(await here.resque.status(id)).toMatchObject({ state: 'delayed', dueAt: dates(90)[0] })
  expect(await here.resque.delayOrEnqueueIn(90, Tick, 'a', { y: [3], x: 1 })).not.toBe(id)
  expect(await here.resque.cancel(id)).toBe(true)
})

it('of many calls at once one adds the job and all others move it', async () => {
  const here = world({ clock: new ManualClock() })
  const ids = await Promise.all(
    Array.from({ length: 40 }, (_, index) => here.client().delayOrEnqueueIn(60 + index, Tick, 'a')),
  )
  expect(new Set(ids).size).toBe(1)
  expect(await here.resque.delayed.count()).toBe(1)
})

it('a job that Ruby or Node delayed is moved as it is, with its index', async () => {
  const here = world({ clock: new ManualClock() })
  const payloads = [
    '{"class":"Tick","args":["a"],"queue":"ticks"}',
    '{"class":"Tick","queue":"ticks","args":["a"]}',
  ]
  for (const payload of payloads) {
    await here.redis.rpush(here.keys.bucket(now + 30), payload)
    await here.redis.sadd(here.keys.timestampsPrefix + payload, `delayed:${now + 30}`)
    await here.redis.zadd(here.keys.schedule, now + 30, now + 30)
  }
  expect(await here.resque.delayOrEnqueueIn(60, Tick, 'a')).toBe(null)
  expect(await here.rooms.delayed.peekAt(now + 60)).toEqual(payloads)
  for (const payload of payloads) {
    const index = await here.redis.smembers(here.keys.timestampsPrefix + payload)
    expect(index).toEqual([`delayed:${now + 60}`])
  }
  expect(await here.resque.delayed.timestamps()).toEqual(dates(60))
})

it('where the new second holds something else, the job stays where it is', async () => {
  const here = world({ clock: new ManualClock() })
  await here.resque.enqueueIn(30, Tick, 'a')
  await here.redis.set(here.keys.bucket(now + 60), 'no list')
  await expect(here.resque.delayOrEnqueueIn(60, Tick, 'a')).rejects.toThrow(/WRONGTYPE/)
  expect(await here.resque.delayed.scheduledAt(Tick, 'a')).toEqual(dates(30))
})
