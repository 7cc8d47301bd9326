// Jobs of which there is one at a time: who keeps the key, and what becomes of the job that comes second.

import { describe, expect, it } from 'vitest'
import { UniqueConflictError } from '../../src/errors.ts'
import type { UniqueOptions } from '../../src/job/unique.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { type World, world } from '../support/world.ts'

class Sync {
  static queue = 'sync'
  static unique = true
  perform(_user: number, _options?: object): void {}
}

class Other {
  static queue = 'sync'
  static unique = true
  perform(_user: number): void {}
}

const places = { waiting: 0, delayed: 60 } as const

/** How many jobs are there. */
async function jobsOf({ resque }: World): Promise<{ waiting: number; delayed: number }> {
  return { waiting: await resque.queues.size('sync'), delayed: await resque.delayed.count() }
}

async function stateOf({ resque }: World, id: string | null): Promise<string | undefined> {
  return (await resque.status(id ?? ''))?.state
}

describe('a job whose key is free', () => {
  it('is added, now or later, and has a status at once', async () => {
    const here = world()
    const now = await here.resque.enqueue(Sync, 1)
    const later = await here.resque.enqueueIn(60, Sync, 2)
    expect(await jobsOf(here)).toEqual({ waiting: 1, delayed: 1 })
    expect([await stateOf(here, now), await stateOf(here, later)]).toEqual(['waiting', 'delayed'])
    expect(await here.redis.get(here.keys.status(later ?? ''))).toContain('"status":63')
  })

  it('has a key of its own: another class, other args', async () => {
    const here = world()
    const ids = [
      await here.resque.enqueue(Sync, 1),
      await here.resque.enqueue(Sync, 2),
      await here.resque.enqueue(Sync, 1, { deep: true }),
      await here.resque.enqueue(Other, 1),
    ]
    expect(new Set(ids).size).toBe(4)
  })
})

describe('a second job of the same key', () => {
  it.each(Object.entries(places))('keeps the first that is %s, and tells its id', async (_, seconds) => {
    const here = world()
    const first = await here.resque.enqueueIn(seconds, Sync, 1, { a: 1, b: [2] })
    const before = await jobsOf(here)
    expect(await here.resque.enqueue(Sync, 1, { b: [2], a: 1 })).toBe(first)
    expect(await here.resque.enqueueTo('elsewhere', Sync, 1, { a: 1, b: [2] })).toBe(first)
    expect(await here.resque.enqueueIn(5, Sync, 1, { a: 1, b: [2] })).toBe(first)
    expect(await jobsOf(here)).toEqual(before)
    expect(await here.resque.queues.size('elsewhere')).toBe(0)
  })

  it.each(Object.entries(places))('replaces the first that is %s', async (_, seconds) => {
    const here = world()
    const first = await here.resque.enqueueIn(seconds, Sync, 1)
    const replacing = here.resque.with({ unique: { onConflict: 'replace' } })
    const second = await replacing.enqueueIn(30, Sync, 1)
    expect(second).not.toBe(first)
    expect([await stateOf(here, first), await stateOf(here, second)]).toEqual(['cancelled', 'delayed'])
    expect(await replacing.enqueue(Sync, 1)).not.toBe(second)
    expect(await jobsOf(here)).toEqual({ waiting: 1, delayed: 0 })
    expect(await here.redis.zcard(here.keys.schedule)).toBe(0)
  })

  it.each(Object.entries(places))('moves the first that is %s to the new time', async (_, seconds) => {
    const here = world({ clock: new ManualClock() })
    const first = await here.resque.enqueueIn(seconds, Sync, 1)
    const moving = here.resque.with({ unique: { onConflict: 'move' } })
    expect(await moving.enqueueIn(90, Sync, 1)).toBe(first)
    const dueAt = (await here.resque.status(first ?? ''))?.dueAt
    expect((dueAt?.getTime() ?? 0) - here.rooms.clock.nowMs()).toBe(90_000)
    expect(await moving.enqueue(Sync, 1)).toBe(first)
    expect(await jobsOf(here)).toEqual({ waiting: 1, delayed: 0 })
    expect(await moving.enqueue(Sync, 1)).toBe(first)
    expect(await jobsOf(here)).toEqual({ waiting: 1, delayed: 0 })
  })

  it.each(Object.entries(places))(
    'is rejected while the first is %s, and told of it',
    async (state, seconds) => {
      const here = world()
      const first = await here.resque.enqueueIn(seconds, Sync, 1)
      const rejecting = here.resque.with({ unique: { onConflict: 'reject' } })
      const error = await rejecting.enqueue(Sync, 1).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(UniqueConflictError)
      expect(error).toMatchObject({ id: first, state, code: 'UNIQUE_CONFLICT' })
      expect((error as Error).message).toMatch(/^Sync was not added: job \w+ has its key and is .*\. Wait/)
    },
  )

  it('is added when its class is unique but the call says otherwise', async () => {
    const here = world()
    const plain = here.resque.with({ unique: false })
    expect(await plain.enqueue(Sync, 1)).not.toBe(await plain.enqueue(Sync, 1))
    expect((await jobsOf(here)).waiting).toBe(2)
    expect((await here.allKeys()).filter((key) => key.startsWith('unique:'))).toEqual([])
  })
})

describe('the key', () => {
  const keyed = (here: World, unique: UniqueOptions) => here.resque.with({ unique })

  it('is what the function makes of the args, or the text, within the class', async () => {
    const here = world()
    const byUser = keyed(here, { key: (user: number) => `user ${user}` })
    const first = await byUser.enqueue(Sync, 1, { page: 1 })
    expect(await byUser.enqueue(Sync, 1, { page: 2 })).toBe(first)
    expect(await byUser.enqueue(Sync, 2)).not.toBe(first)
    expect(await byUser.enqueue(Other, 1)).not.toBe(first)
    expect(await keyed(here, { key: 'user 1' }).enqueue(Sync, 9)).toBe(first)
  })

  it('takes the queue in when told to', async () => {
    const here = world()
    const perQueue = keyed(here, { perQueue: true })
    const first = await perQueue.enqueueTo('a', Sync, 1)
    expect(await perQueue.enqueueTo('b', Sync, 1)).not.toBe(first)
    expect(await perQueue.enqueueTo('a', Sync, 1)).toBe(first)
  })
})

describe('a key is free again', () => {
  const takings: [string, (here: World, id: string) => Promise<unknown>][] = [
    ['when its job is cancelled', ({ resque }, id) => resque.cancel(id)],
    ['when its queue is removed', ({ resque }) => resque.queues.remove('sync')],
    ['when its job is dequeued', ({ resque }) => resque.queues.dequeue(Sync, 1)],
  ]
  it.each(takings)('%s', async (_, takeOut) => {
    const here = world()
    const first = (await here.resque.enqueue(Sync, 1)) ?? ''
    await takeOut(here, first)
    expect(await here.resque.enqueue(Sync, 1)).not.toBe(first)
    expect((await jobsOf(here)).waiting).toBe(1)
  })

  it('when another system has taken its delayed job out, without a word', async () => {
    const here = world()
    const first = await here.resque.enqueueIn(60, Sync, 1)
    const [due = 0] = await here.rooms.delayed.timestamps()
    await here.redis.del(here.keys.bucket(due))
    await here.redis.zrem(here.keys.schedule, due)
    expect(await here.resque.enqueue(Sync, 1)).not.toBe(first)
  })

  it('after the time in `withinSeconds`, though its job still waits', async () => {
    const clock = new ManualClock()
    const here = world({ clock })
    const throttled = here.resque.with({ unique: { withinSeconds: 10 } })
    const first = await throttled.enqueue(Sync, 1)
    clock.advance(9_999)
    expect(await throttled.enqueue(Sync, 1)).toBe(first)
    clock.advance(1)
    expect(await throttled.enqueue(Sync, 1)).not.toBe(first)
    expect((await jobsOf(here)).waiting).toBe(2)
  })

  it('not while a scheduler of another system carries its job, or has promoted it without a word', async () => {
    const clock = new ManualClock()
    const here = world({ clock })
    const first = await here.resque.enqueueIn(60, Sync, 1)
    clock.advance(61_000)
    const [due = 0] = await here.rooms.delayed.timestamps()
    const payload = (await here.redis.lpop(here.keys.bucket(due))) ?? ''
    expect(await here.resque.enqueue(Sync, 1)).toBe(first)
    await here.redis.rpush(here.keys.queue('sync'), payload)
    clock.advance(600_000)
    expect(await here.resque.enqueue(Sync, 1)).toBe(first)
    const replacing = here.resque.with({ unique: { onConflict: 'replace' } })
    expect(await replacing.enqueue(Sync, 1)).not.toBe(first)
    expect(await stateOf(here, first)).toBe('cancelled')
    expect((await jobsOf(here)).waiting).toBe(1)
  })
})

describe('what is kept', () => {
  it('costs one text for each key, which ends by itself', async () => {
    const here = world()
    await here.resque.enqueueIn(100, Sync, 1)
    const keys = (await here.allKeys()).filter((key) => key.startsWith('unique:'))
    expect(keys).toHaveLength(1)
    const ms = await here.redis.pttl(`${here.namespace}:${keys[0]}`)
    expect(ms).toBeGreaterThan(86_400_000)
    expect(ms).toBeLessThanOrEqual(86_400_000 + 101_000)
  })

  it('is held on while somebody asks and the job is there', async () => {
    const here = world()
    await here.resque.enqueue(Sync, 1)
    const [key = ''] = (await here.allKeys()).filter((name) => name.startsWith('unique:'))
    await here.redis.pexpire(`${here.namespace}:${key}`, 5_000)
    await here.resque.enqueue(Sync, 1)
    expect(await here.redis.pttl(`${here.namespace}:${key}`)).toBeGreaterThan(80_000_000)
  })
})
