// How long a job may take, in the worker's own process: it is told, has a grace to end, and is given up after it.

import { describe, expect, it, onTestFinished } from 'vitest'
import { Job } from '../../src/job/job.ts'
import type { WorkerOptions } from '../../src/worker/options.ts'
import { eventually } from '../support/eventually.ts'
import { Gate } from '../support/gate.ts'
import { type World, world } from '../support/world.ts'

interface Timed extends World {
  readonly gate: Gate
  readonly stuck: number[]
  readonly stopped: Promise<void>
}

/** Performs jobs that end at the gate, or when they are told to. */
async function working(options: Partial<WorkerOptions> = {}): Promise<Timed> {
  const here = world()
  const gate = new Gate()
  onTestFinished(() => gate.open())
  class Deaf {
    static queue = 'q'
    perform(): Promise<void> {
      return gate.pass()
    }
  }
  class Polite extends Job {
    static timeoutSeconds = 0.2
    perform(how: string): Promise<string> {
      const { signal } = this.job
      return new Promise((resolve, reject) =>
        signal.addEventListener('abort', () =>
          how === 'ends' ? resolve('in the grace') : reject(new Error('torn down')),
        ),
      )
    }
  }
  class Short extends Deaf {
    static timeoutSeconds = 0.1
  }
  const jobs = { Deaf, Polite, Short }
  const soon = { concurrency: 2, killGraceSeconds: 0.1, termTimeoutSeconds: 0 }
  const worker = here.worker({ queues: 'q', jobs, ...soon, ...options })
  const stuck: number[] = []
  worker.on('stuck', ({ running }) => stuck.push(running))
  const stopped = new Promise<void>((resolve) => worker.on('stopped', () => resolve()))
  await worker.start()
  return { ...here, gate, stuck, stopped }
}

async function enqueue({ resque }: World, job: string, ...args: unknown[]): Promise<string> {
  return String(await resque.enqueueTo('q', job, ...args))
}

describe('a job that takes too long', () => {
  it('is complete when it ends within the grace', async () => {
    const here = await working({ killGraceSeconds: 60 })
    const id = await enqueue(here, 'Polite', 'ends')
    expect(await here.resque.waitFor(id)).toMatchObject({ state: 'complete', result: 'in the grace' })
  })

  it('fails with JobTimeoutError when it throws in the grace, and what it threw is the cause', async () => {
    const here = await working({ killGraceSeconds: 60 })
    const id = await enqueue(here, 'Polite', 'throws')
    expect(await here.resque.waitFor(id)).toMatchObject({
      state: 'failed',
      error: { name: 'JobTimeoutError' },
    })
    const [failure] = await here.resque.failed.list()
    expect(failure?.backtrace.join('\n')).toContain('Error: torn down')
    expect(here.stuck).toEqual([])
  })

  it('is given up after the grace: it fails, its slot is free, and the worker says that it runs on', async () => {
    const here = await working({ timeoutSeconds: 0.1, concurrency: 1 })
    const ids = [await enqueue(here, 'Deaf'), await enqueue(here, 'Deaf')]
    for (const id of ids) {
      expect(await here.resque.waitFor(id)).toMatchObject({
        state: 'failed',
        error: { name: 'JobTimeoutError' },
      })
    }
    expect(here.stuck).toEqual([1, 2])
    expect(here.gate.arrivals).toBe(2)
  })

  it('ends the worker when as many as may not run on', async () => {
    const here = await working({ timeoutSeconds: 0.1, maxStuck: 2 })
    const ids = [await enqueue(here, 'Deaf'), await enqueue(here, 'Deaf')]
    await here.stopped
    expect((await Promise.all(ids.map((id) => here.resque.status(id)))).map((job) => job?.state)).toEqual([
      'failed',
      'failed',
    ])
    expect(await here.redis.exists(here.keys.workers)).toBe(0)
  })
})

describe('the timeout', () => {
  it("of a call beats that of the class, and the class's that of the worker", async () => {
    const here = await working({ timeoutSeconds: 1_000, concurrency: 3 })
    const [short, long] = [await enqueue(here, 'Short'), await enqueue(here, 'Deaf')]
    const id = 'b'.repeat(32)
    const carried = `{"class":"Short","args":[],"options":{"timeout":2000},"queue":"q","id":"${id}","queue_time":1.000}`
    await here.redis.rpush(here.keys.queue('q'), carried)
    expect((await here.resque.waitFor(short))?.state).toBe('failed')
    await eventually(() => expect(here.gate.arrivals).toBe(3))
    expect((await here.resque.status(long))?.state).toBe('running')
    expect(await here.redis.llen(here.keys.failed)).toBe(1)
  })

  it('must be a number above 0', async () => {
    await expect(working({ timeoutSeconds: 0 })).rejects.toThrow(/timeoutSeconds must be a number from/)
    await expect(working({ killGraceSeconds: -1 })).rejects.toThrow(/killGraceSeconds must be a number from/)
  })
})
