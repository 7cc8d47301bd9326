// A lock without an end, as an old Ruby scheduler leaves it that dies between SETNX and EXPIRE: nobody takes over,
// and the standby says so with the cure.

import { expect, it } from 'vitest'
import { desk } from '../support/recurring.ts'
import { RubyScheduler } from '../support/ruby-scheduler.ts'

async function scene() {
  const here = desk()
  await here.redis.set(here.keys.leader, 'web1:18716')
  const ours = here.ticked()
  const told: unknown[] = []
  ours.scheduler.on('endlessLock', (event) => told.push(event))
  return { here, ours, told }
}

it('is told of once, at the second look', async () => {
  const { here, ours, told } = await scene()
  await ours.tick()
  expect(told).toEqual([])
  await ours.through(5)
  expect(told).toEqual([{ holder: 'web1:18716', lock: here.keys.leader }])
  expect(ours.scheduler.isLeading).toBe(false)
})

it('is not told of when its holder was only in the midst of taking it', async () => {
  const { here, ours, told } = await scene()
  await ours.tick()
  await here.redis.expire(here.keys.leader, 180)
  await ours.through(3)
  expect(told).toEqual([])
})

it('is told of again when it has had an end in between', async () => {
  const { here, ours, told } = await scene()
  await ours.through(2)
  await here.redis.expire(here.keys.leader, 180)
  await ours.through(2)
  await here.redis.persist(here.keys.leader)
  await ours.through(2)
  expect(told).toHaveLength(2)
})

it('is cured by giving it an end: a dead holder is followed, and one that lives goes on leading', async () => {
  const { here, ours } = await scene()
  await here.redis.expire(here.keys.leader, 180)
  const alive = new RubyScheduler(here, { name: 'web1:18716' })
  await here.redis.pexpire(here.keys.leader, 5_000)
  expect(await alive.isMaster()).toBe(true)
  expect(await here.redis.pttl(here.keys.leader)).toBeGreaterThan(170_000)
  await here.redis.pexpire(here.keys.leader, 1)
  await expect.poll(() => here.redis.exists(here.keys.leader)).toBe(0)
  await ours.tick()
  expect(ours.scheduler.isLeading).toBe(true)
})

it("of node-resque's is told of in the same way", async () => {
  const { here, ours, told } = await scene()
  await here.redis.rename(here.keys.leader, here.keys.nodeLeader)
  await ours.through(3)
  expect(told).toEqual([{ holder: 'web1:18716', lock: here.keys.nodeLeader }])
})
