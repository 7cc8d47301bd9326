// The walk of a job that fails: tried again, put on the failed list, retried by hand, performed at last.

import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { buryTheDead, journal, journeyWorker, startActor } from '../support/journey.ts'
import { world } from '../support/world.ts'

it('a failed job is on the failed list until it is retried, and complete when its fault is mended', async () => {
  const w = world()
  const worker = w.worker(journeyWorker(w, { broken: true }))
  await worker.start()
  const id = String(await w.resque.enqueueTo('mail', 'Broken', 'ann'))
  expect(await w.resque.waitFor(id)).toMatchObject({
    state: 'failed',
    error: { name: 'Error', message: 'broken until it is mended' },
  })
  const [failure] = await w.resque.failed.list()
  expect(failure).toMatchObject({ id, class: 'Broken', args: ['ann'], queue: 'mail', exception: 'Error' })
  await worker.stop()

  if (failure !== undefined) expect(await w.resque.failed.retry(failure)).toBe(true)
  expect(await w.resque.failed.count()).toBe(0)
  expect((await w.resque.status(id))?.state).toBe('waiting')
  await w.worker(journeyWorker(w)).start()
  expect((await w.resque.waitFor(id))?.state).toBe('complete')
  expect(await journal(w)).toHaveLength(2)
})

it('a job that may be tried again waits among the delayed ones, and completes', async () => {
  const w = world()
  await w.scheduler().start()
  const worker = w.worker(journeyWorker(w))
  const retried: number[] = []
  worker.on('retried', ({ delaySeconds }) => retried.push(delaySeconds))
  await worker.start()
  const id = String(await w.resque.enqueueTo('mail', 'Flaky'))
  await eventually(async () =>
    expect(await w.resque.status(id)).toMatchObject({ state: 'delayed', attempts: 1 }),
  )
  expect(await w.resque.waitFor(id)).toMatchObject({ state: 'complete', attempts: 2 })
  expect(retried).toEqual([1])
  expect(await w.resque.failed.count()).toBe(0)
  expect((await journal(w)).map(({ attempt }) => attempt)).toEqual([1, 2])
})

it('a job that takes three workers with it is on the failed list then', async () => {
  const w = world()
  const id = String(await w.resque.enqueueTo('mail', 'Stubborn'))
  for (const deaths of [1, 2, 3]) {
    const worker = startActor('worker', w, w.url, { mood: { hang: true } })
    await eventually(async () => expect(await journal(w)).toHaveLength(deaths))
    worker.kill('SIGKILL')
    await worker.exit
    await buryTheDead(w)
    expect((await w.resque.status(id))?.state).toBe(deaths < 3 ? 'waiting' : 'failed')
  }
  expect(await w.resque.failed.list()).toMatchObject([{ id, class: 'Stubborn', exception: 'DirtyExit' }])
  expect((await journal(w)).map(({ attempt }) => attempt)).toEqual([1, 2, 3])
  expect(await w.redis.exists(w.keys.attempts, w.keys.deaths)).toBe(0)
})
