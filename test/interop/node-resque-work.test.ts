// Who performs and who promotes: node-resque's workers and schedulers with our jobs and ours with its jobs.

import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { nodeLeads, nodeQueue, nodeScheduler, nodeWorker } from '../support/node-resque.ts'
import { tally } from '../support/tally.ts'
import { world } from '../support/world.ts'

const names = Array.from({ length: 50 }, (_, index) => `job ${index}`)

describe.each(['php', 'ruby'] as const)('with our payload %s', (payload) => {
  it("node-resque's worker performs what we enqueue and what our scheduler promotes, once", async () => {
    const here = world({ payload })
    const counted = tally()
    const { Count } = counted.jobs
    await here.scheduler().start()
    await nodeWorker(here, ['counts'], counted.nodeJobs)
    const soon = Math.ceil(Date.now() / 1000) + 1
    for (const [index, name] of names.entries()) {
      if (index % 2 === 0) await here.resque.enqueue(Count, name)
      else await here.resque.enqueueAt(soon, Count, name)
    }
    await counted.expectOnceEach(names)
    expect(await here.resque.stats()).toMatchObject({ waiting: 0, delayed: 0, running: 0, failures: 0 })
    expect(counted.of('job 1')).toEqual(['node'])
  })

  it("our worker performs what node-resque's scheduler promotes, once", async () => {
    const here = world({ payload })
    const counted = tally()
    const soon = Math.ceil(Date.now() / 1000) + 1
    for (const name of names) await here.resque.enqueueAt(soon, counted.jobs.Count, name)
    await nodeLeads(await nodeScheduler(here))
    await here.worker({ queues: 'counts', jobs: counted.jobs }).start()
    await counted.expectOnceEach(names)
    expect(await here.resque.delayed.count()).toBe(0)
    expect(counted.of('job 1')).toEqual(['ours'])
  })

  it("a job that failed in node-resque's worker is retried by us, and performed by ours", async () => {
    const here = world({ payload })
    const counted = tally()
    const boom = { perform: () => Promise.reject(new Error('boom')) }
    const theirs = await nodeWorker(here, ['counts'], { Count: boom })
    await here.resque.enqueue(counted.jobs.Count, 'x')
    await eventually(async () => expect(await here.resque.failed.count()).toBe(1))
    await theirs.end()
    const [failure] = await here.resque.failed.list()
    expect(failure).toMatchObject({ class: 'Count', args: ['x'], queue: 'counts', error: 'boom' })
    await here.worker({ queues: 'counts', jobs: counted.jobs }).start()
    expect(await here.resque.failed.retry(failure ?? '')).toBe(true)
    await counted.expectOnceEach(['x'])
    expect(await here.resque.failed.count()).toBe(0)
  })

  it('a job that failed in our worker is listed and retried by node-resque', async () => {
    const here = world({ payload })
    const counted = tally()
    class Count {
      static queue = 'counts'
      perform(_name: unknown): void {
        throw new TypeError('no')
      }
    }
    const ours = here.worker({ queues: 'counts', jobs: { Count } })
    await ours.start()
    await here.resque.enqueue(Count, { name: 'Zoë / "x"', list: [1.5, null] })
    const node = await nodeQueue(here)
    await eventually(async () => expect(await node.failedCount()).toBe(1))
    await ours.stop()
    const [failure] = await node.failed(0, -1)
    if (failure === undefined) throw new Error('nothing is on the failed list')
    expect(failure).toMatchObject({ queue: 'counts', exception: 'TypeError', error: 'no' })
    await node.retryAndRemoveFailed(failure)
    await nodeWorker(here, ['counts'], counted.nodeJobs)
    await eventually(() => expect(counted.total()).toBe(1))
    expect(await here.resque.failed.count()).toBe(0)
  })
})

it("our worker performs node-resque's jobs, enqueued, delayed and promoted by ours, once", async () => {
  const here = world()
  const counted = tally()
  const node = await nodeQueue(here)
  await Promise.all([here.scheduler().start(), here.worker({ queues: 'counts', jobs: counted.jobs }).start()])
  const soonMs = (Math.ceil(Date.now() / 1000) + 1) * 1000
  for (const [index, name] of names.entries()) {
    if (index % 3 === 0) await node.enqueue('counts', 'Count', [name])
    else if (index % 3 === 1) await node.enqueueAt(soonMs, 'counts', 'Count', [name])
    else await node.enqueueIn(600, 'counts', 'Count', [name])
  }
  await counted.expectOnceEach(names)
  expect(await here.redis.keys(`${here.keys.timestampsPrefix}*`)).toEqual([])
  expect(await node.enqueueAt(soonMs + 60_000, 'counts', 'Count', ['job 1'])).toBe(true)
})

it('workers of both share a queue, and each job is performed by one of them', async () => {
  const here = world()
  const counted = tally()
  const node = await nodeQueue(here)
  const many = Array.from({ length: 400 }, (_, index) => index)
  await here.resque.enqueueBulk(many.slice(0, 200).map((name) => ({ job: counted.jobs.Count, args: [name] })))
  for (const name of many.slice(200)) await node.enqueue('counts', 'Count', [name])
  await nodeWorker(here, ['counts'], counted.nodeJobs)
  await here.worker({ queues: 'counts', jobs: counted.jobs, concurrency: 1 }).start()
  await counted.expectOnceEach(many)
})

it('counters of both are one: what either performs and fails is in the numbers of both', async () => {
  const here = world()
  const counted = tally()
  const node = await nodeQueue(here)
  const boom = { perform: () => Promise.reject(new Error('boom')) }
  await nodeWorker(here, ['theirs'], { ...counted.nodeJobs, Boom: boom })
  await here.worker({ queues: 'counts', jobs: counted.jobs }).start()
  await here.resque.enqueueTo('theirs', 'Count', 'a')
  await here.resque.enqueueTo('theirs', 'Boom')
  await here.resque.enqueue(counted.jobs.Count, 'b')
  await eventually(async () => {
    expect(await here.resque.stats()).toMatchObject({ processed: 2, failed: 1, failures: 1 })
  })
  expect(await node.stats()).toMatchObject({ processed: '2', failed: '1' })
})
