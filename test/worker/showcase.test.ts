// A job that was taken ahead and turns out slow is seen by those who look at the first slots.

import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'

const quickJobs = 3_000

function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve: () => resolve() }
}

async function slowBehindQuick() {
  const here = world()
  const gate = deferred()
  const began = deferred()
  const jobs = {
    Quick: class {
      async perform(): Promise<void> {}
    },
    Slow: class {
      perform(): Promise<void> {
        began.resolve()
        return gate.promise
      }
    },
  }
  const items = Array.from({ length: quickJobs }, (_, index) => ({ job: 'Quick', queue: 'q', args: [index] }))
  await here.resque.enqueueBulk([...items, { job: 'Slow', queue: 'q', args: ['slow'] }])
  const worker = here.worker({ queues: 'q', jobs, concurrency: 1 })
  await worker.start()
  await began.promise
  await eventually(async () => expect(await here.redis.get(here.keys.processed)).toBe(String(quickJobs)))
  return { ...here, worker, gate }
}

it('a slow job is shown while it goes on, and not after', async () => {
  const { resque, redis, keys, worker, gate } = await slowBehindQuick()
  await eventually(async () => {
    const [process] = await resque.workers.processes()
    expect(process?.jobs.map((job) => job.class)).toEqual(['Slow'])
  })
  gate.resolve()
  await eventually(async () => expect(await redis.get(keys.processed)).toBe(String(quickJobs + 1)))
  await eventually(async () => expect((await resque.workers.processes())[0]?.jobs).toEqual([]))
  await worker.stop()
  expect(await redis.keys(`${keys.workerPrefix}*`)).toEqual([])
})

it('what is shown goes with the process, and the job comes back once', async () => {
  const { resque, redis, keys, rooms, worker, gate } = await slowBehindQuick()
  await eventually(async () => expect((await resque.workers.processes())[0]?.jobs).toHaveLength(1))
  worker.pause()
  await rooms.running.bury(worker.token)
  expect(await redis.lrange(keys.queue('q'), 0, -1)).toEqual([expect.stringContaining('"Slow"')])
  expect(await redis.keys(`${keys.workerPrefix}*`)).toEqual([])
  gate.resolve()
})
