// resque scheduler: who leads, and freeing a lock that never ends.

import { expect, test } from 'vitest'
import type { LocksView } from '../../src/scheduler/lock-view.ts'
import { world } from '../support/world.ts'
import { callerOf } from './resque-call.ts'

test('status tells who holds which lock, in whose format and until when', async () => {
  const here = world()
  const resque = callerOf(here)
  expect((await resque('scheduler', 'status')).out).toMatch(/^shared +nobody +- +- +-/m)
  const scheduler = here.scheduler({ appName: 'shop', entries: [] })
  await scheduler.start()
  const words = await resque('scheduler', 'status', '--app-name', 'shop')
  expect(words.out).toContain(scheduler.name)
  expect(words.out).toMatch(/^application shop +\S+ +ours +\d{4}-\S+Z +\d+s ago +in \d+s/m)
  const { locks } = (await resque('scheduler', 'status', '--app-name', 'shop', '--json')).json() as LocksView
  expect(locks.map(({ kind, format }) => [kind, format])).toEqual([
    ['shared', 'ours'],
    ['app', 'ours'],
  ])
  expect(locks[0]).toMatchObject({ holder: scheduler.name, key: here.keys.leader, isEndless: false })
})

test("status knows Ruby's and node-resque's schedulers, and who waits", async () => {
  const here = world()
  await here.redis.set(here.keys.leader, 'web1:4711', 'EX', 160)
  await here.redis.set(here.keys.nodeLeader, 'node-scheduler-1', 'EX', 180)
  await here.redis.set(here.keys.leaderWanted, 'web2.0123abcd:17', 'EX', 15)
  const { out } = await callerOf(here)('scheduler', 'status')
  expect(out).toMatch(/^shared +web1:4711 +Ruby +- +20s ago +in 2m 40s/m)
  expect(out).toMatch(/^node-resque +node-scheduler-1 +node-resque +- +0s ago +in 3m/m)
  expect(out).toContain('waiting for the shared lock: web2.0123abcd:17')
})

test('release frees a lock without an end, and nothing that has changed hands meanwhile', async () => {
  const here = world()
  const resque = callerOf(here)
  await here.redis.set(here.keys.leader, 'old-host:4711')
  expect((await resque('scheduler', 'status')).out).toMatch(
    /never.*\nA lock without an end is never taken over/s,
  )
  const unasked = await resque('scheduler', 'release')
  expect(unasked).toMatchObject({ code: 2, err: expect.stringContaining('give --yes') })
  expect(await here.redis.exists(here.keys.leader)).toBe(1)
  expect(await resque('scheduler', 'release', '--yes')).toMatchObject({ code: 0 })
  expect(await here.redis.exists(here.keys.leader)).toBe(0)
  const none = await resque('scheduler', 'release', '--yes')
  expect(none).toMatchObject({ code: 1, err: 'nobody holds this lock\n' })
})

test('release leaves the lock of a scheduler that lives alone, unless it is forced to', async () => {
  const here = world()
  const resque = callerOf(here)
  await here.redis.set(here.keys.leader, 'web1:4711', 'EX', 180)
  const refused = await resque('scheduler', 'release', '--yes')
  expect(refused.code).toBe(1)
  expect(refused.err).toMatch(
    /held by web1:4711 \(Ruby\) \(last heard of \d+s ago\), and it ends in .* give --force/,
  )
  expect(await here.redis.get(here.keys.leader)).toBe('web1:4711')
  const forced = await resque('scheduler', 'release', '--yes', '--force', '--json')
  expect(forced.json()).toEqual({ key: here.keys.leader, holder: 'web1:4711', outcome: 'freed' })
  expect(await here.redis.exists(here.keys.leader)).toBe(0)
})

test('release frees the lock of an application, and that of node-resque', async () => {
  const here = world()
  const resque = callerOf(here)
  const { leader } = here.keys.recurring('shop')
  await here.redis.mset(here.keys.leader, 'a:1', leader, 'b:2', here.keys.nodeLeader, 'c')
  expect((await resque('scheduler', 'release', '--yes', '--app-name', 'shop')).code).toBe(0)
  expect((await resque('scheduler', 'release', '--yes', '--node-resque')).code).toBe(0)
  expect(await here.redis.mget(here.keys.leader, leader, here.keys.nodeLeader)).toEqual(['a:1', null, null])
})
