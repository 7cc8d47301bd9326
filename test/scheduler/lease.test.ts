// Who leads: one at a time, in Ruby's lock.

import { describe, expect, it } from 'vitest'
import { Lease } from '../../src/scheduler/lease.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { world } from '../support/world.ts'

describe('the lease', () => {
  it('is taken by the first who asks, and told to the others with its end', async () => {
    const { rooms } = world()
    const [mine, other] = [new Lease(rooms.store), new Lease(rooms.store)]
    expect(mine.name).not.toBe(other.name)
    expect(await mine.hold()).toMatchObject({ mine: true, holder: mine.name, endsInMs: 15_000 })
    const refused = await other.hold()
    expect(refused).toMatchObject({ mine: false, holder: mine.name })
    expect(refused.endsInMs).toBeGreaterThan(10_000)
    expect(refused.endsInMs).toBeLessThanOrEqual(15_000)
  })

  it('tells the others since when it is led, which a renewal does not change', async () => {
    const clock = new ManualClock()
    const { rooms, redis, keys } = world({ clock })
    const [mine, other] = [new Lease(rooms.store), new Lease(rooms.store)]
    const sinceMs = clock.nowMs()
    expect((await mine.hold()).sinceMs).toBe(sinceMs)
    clock.advance(5_000)
    expect((await mine.hold()).sinceMs).toBe(sinceMs)
    expect(await other.hold()).toMatchObject({ holder: mine.name, sinceMs })
    await mine.release()
    expect((await other.hold()).sinceMs).toBe(sinceMs + 5_000)
    await redis.set(keys.leader, 'ruby:1', 'EX', 180)
    expect(await mine.hold()).toMatchObject({ holder: 'ruby:1', sinceMs: null })
  })

  it('is renewed by who has it', async () => {
    const { rooms, redis, keys } = world()
    const lease = new Lease(rooms.store)
    await lease.hold()
    await redis.pexpire(keys.leader, 3_000)
    expect((await lease.hold()).mine).toBe(true)
    expect(await redis.pttl(keys.leader)).toBeGreaterThan(10_000)
  })

  it('is taken by another when it has ended, and its former holder is refused', async () => {
    const { rooms, redis, keys } = world()
    const [first, second] = [new Lease(rooms.store), new Lease(rooms.store)]
    await first.hold()
    await redis.del(keys.leader)
    expect((await second.hold()).mine).toBe(true)
    expect(await first.hold()).toMatchObject({ mine: false, holder: second.name })
  })

  it("is given up by its holder, and never another's", async () => {
    const { rooms, redis, keys } = world()
    const [mine, other] = [new Lease(rooms.store), new Lease(rooms.store)]
    await mine.hold()
    await other.release()
    expect(await redis.get(keys.leader)).toBe(mine.name)
    await mine.release()
    expect(await redis.exists(keys.leader)).toBe(0)
    await mine.release()
    expect((await other.hold()).mine).toBe(true)
  })

  it('of a Ruby scheduler is respected, whatever its value, and also when it has no end', async () => {
    const { rooms, redis, keys } = world()
    const lease = new Lease(rooms.store)
    await redis.set(keys.leader, 'localhost:18716', 'EX', 180)
    const refused = await lease.hold()
    expect(refused).toMatchObject({ mine: false, holder: 'localhost:18716' })
    expect(refused.endsInMs).toBeGreaterThan(170_000)
    await redis.set(keys.leader, 'localhost:18716')
    expect(await lease.hold()).toMatchObject({ mine: false, holder: 'localhost:18716', endsInMs: -1 })
    await lease.release()
    expect(await redis.get(keys.leader)).toBe('localhost:18716')
  })

  it('is held by one of many who ask at the same time', async () => {
    const { rooms } = world()
    const leases = Array.from({ length: 20 }, () => new Lease(rooms.store))
    const states = await Promise.all(leases.map((lease) => lease.hold()))
    expect(states.filter(({ mine }) => mine)).toHaveLength(1)
    expect(new Set(states.map(({ holder }) => holder)).size).toBe(1)
  })

  it("tells Redis's time", async () => {
    const { rooms, redis } = world()
    const [seconds] = await redis.time()
    const { redisNowMs } = await new Lease(rooms.store).hold()
    expect(redisNowMs).toBeGreaterThanOrEqual(Number(seconds) * 1000)
    expect(redisNowMs).toBeLessThan(Number(seconds) * 1000 + 60_000)
  })

  it('tells the leader alone how much was changed of its entries, where that can be read', async () => {
    const { rooms, redis, keys } = world()
    const [mine, other] = [new Lease(rooms.store), new Lease(rooms.store)]
    const { version, dynamicChanged } = keys.recurring('')
    expect((await mine.hold()).changes).toEqual({ version: 0, names: 0 })
    await redis.set(version, '7')
    await redis.sadd(dynamicChanged, 'tea', 'coffee')
    expect((await mine.hold()).changes).toEqual({ version: 7, names: 2 })
    expect((await other.hold()).changes).toBeNull()
    await redis.set(dynamicChanged, 'no set')
    expect(await mine.hold()).toMatchObject({ mine: true, changes: null })
  })
})
