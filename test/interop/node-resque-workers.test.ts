// The lists of workers, and who takes whom for dead: node-resque cleans up after its own workers only, and we after
// ours.

import { expect, it } from 'vitest'
import { deadAfterMs } from '../../src/daemon/heart.ts'
import { eventually } from '../support/eventually.ts'
import { nodeErrors, nodeLeads, nodeQueue, nodeScheduler, nodeWorker } from '../support/node-resque.ts'
import { joinProcess } from '../support/process.ts'
import { tally } from '../support/tally.ts'
import { type World, world } from '../support/world.ts'

/** A job that goes on until it is let go. */
function held() {
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return { end, perform: () => ended }
}

/** A job in the hands of our worker. */
async function busyWorker(here: World, concurrency = 1) {
  const { end, perform } = held()
  class Slow {
    static queue = 'slow'
    perform(): Promise<void> {
      return perform()
    }
  }
  const worker = here.worker({ queues: 'slow', jobs: { Slow }, concurrency })
  await worker.start()
  const id = await here.resque.enqueue(Slow)
  await eventually(async () => expect((await here.resque.status(String(id)))?.state).toBe('running'))
  return { worker, end, id: String(id) }
}

it('each lists the workers of the other, with what they have in hand', async () => {
  const here = world()
  const node = await nodeQueue(here)
  const slow = held()
  const theirs = await nodeWorker(here, ['a', 'b'], { Slow: { perform: slow.perform } })
  await node.enqueue('b', 'Slow', [1])
  const ours = await busyWorker(here, 2)
  await eventually(async () => expect(await here.resque.workers.working()).toHaveLength(2))
  const list = await here.resque.workers.list()
  const [known] = list.filter(({ id }) => id === `${theirs.name}:a,b`)
  expect(known).toMatchObject({ queues: ['a', 'b'], job: { queue: 'b', class: 'Slow', args: [1] } })

  // It keeps its workers by host and pid, so of the slots of one of our processes it tells one.
  const [first] = list.filter(({ queues }) => queues[0] === 'slow')
  const name = `${first?.host}:${first?.pid}`
  const seen = await node.workers()
  expect(seen[theirs.name]).toBe('a,b')
  expect(seen[name]).toMatch(/^slow(:2)?$/)
  const records = await Promise.all(['slow', 'slow:2'].map((queues) => node.workingOn(name, queues)))
  const [record] = records.filter((text) => text !== null)
  expect(JSON.parse(record ?? '{}')).toMatchObject({ queue: 'slow', payload: { class: 'Slow', args: [] } })
  slow.end()
  ours.end()
})

it("node-resque's clean-up of stuck workers leaves ours alone, whatever their jobs take", async () => {
  const here = world()
  const node = await nodeQueue(here)
  const ours = await busyWorker(here)
  const before = await here.redis.smembers(here.keys.workers)
  // A worker of its own that has not pinged for an hour shows that it does clean up.
  await here.redis.sadd(here.keys.workers, 'dead:1:q')
  await here.redis.set(`${here.namespace}:worker:ping:dead:1`, '{"time":1,"name":"dead:1","queues":"q"}')
  await nodeLeads(await nodeScheduler(here, { stuckWorkerTimeout: 1 }))
  await eventually(async () => expect(await here.redis.sismember(here.keys.workers, 'dead:1:q')).toBe(0))
  expect((await here.redis.smembers(here.keys.workers)).sort()).toEqual(before.sort())
  expect(await node.failedCount()).toBe(0)
  ours.end()
  expect((await here.resque.waitFor(ours.id, { timeoutSeconds: 10 }))?.state).toBe('complete')
})

// It takes a worker's name out of the record of its job. Ours have none in it, as Ruby's have none, so that it finds
// no such worker: it counts one failure more, says so with an error event, and touches neither worker nor job.
it("node-resque's cleanOldWorkers leaves our workers and their jobs alone", async () => {
  const here = world()
  const node = await nodeQueue(here)
  const ours = await busyWorker(here)
  const before = await here.redis.smembers(here.keys.workers)
  nodeErrors.length = 0
  expect(await node.cleanOldWorkers(-1)).toEqual({})
  expect(nodeErrors).toEqual([expect.stringContaining('cannot find queues')])
  expect(Object.keys(await node.allWorkingOn())).toContain('undefined')
  expect(await node.stats()).toMatchObject({ failed: '1' })
  expect((await here.redis.smembers(here.keys.workers)).sort()).toEqual(before.sort())
  expect(await here.resque.workers.working()).toHaveLength(1)
  expect(await node.failedCount()).toBe(0)
  ours.end()
  expect((await here.resque.waitFor(ours.id, { timeoutSeconds: 10 }))?.state).toBe('complete')
})

it("our clean-up takes our dead process and none of node-resque's workers", async () => {
  const here = world()
  const counted = tally()
  const node = await nodeQueue(here)
  const theirs = await nodeWorker(here, ['q'], counted.nodeJobs)
  // Dead as well by its own rule, and still not our business.
  await here.redis.sadd(here.keys.workers, 'dead:1:q')
  await here.redis.set(`${here.namespace}:worker:ping:dead:1`, '{"time":1,"name":"dead:1","queues":"q"}')
  const dead = await joinProcess(here, 'mail', 2)
  await here.redis.zadd(here.keys.processes, Date.now() - deadAfterMs - 1_000, dead.holder.token)
  expect(await here.resque.workers.prune()).toMatchObject({ processes: 1 })
  expect(Object.keys(await node.workers()).sort()).toEqual(['dead:1', theirs.name].sort())
  await node.enqueue('q', 'Count', ['still works'])
  await counted.expectOnceEach(['still works'])
})

it('node-resque can clean one of our workers off the list by its name, which the worker outlives', async () => {
  const here = world()
  const node = await nodeQueue(here)
  const process = await joinProcess(here, 'mail', 1)
  await node.forceCleanWorker(process.holder.workerId.split(':').slice(0, 2).join(':'))
  expect(await here.redis.sismember(here.keys.workers, process.holder.workerId)).toBe(0)
  await here.resque.enqueueTo('mail', 'Note')
  expect(await process.take('mail', 1)).toHaveLength(1)
})
