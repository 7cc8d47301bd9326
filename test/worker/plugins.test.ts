// Plugins of a worker: what they hear of its life, and what their errors do.

import { expect, it } from 'vitest'
import { ConfigurationError } from '../../src/errors.ts'
import type { LifeHook, WorkerFacts, WorkerPlugin } from '../../src/worker/plugins.ts'
import { Worker } from '../../src/worker/worker.ts'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'

class Noop {
  perform(): void {}
}

const lifeHooks: readonly LifeHook[] = [
  ...(['workerStarting', 'workerPaused', 'workerResumed', 'queuesEmpty'] as const),
  ...(['workerStopping', 'workerStopped'] as const),
]

function hearing(heard: string[], facts: WorkerFacts[]): WorkerPlugin {
  const entries = lifeHooks.map((hook) => [
    hook,
    (worker: WorkerFacts) => {
      heard.push(hook)
      facts.push(worker)
    },
  ])
  return Object.fromEntries(entries) as WorkerPlugin
}

it('a plugin hears of the life of its worker', async () => {
  const here = world()
  const heard: string[] = []
  const facts: WorkerFacts[] = []
  await here.resque.enqueueTo('q', 'Noop')
  const worker = here.worker({
    ...{ queues: 'q,r', jobs: [Noop], concurrency: 3 },
    plugins: [hearing(heard, facts)],
  })
  await worker.start()
  await eventually(() => expect(heard).toEqual(['workerStarting', 'queuesEmpty']))
  worker.pause()
  worker.pause()
  worker.resume()
  await worker.stop()
  expect(heard.slice(2)).toEqual(['workerPaused', 'workerResumed', 'workerStopping', 'workerStopped'])
  expect(facts[0]).toEqual({ name: '(not registered)', queues: 'q,r', concurrency: 3 })
  expect(facts[1]?.name).toMatch(/:\d+:q,r$/)
})

it('a worker waits for workerStarting before it takes a job', async () => {
  const here = world()
  const steps: string[] = []
  class Noted {
    perform(): void {
      steps.push('performed')
    }
  }
  const workerStarting = async (): Promise<void> => {
    await here.redis.ping()
    steps.push('started')
  }
  await here.resque.enqueueTo('q', 'Noted')
  await here.worker({ queues: 'q', jobs: [Noted], plugins: [{ workerStarting }] }).start()
  await eventually(() => expect(steps).toEqual(['started', 'performed']))
})

it('a worker whose plugin cannot start does not start', async () => {
  const here = world()
  const workerStarting = (): void => {
    throw new Error('no database')
  }
  const { url, namespace } = here
  const worker = new Worker({
    redis: url,
    namespace,
    queues: 'q',
    jobs: [Noop],
    plugins: [{ workerStarting }],
  })
  await expect(worker.start()).rejects.toThrow('no database')
  await eventually(() => expect(worker.rooms.connection.redis.status).toBe('end'))
})

it('what a plugin throws later is told, and the others hear all the same', async () => {
  const here = world()
  const heard: string[] = []
  const broken: WorkerPlugin = {
    workerStopped: async () => {
      throw new Error('broken')
    },
  }
  const worker = here.worker({ queues: 'q', jobs: [Noop], plugins: [broken, hearing(heard, [])] })
  const told: unknown[] = []
  worker.on('hookFailed', ({ hook, job }) => told.push([hook, job]))
  await worker.start()
  await worker.stop()
  expect(heard).toContain('workerStopped')
  expect(told).toEqual([['workerStopped', null]])
})

it.each([
  ['plugins', { plugins: ['audit'] }, /plugins of a worker must be a list of objects with hooks/],
  ['failureSinks', { failureSinks: [{}] }, /failureSinks of a worker must be a list of functions/],
  ['longAfterSeconds', { longAfterSeconds: 0 }, /longAfterSeconds must be a number above 0, got 0/],
])('wrong %s are refused', (_name, options, message) => {
  const here = world()
  const wrong = options as unknown as { readonly plugins: readonly WorkerPlugin[] }
  const make = (): unknown => here.worker({ queues: 'q', jobs: [Noop], ...wrong })
  expect(make).toThrow(ConfigurationError)
  expect(make).toThrow(message)
})
