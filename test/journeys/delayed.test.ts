// The walk of a delayed job on a real clock, from enqueueIn to complete, with a look at every state.

import { expect, it } from 'vitest'
import { Job, type JobClass } from '../../src/job/job.ts'
import { eventually } from '../support/eventually.ts'
import { journal, journeyWorker } from '../support/journey.ts'
import { world } from '../support/world.ts'

/** A job that goes on until the test says so. */
function gated(): { Gated: JobClass; open: () => void } {
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  class Gated extends Job {
    async perform(name: string): Promise<string> {
      this.job.progress(50)
      await gate
      return `done by ${name}`
    }
  }
  return { Gated, open }
}

it('a delayed job is seen in every state on its way', async () => {
  const w = world()
  const { Gated, open } = gated()
  const id = String(await w.resque.enqueueInWithQueue('mail', 1, Gated, 'ann'))
  const state = async (): Promise<string | undefined> => (await w.resque.status(id))?.state
  expect(await w.resque.status(id)).toMatchObject({ state: 'delayed', code: 63, args: ['ann'], attempts: 0 })
  await w.scheduler().start()
  await eventually(async () => expect(await state()).toBe('waiting'))
  await w.worker({ queues: 'mail', jobs: { Gated } }).start()
  await eventually(async () =>
    expect(await w.resque.status(id)).toMatchObject({ state: 'running', progress: 50 }),
  )
  expect((await w.resque.workers.working()).map(({ job }) => job?.class)).toEqual(['Gated'])
  open()
  const ended = await w.resque.waitFor(id)
  expect(ended).toMatchObject({
    state: 'complete',
    code: 4,
    result: 'done by ann',
    attempts: 1,
    progress: 50,
  })
  const { enqueuedAt, startedAt, finishedAt } = ended ?? {}
  const times = [enqueuedAt, startedAt, finishedAt].map((date) => date?.getTime() ?? 0)
  expect(times).toEqual([...times].sort((a, b) => a - b))
})

it('no delayed job is performed before its time', async () => {
  const w = world()
  await w.scheduler().start()
  await w.worker(journeyWorker(w)).start()
  const dues = Array.from({ length: 30 }, (_, index) => Date.now() + 500 + index * 50)
  const ids = await w.resque.enqueueBulk(
    dues.map((ms) => ({ job: 'Note', queue: 'mail', at: new Date(ms), args: [ms] })),
  )
  await eventually(async () => expect(await journal(w)).toHaveLength(ids.length))
  for (const { args, atMs } of await journal(w)) expect(atMs).toBeGreaterThanOrEqual(Number(args[0]))
  expect(await w.resque.delayed.count()).toBe(0)
})

it('a delayed job can be moved, brought forward and cancelled', async () => {
  const w = world()
  await w.scheduler().start()
  await w.worker(journeyWorker(w)).start()
  const enqueue = async (): Promise<string> =>
    String(await w.resque.enqueueInWithQueue('mail', 3_600, 'Note'))
  const [later, sooner, never] = [await enqueue(), await enqueue(), await enqueue()]
  expect(await w.resque.reschedule(later, Date.now() / 1000 + 7_200)).toBe(true)
  expect(await w.resque.reschedule(sooner, Date.now() / 1000 + 1)).toBe(true)
  expect(await w.resque.cancel(never)).toBe(true)
  expect((await w.resque.waitFor(sooner))?.state).toBe('complete')
  expect((await w.resque.status(later))?.state).toBe('delayed')
  expect((await w.resque.status(never))?.state).toBe('cancelled')
  expect((await journal(w)).map(({ id }) => id)).toEqual([sooner])
})
