// Freeing a lock that was looked at: only what was seen, in one step.

import { expect, test } from 'vitest'
import { freeLock, type LockView, viewLocks } from '../../src/scheduler/lock-view.ts'
import { type World, world } from '../support/world.ts'

async function sharedLock({ rooms }: World): Promise<LockView> {
  const shared = (await viewLocks(rooms.store, [])).locks.find(({ kind }) => kind === 'shared')
  if (shared === undefined) throw new Error('the shared lock is always told')
  return shared
}

test('a lock that another has taken since is left alone', async () => {
  const here = world()
  await here.redis.set(here.keys.leader, 'a:1')
  const seen = await sharedLock(here)
  await here.redis.set(here.keys.leader, 'b:2')
  expect(await freeLock(here.rooms.store, seen, { force: true })).toBe('other')
  expect(await here.redis.get(here.keys.leader)).toBe('b:2')
})

test('a lock that its holder has renewed since is live', async () => {
  const here = world()
  await here.redis.set(here.keys.leader, 'a:1')
  const seen = await sharedLock(here)
  await here.redis.set(here.keys.leader, 'a:1', 'EX', 15)
  expect(await freeLock(here.rooms.store, seen)).toBe('live')
  expect(await here.redis.exists(here.keys.leader)).toBe(1)
})

test('a lock that has ended since is gone', async () => {
  const here = world()
  await here.redis.set(here.keys.leader, 'a:1')
  const seen = await sharedLock(here)
  await here.redis.del(here.keys.leader)
  expect(await freeLock(here.rooms.store, seen)).toBe('gone')
})

test('the lock of node-resque that ours takes along is ours', async () => {
  const here = world()
  const scheduler = here.scheduler()
  await scheduler.start()
  const { locks } = await viewLocks(here.rooms.store, [])
  const formats = locks.filter(({ holder }) => holder !== null).map(({ format }) => format)
  expect(formats).not.toContain('node-resque')
  expect(formats).toContain('ours')
})
