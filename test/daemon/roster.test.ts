// Who works here: joining, beating, being forgotten.

import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { Roster } from '../../src/daemon/roster.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { world } from '../support/world.ts'

const workerId = `${hostname()}:${process.pid}:mail`

describe('a worker process', () => {
  it('joins under host, pid and queues; the next one with the same id under a host of its own', async () => {
    const { rooms, redis, keys } = world()
    const roster = new Roster(rooms.store)
    const first = await roster.join('mail', 1)
    const second = await roster.join('mail', 2)
    expect(first.workerId).toBe(workerId)
    expect(second.workerId).toMatch(new RegExp(`^${hostname()}\\.[0-9a-f]{8}:${process.pid}:mail$`))
    expect(second.token).not.toBe(first.token)
    const ids = [first.workerId, second.workerId, `${second.workerId}:2`]
    expect((await roster.ids()).sort()).toEqual(ids.sort())
    expect(await redis.zcard(keys.processes)).toBe(2)
  })

  it('does not take the id of a Ruby worker on the same host', async () => {
    const { rooms, redis, keys } = world()
    await redis.sadd(keys.workers, workerId)
    await redis.hset(keys.heartbeats, workerId, '2026-11-23T02:06:00+00:00')
    const member = await new Roster(rooms.store).join('mail', 1)
    expect(member.workerId).not.toBe(workerId)
    expect(await redis.hget(keys.heartbeats, workerId)).toBe('2026-11-23T02:06:00+00:00')
  })

  it("writes heartbeats by Redis's clock, since Ruby compares them with it", async () => {
    const { rooms, redis, keys } = world()
    const anHourAhead = new ManualClock(rooms.clock.nowMs() + 3_600_000)
    const roster = new Roster({ ...rooms.store, clock: anHourAhead })
    const member = await roster.join('mail', 1)
    const redisSeconds = Number((await redis.time())[0])
    const joined = Date.parse((await redis.hget(keys.heartbeats, member.workerId)) ?? '') / 1000
    expect(redisSeconds - joined).toBeLessThan(5)
    expect(joined).toBeLessThanOrEqual(redisSeconds)
    expect(await redis.hget(keys.heartbeats, member.workerId)).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/,
    )
  })

  it.each([
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00+00:00'],
    ['2000-02-29T23:59:59.999Z', '2000-02-29T23:59:59+00:00'],
    ['2027-12-31T23:59:59Z', '2027-12-31T23:59:59+00:00'],
    ['2028-02-29T12:00:00Z', '2028-02-29T12:00:00+00:00'],
    ['2028-03-01T00:00:00Z', '2028-03-01T00:00:00+00:00'],
    ['2100-03-01T00:00:00Z', '2100-03-01T00:00:00+00:00'],
  ])('writes the heartbeat of %s as %s', async (now, heartbeat) => {
    const { rooms, redis, keys } = world({ clock: new ManualClock(Date.parse(now)) })
    const member = await new Roster(rooms.store).join('mail', 1)
    expect(await redis.hget(keys.heartbeats, member.workerId)).toBe(heartbeat)
  })

  it('beats: its process always, the heartbeat that Ruby reads when asked', async () => {
    const clock = new ManualClock()
    const { rooms, redis, keys } = world({ clock })
    const roster = new Roster(rooms.store)
    const member = await roster.join('mail', 2)
    clock.advance(60_000)
    expect(await roster.beat(member, false)).toEqual([])
    expect(await redis.zscore(keys.processes, member.token)).toBe('1798761660000')
    expect(await redis.hget(keys.heartbeats, workerId)).toBe('2027-01-01T00:00:00+00:00')
    expect(await roster.beat(member, true)).toEqual([])
    expect(await redis.hvals(keys.heartbeats)).toEqual(Array(2).fill('2027-01-01T00:01:00+00:00'))
    expect(await redis.get(keys.workerStarted(workerId))).toBe('2027-01-01 00:00:00 +0000')
  })

  it('that Ruby has pruned is registered again by its next heartbeat', async () => {
    const { rooms, redis, keys } = world()
    const roster = new Roster(rooms.store)
    const member = await roster.join('mail', 2)
    await redis.srem(keys.workers, workerId, `${workerId}:2`)
    await redis.hdel(keys.heartbeats, workerId, `${workerId}:2`)
    expect(await roster.beat(member, true)).toEqual([])
    expect((await roster.ids()).sort()).toEqual([workerId, `${workerId}:2`])
  })

  it('that was taken for dead is told so, and comes back by joining anew', async () => {
    const clock = new ManualClock()
    const { rooms, redis, keys } = world({ clock })
    const roster = new Roster(rooms.store)
    const member = await roster.join('mail', 1)
    clock.advance(31_000)
    await rooms.running.requeueOrphans(30_000)
    expect(await roster.beat(member, true)).toBeNull()
    expect(await roster.ids()).toEqual([])
    const again = await roster.join('mail', 1)
    expect(again.workerId).toBe(member.workerId)
    expect(again.token).not.toBe(member.token)
    expect(await redis.zrange(keys.processes, '0', '-1')).toEqual([again.token])
  })

  it('tells what each worker has in hand, of all systems', async () => {
    const { rooms, redis, keys } = world()
    const roster = new Roster(rooms.store)
    await redis.set(keys.worker('web1:2:q1'), '{"queue":"q1"}')
    expect(await roster.working(['web1:1:q1', 'web1:2:q1'])).toEqual([null, '{"queue":"q1"}'])
    expect(await roster.working([])).toEqual([])
  })
})
