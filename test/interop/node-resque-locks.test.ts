// Who promotes when node-resque's scheduler and ours are both there: one of them, and the other takes over.

import type { Scheduler as NodeScheduler } from 'node-resque'
import { describe, expect, it } from 'vitest'
import { Lease, nodeMark } from '../../src/scheduler/lease.ts'
import type { Scheduler } from '../../src/scheduler/scheduler.ts'
import { eventually } from '../support/eventually.ts'
import { nodeLeads, nodeQueue, nodeScheduler } from '../support/node-resque.ts'
import { desk, entriesOf } from '../support/recurring.ts'
import { tally } from '../support/tally.ts'
import { type World, world } from '../support/world.ts'

/** What a scheduler told of who leads. */
function listen(scheduler: Scheduler): { leading: number; standby: unknown[] } {
  const told: { leading: number; standby: unknown[] } = { leading: 0, standby: [] }
  scheduler.on('leading', () => told.leading++)
  scheduler.on('standby', ({ holder, system }) => told.standby.push([holder, system]))
  return told
}

async function started(here: World) {
  const scheduler = here.scheduler()
  const told = listen(scheduler)
  await scheduler.start()
  return { scheduler, told }
}

function leads(scheduler: Scheduler): Promise<void> {
  return eventually(() => expect(scheduler.isLeading).toBe(true))
}

/** node-resque has asked for its lock some times, and was not given it. */
async function looksInVain(theirs: NodeScheduler, { redis, keys }: World): Promise<void> {
  const before = await redis.get(keys.nodeLeader)
  for (let looks = 0; looks < 4; looks++) {
    const { timer } = theirs // a new one after each look
    await eventually(() => expect(theirs.timer === timer).toBe(false))
  }
  expect(theirs.leader).toBe(false)
  expect(await redis.get(keys.nodeLeader)).toBe(before)
}

describe("node-resque's scheduler beside ours", () => {
  it('stands by while ours leads, and takes over when ours stops', async () => {
    const here = world()
    const { scheduler } = await started(here)
    const theirs = await nodeScheduler(here, { leaderLockTimeout: 5 })
    await looksInVain(theirs, here)
    expect(await (await nodeQueue(here)).leader()).toBe(`${nodeMark}${scheduler.name}`)
    await scheduler.stop()
    await nodeLeads(theirs)
    expect(await here.redis.exists(here.keys.leader)).toBe(0)
  })

  it('leads while it was there first; ours stands by, says so, and takes over when it stops', async () => {
    const here = world()
    const theirs = await nodeScheduler(here, { leaderLockTimeout: 5 })
    await nodeLeads(theirs)
    const { scheduler, told } = await started(here)
    expect(scheduler.isLeading).toBe(false)
    expect(told.standby).toEqual([[theirs.name, 'node-resque']])
    expect(await here.redis.exists(here.keys.leader)).toBe(0)
    await theirs.end()
    await leads(scheduler)
    expect(told).toMatchObject({ leading: 1, standby: { length: 1 } })
  })

  it('is followed by ours when it has died and its lock has ended', async () => {
    const here = world()
    await here.redis.set(here.keys.nodeLeader, 'web1:77', 'EX', 1)
    const { scheduler, told } = await started(here)
    expect(told.standby).toEqual([['web1:77', 'node-resque']])
    await leads(scheduler)
  })

  it('follows one of ours that has died, once both locks have ended', async () => {
    const here = world()
    await new Lease(here.rooms.store).hold()
    const { redis, keys } = here
    const endsInMs = await redis.pttl(keys.leader)
    expect(await redis.pttl(keys.nodeLeader)).toBeLessThanOrEqual(endsInMs)
    const theirs = await nodeScheduler(here, { leaderLockTimeout: 5 })
    await looksInVain(theirs, here)
    await redis.pexpire(keys.nodeLeader, 100)
    await nodeLeads(theirs)
  })

  it('promotes each delayed job once, however the lead goes back and forth', async () => {
    const here = world()
    const counted = tally()
    await here.worker({ queues: 'counts', jobs: counted.jobs }).start()
    const begin = Math.ceil(Date.now() / 1000) + 1
    const names = Array.from({ length: 120 }, (_, index) => index)
    for (const name of names)
      await here.resque.enqueueAt(begin + Math.floor(name / 30), counted.jobs.Count, name)
    const first = await started(here)
    const second = await nodeScheduler(here, { leaderLockTimeout: 2 })
    await eventually(() => expect(counted.total()).toBeGreaterThan(0))
    await first.scheduler.stop()
    await nodeLeads(second)
    const third = await started(here)
    await second.end()
    await leads(third.scheduler)
    await counted.expectOnceEach(names)
  })
})

describe("the lease and node-resque's lock", () => {
  it('are taken, renewed and given up together', async () => {
    const { rooms, redis, keys } = world()
    const lease = new Lease(rooms.store)
    await lease.hold()
    expect(await redis.get(keys.nodeLeader)).toBe(nodeMark + lease.name)
    await redis.pexpire(keys.nodeLeader, 3_000)
    await lease.hold()
    expect(await redis.pttl(keys.nodeLeader)).toBeGreaterThan(10_000)
    await lease.release()
    expect(await redis.exists(keys.nodeLeader, keys.leader)).toBe(0)
  })

  it('are not mixed up: neither is taken while another has one of them', async () => {
    const { rooms, redis, keys } = world()
    const lease = new Lease(rooms.store)
    await redis.set(keys.nodeLeader, 'web1:77', 'EX', 180)
    expect(await lease.hold()).toMatchObject({ mine: false, holder: 'web1:77', isNodes: true })
    expect(await redis.exists(keys.leader)).toBe(0)
    await redis.del(keys.nodeLeader)
    await redis.set(keys.leader, 'localhost:18716', 'EX', 180)
    expect(await lease.hold()).toMatchObject({ mine: false, holder: 'localhost:18716', isNodes: false })
    expect(await redis.exists(keys.nodeLeader)).toBe(0)
  })

  it('end for a leader of ours whose lock of node-resque has come into other hands', async () => {
    const { rooms, redis, keys } = world()
    const lease = new Lease(rooms.store)
    await lease.hold()
    await redis.set(keys.nodeLeader, 'web1:77', 'EX', 180)
    expect(await lease.hold()).toMatchObject({ mine: false, holder: 'web1:77' })
    expect(await redis.exists(keys.leader)).toBe(0)
    await lease.release()
    expect(await redis.get(keys.nodeLeader)).toBe('web1:77')
  })

  it('do not keep one of ours from following another whose lease is gone', async () => {
    const { rooms, redis, keys } = world()
    const [first, second] = [new Lease(rooms.store), new Lease(rooms.store)]
    await first.hold()
    await redis.del(keys.leader)
    expect((await second.hold()).mine).toBe(true)
    expect(await redis.get(keys.nodeLeader)).toBe(nodeMark + second.name)
    await first.release()
    expect(await redis.get(keys.nodeLeader)).toBe(nodeMark + second.name)
  })

  it('go together for delayed jobs only: entries of an application are fired while node-resque leads', async () => {
    const here = desk()
    await here.redis.set(here.keys.nodeLeader, 'web1:77', 'EX', 180)
    const entries = entriesOf({ beat: { every: '10s' } })
    const { scheduler, through } = here.ticked({ entries, appName: 'shop' })
    await through(12)
    expect(scheduler.isLeading).toBe(false)
    expect(await here.plannedSeconds()).not.toEqual([])
    expect(await here.redis.get(here.keys.nodeLeader)).toBe('web1:77')
  })
})
