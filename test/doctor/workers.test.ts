// The doctor on workers and on schedulers' locks.

import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { joinProcess } from '../support/process.ts'
import { world } from '../support/world.ts'
import { expectCure, expectReport, visit } from './patient.ts'

const noPid = 4_194_305 // above the highest that Linux gives

test('a process that does not beat any more loses its jobs to the head of their queues', async () => {
  const here = world()
  const process = await joinProcess(here)
  const first = await here.resque.enqueueTo('mail', 'A', 1)
  await here.resque.enqueueTo('mail', 'A', 2)
  await process.take('mail', 1)
  expect(await visit(here)).toEqual([])
  await here.redis.zadd(here.keys.processes, 1_000, process.holder.token)
  await expectCure(here, 'dead_processes', 1)
  expect((await here.rooms.queues.peek('mail'))[0]).toContain(first)
  expect(await here.redis.smembers(here.keys.workers)).toEqual([])
})

test('slots of no process give their jobs back and go; living ones stay', async () => {
  const here = world()
  const { redis, keys, resque } = here
  const living = await joinProcess(here, 'low', 2)
  const lost = await joinProcess(here, 'mail', 2)
  const id = await resque.enqueueTo('mail', 'A')
  await lost.take('mail', 1)
  await redis.zrem(keys.processes, lost.holder.token)
  await redis.hdel(keys.processIds, lost.holder.token)
  await expectCure(here, 'dead_slots', 2)
  expect(await resque.status(id ?? '')).toMatchObject({ state: 'waiting' })
  expect((await redis.smembers(keys.workers)).sort()).toEqual([living.worker(1), living.worker(2)].sort())
  expect(await redis.hlen(keys.heartbeats)).toBe(2)
})

test('workers of other systems are told of by the rules of those systems, and never pruned', async () => {
  const here = world()
  const { redis, keys } = here
  const mine = hostname().replaceAll(':', '-')
  const ids = ['far:1:mail', 'old:1:mail', `${mine}:${noPid}:mail`, `${mine}:${process.pid}:mail`]
  await redis.sadd(keys.workers, ...ids)
  const now = new Date().toISOString()
  await redis.hset(keys.heartbeats, { 'far:1:mail': now, 'old:1:mail': '2026-01-01T00:00:00+00:00' })
  const { examples } = await expectReport(here, 'dead_foreign_workers', 2)
  expect([...examples].sort()).toEqual([ids[1], ids[2]].sort())
  expect((await redis.smembers(keys.workers)).sort()).toEqual(ids.sort())
})

test('a lock that never ends is given an end, and keeps its holder until then', async () => {
  const here = world()
  const { redis, keys } = here
  const shop = keys.recurring('shop')
  await redis.hset(shop.last, 'tea', '1')
  await redis.set(keys.leader, 'localhost:1')
  await redis.set(shop.leader, 'localhost:2')
  await expectCure(here, 'lock_without_expiry', 2)
  expect(await redis.get(keys.leader)).toBe('localhost:1')
  expect(await redis.ttl(keys.leader)).toBeGreaterThan(100)
})

test('the lock of a scheduler of ours that died here is given up', async () => {
  const here = world()
  const dead = `${hostname().replaceAll(':', '-')}.0a1b2c3d:${noPid}`
  await here.redis.set(here.keys.leader, dead, 'EX', 15)
  await expectCure(here, 'dead_leader', 1)
  expect(await here.redis.get(here.keys.leader)).toBeNull()
})

test('locks of living and of distant schedulers are left alone', async () => {
  const here = world()
  const holder = `${hostname().replaceAll(':', '-')}.0a1b2c3d:${process.pid}`
  for (const value of [holder, `far.0a1b2c3d:${noPid}`]) {
    await here.redis.set(here.keys.leader, value, 'EX', 15)
    expect(await visit(here, true)).toEqual([])
    expect(await here.redis.get(here.keys.leader)).toBe(value)
  }
})

test('two systems that lead at once are told of', async () => {
  const here = world()
  await here.redis.set(here.keys.leader, 'web1:1', 'EX', 100)
  await here.redis.set(here.keys.nodeLeader, 'web2:2', 'EX', 100)
  const { examples } = await expectReport(here, 'two_schedulers', 1)
  expect(examples).toEqual(["web1:1 and node-resque's web2:2"])
})

test('a scheduler of ours that leads is alone, whatever locks it holds', async () => {
  const here = world()
  const scheduler = here.scheduler()
  await scheduler.tick()
  expect(await here.redis.exists(here.keys.leader)).toBe(1)
  expect(await visit(here)).toEqual([])
})
