// Every arrow of a job's life, walked once, wherever the jobs are kept.

import { expect } from 'vitest'
import { loadSchedule } from '../../src/recurring/file.ts'
import { journalJobs } from '../support/actors/jobs.mjs'
import { eventually } from '../support/eventually.ts'
import { journal, journalKey } from '../support/journey.ts'
import { beats, everySecond, type Stage } from './stage.ts'

async function ends(stage: Stage, id: string | null, state: string): Promise<void> {
  expect((await stage.resque.waitFor(String(id), { timeoutSeconds: 10 }))?.state).toBe(state)
}

async function delayedJobs(stage: Stage): Promise<void> {
  const { resque } = stage
  const soon = await resque.enqueueInWithQueue('mail', 1, 'Note', 'soon')
  const later = await resque.enqueueInWithQueue('mail', 3_600, 'Note', 'later')
  const much = await resque.enqueueInWithQueue('mail', 7_200, 'Note', 'much later')
  expect((await resque.status(String(later)))?.state).toBe('delayed')
  expect(await resque.delayed.count()).toBeGreaterThanOrEqual(2)
  expect(await resque.delayed.has('Note', 'later')).toBe(true)
  expect(await resque.cancel(String(later))).toBe(true)
  await ends(stage, later, 'cancelled')
  expect(await resque.reschedule(String(much), Date.now() / 1000)).toBe(true)
  await ends(stage, much, 'complete')
  await ends(stage, soon, 'complete')
}

async function failedJobs(stage: Stage, heal: () => void): Promise<void> {
  const { resque } = stage
  const broken = await resque.enqueueTo('mail', 'Broken')
  await ends(stage, broken, 'failed')
  const [entry] = await resque.failed.list()
  if (entry === undefined) throw new Error('no job has failed')
  heal()
  await resque.failed.retry(entry)
  await ends(stage, broken, 'complete')
  await ends(stage, await resque.enqueueTo('mail', 'Flaky'), 'complete')
}

async function queuesAndNumbers({ resque }: Stage): Promise<void> {
  expect((await resque.queues.list()).map(({ name }) => name)).toEqual(expect.arrayContaining(['mail']))
  expect((await resque.workers.list()).length).toBeGreaterThan(0)
  expect((await resque.stats()).processed).toBeGreaterThan(3)
  await resque.queues.pause('idle')
  await resque.enqueueBulk([1, 2, 3].map((index) => ({ job: 'Note', queue: 'idle', args: [index] })))
  expect(await resque.queues.dequeue('Note', 2)).toBe(1)
  expect(await resque.queues.size('idle')).toBe(2)
  await resque.queues.resume('idle')
  await eventually(async () => expect(await resque.queues.size('idle')).toBe(0))
}

export async function walkEveryArrow(stage: Stage): Promise<void> {
  const { resque, witness } = stage
  let broken = true
  class Broken {
    perform(): void {
      if (broken) throw new Error('broken until it is mended')
    }
  }
  const jobs = { ...journalJobs(witness.redis, journalKey(witness)), Broken }
  await stage.worker({ jobs }).start()
  await stage.scheduler({ entries: loadSchedule(everySecond).entries }).start()
  await ends(stage, await resque.enqueueTo('mail', 'Note', 'now'), 'complete')
  await delayedJobs(stage)
  await failedJobs(stage, () => {
    broken = false
  })
  await resque.recurring.set('kept', { every: '1s', class: 'Note', queue: 'low' })
  await eventually(async () => expect((await resque.recurring.history('kept')).length).toBeGreaterThan(0))
  expect(await resque.recurring.remove('kept')).toBe(true)
  await eventually(async () => expect(beats(await journal(witness)).length).toBeGreaterThan(2))
  await queuesAndNumbers(stage)
}
