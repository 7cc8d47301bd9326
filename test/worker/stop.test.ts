// How a worker ends: jobs in hand end, or go back; and how it goes on when it was taken for dead.

import { describe, expect, it, onTestFinished } from 'vitest'
import { Job } from '../../src/job/job.ts'
import type { WorkerOptions } from '../../src/worker/options.ts'
import type { Worker } from '../../src/worker/worker.ts'
import { eventually } from '../support/eventually.ts'
import { Gate } from '../support/gate.ts'
import { type World, world } from '../support/world.ts'

interface Busy extends World {
  readonly gate: Gate
  readonly busy: Worker
  readonly ids: readonly string[]
}

const gates: Gate[] = []

class Waiting {
  async perform(index: number): Promise<string> {
    await gates[index]?.pass()
    return 'done'
  }
}

class Polite extends Job {
  perform(): Promise<string> {
    const { signal } = this.job
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve('ended early')))
  }
}

/** A worker with so many jobs in hand, all at the same gate. */
async function busy(options: Partial<WorkerOptions> = {}, count = 1, job = 'Waiting'): Promise<Busy> {
  const here = world()
  const gate = new Gate()
  onTestFinished(() => gate.open())
  const index = gates.push(gate) - 1
  const items = Array.from({ length: count + 1 }, () => ({ job, queue: 'q', args: [index] }))
  const ids = (await here.resque.enqueueBulk(items)).map(String)
  const worker = here.worker({ queues: 'q', jobs: [Waiting, Polite], concurrency: count, ...options })
  await worker.start()
  await eventually(() => expect(worker.busy).toBe(count))
  return { ...here, gate, busy: worker, ids }
}

describe('a worker that stops', () => {
  it('lets the jobs in hand end, and takes no new ones', async () => {
    const here = await busy({}, 2)
    const stopped = here.busy.stop()
    here.gate.open()
    await stopped
    const states = await Promise.all(here.ids.map(async (id) => (await here.resque.status(id))?.state))
    expect(states).toEqual(['complete', 'complete', 'waiting'])
    expect(await here.redis.exists(here.keys.workers, here.keys.heartbeats, here.keys.processes)).toBe(0)
  })

  it('puts what does not end in time back to the head of its queue, without counting it', async () => {
    const here = await busy({ termTimeoutSeconds: 0 }, 2)
    const told: unknown[] = []
    here.busy.on('givenBack', ({ id, attempt }) => told.push([id, attempt]))
    await here.busy.stop()
    const waiting = (await here.resque.queues.peek('q')).map(
      (text) => (JSON.parse(text) as { id: string }).id,
    )
    expect(new Set(waiting.slice(0, 2))).toEqual(new Set(here.ids.slice(0, 2)))
    expect(waiting).toHaveLength(3)
    expect(told).toHaveLength(2)
    expect(await here.resque.status(here.ids[0] ?? '')).toMatchObject({ state: 'waiting', attempts: 0 })
    here.gate.open()
    expect((await here.resque.stats()).processed).toBe(0)
    const keys = (await here.allKeys()).filter((key) => !key.startsWith('job:'))
    expect(keys).toEqual(['queue:q', 'queues'])
  })

  it('tells the jobs to end first, and takes what they make of it', async () => {
    const here = await busy({ termTimeoutSeconds: 0 }, 1, 'Polite')
    await here.busy.stop()
    expect(await here.resque.status(here.ids[0] ?? '')).toMatchObject({
      state: 'complete',
      result: 'ended early',
    })
    expect(await here.resque.queues.size('q')).toBe(1)
  })

  it('may be told to wait for as long as they take', async () => {
    const here = await busy({ termTimeoutSeconds: 0 })
    const stopped = here.busy.stop({ finish: true })
    here.gate.open()
    await stopped
    expect((await here.resque.status(here.ids[0] ?? ''))?.state).toBe('complete')
  })

  it('may be told twice, or before it has begun', async () => {
    const here = await busy({ termTimeoutSeconds: 0 })
    await Promise.all([here.busy.stop(), here.busy.stop()])
    await here.busy.stop()
    await expect(here.worker({ queues: 'q', jobs: [Waiting] }).stop()).resolves.toBeUndefined()
  })

  it('may be ended by a signal', async () => {
    const here = world()
    const over = new AbortController()
    const running = here.worker({ queues: 'q', jobs: [Waiting] }).run(over.signal)
    await eventually(async () => expect(await here.resque.workers.list()).toHaveLength(10))
    over.abort()
    await running
    expect(await here.resque.workers.list()).toEqual([])
  })

  it('ends although it was taken for dead while it waited for its jobs', async () => {
    const here = world()
    const [first, second] = [new Gate(), new Gate()]
    const items = [first, second].map((gate) => ({
      job: 'Waiting',
      queue: 'q',
      args: [gates.push(gate) - 1],
    }))
    await here.resque.enqueueBulk(items)
    const worker = here.worker({ queues: 'q', jobs: [Waiting], concurrency: 2 })
    await worker.start()
    await eventually(() => expect(worker.busy).toBe(2))
    const stopped = worker.stop({ finish: true })
    const [token = ''] = await here.redis.zrange(here.keys.processes, '0', '-1')
    await here.redis.zadd(here.keys.processes, 1, token)
    await here.rooms.running.requeueOrphans(1)
    const refused: unknown[] = []
    worker.on('refused', (event) => refused.push(event))
    first.open()
    await eventually(() => expect(refused).toHaveLength(1))
    second.open()
    await stopped
    expect(refused).toHaveLength(2)
    expect(await here.resque.queues.size('q')).toBe(2)
    expect(await here.resque.workers.list()).toEqual([])
  })
})

describe('a worker that tells its jobs to end', () => {
  it('goes on with others', async () => {
    const here = await busy({}, 1, 'Polite')
    here.busy.abortJobs()
    await eventually(async () =>
      expect((await here.resque.status(here.ids[0] ?? ''))?.state).toBe('complete'),
    )
    await eventually(() => expect(here.busy.busy).toBe(1))
    here.busy.abortJobs()
    expect(await here.resque.waitFor(here.ids[1] ?? '')).toMatchObject({ result: 'ended early' })
  })
})

describe('a worker that was taken for dead', () => {
  it('is refused what it performed meanwhile, joins anew and goes on', async () => {
    const here = await busy()
    const told: string[] = []
    here.busy.on('refused', ({ id }) => told.push(`refused ${id}`))
    here.busy.on('started', () => told.push('started'))
    const [token = ''] = await here.redis.zrange(here.keys.processes, '0', '-1')
    await here.redis.zadd(here.keys.processes, 1, token)
    expect(await here.rooms.running.requeueOrphans(1)).toEqual({ processes: 1, requeued: 1, failed: 0 })
    here.gate.open()
    for (const id of here.ids) expect((await here.resque.waitFor(id))?.state).toBe('complete')
    expect(told).toEqual([`refused ${here.ids[0]}`, 'started'])
    const [again] = await here.redis.zrange(here.keys.processes, '0', '-1')
    expect(again).not.toBe(token)
    expect((await here.resque.stats()).processed).toBe(2)
    expect(await here.resque.status(here.ids[0] ?? '')).toMatchObject({ attempts: 2 })
  })
})
