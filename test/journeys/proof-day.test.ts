// A day in a moment: recurring entries, delayed jobs and retries over 24 hours of the test's clock, each counted. With
// PROOF_HOURS=168 in the environment it is a week.

import { expect, it } from 'vitest'
import { Job } from '../../src/job/job.ts'
import { loadSchedule } from '../../src/recurring/file.ts'
import type { PerformedJob } from '../../src/testing.ts'
import { kit } from '../testing/kit.ts'

const hours = Number(process.env['PROOF_HOURS'] ?? 24)
const delayedPerHour = 20

class Note extends Job {
  static queue = 'day'
  perform(_name: string): number {
    return Number(this.job.recurring?.plannedMs ?? 0)
  }
}

/** Fails twice: an hour's jobs are tried again after 10 minutes, and once more after 45. */
class Flaky extends Job {
  static queue = 'day'
  static retry = { limit: 2, backoff: [600, 2_700] }
  perform(_hour: number): number {
    if (this.job.attempt < 3) throw new Error(`attempt ${this.job.attempt}`)
    return this.job.attempt
  }
}

/** Fails for good after one more try. */
class Hopeless extends Job {
  static queue = 'day'
  static retry = { limit: 1, backoff: [60] }
  perform(_hour: number): void {
    throw new Error('hopeless')
  }
}

const schedule = `quarterly:
  cron: "*/15 * * * * UTC"
  class: Note
  queue: day
  args: [quarterly]
hourly:
  every: 1h
  class: Note
  queue: day
  args: [hourly]
nightly:
  cron: "30 2 * * * UTC"
  class: Note
  queue: day
  args: [nightly]
`

function countBy(jobs: readonly PerformedJob[], name: (job: PerformedJob) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const job of jobs) counts[name(job)] = (counts[name(job)] ?? 0) + 1
  return counts
}

it(`${hours} hours of delayed, recurring and failing jobs are exact`, async () => {
  const { entries } = loadSchedule(schedule)
  const here = kit({ jobs: [Note, Flaky, Hopeless], entries, now: new Date('2027-01-01T00:00:00Z') })
  const beginSeconds = here.clock.nowMs() / 1000
  for (let hour = 0; hour < hours; hour++) {
    const begin = beginSeconds + hour * 3_600
    await here.resque.enqueueBulk([
      { job: Flaky, args: [hour], at: new Date((begin + 60) * 1_000) },
      { job: Hopeless, args: [hour], at: new Date((begin + 60) * 1_000) },
      ...Array.from({ length: delayedPerHour }, (_, index) => {
        return { job: Note, args: ['delayed'], at: new Date((begin + 60 + (index % 4) * 840) * 1_000) }
      }),
    ])
  }
  const performed = await here.travelTo(new Date((beginSeconds + hours * 3_600) * 1_000), { drain: true })

  expect(countBy(performed, (job) => `${job.class} ${job.outcome}`)).toEqual({
    'Note complete': hours * delayedPerHour + hours * 4 + hours + Math.ceil(hours / 24),
    'Flaky retried': hours * 2,
    'Flaky complete': hours,
    'Hopeless retried': hours,
    'Hopeless failed': hours,
  })
  expect(
    countBy(
      performed.filter(({ class: name }) => name === 'Note'),
      ({ args }) => String(args[0]),
    ),
  ).toEqual({
    delayed: hours * delayedPerHour,
    quarterly: hours * 4,
    hourly: hours,
    nightly: Math.ceil(hours / 24),
  })
  const quarters = performed.filter(({ args }) => args[0] === 'quarterly').map(({ result }) => result)
  expect(quarters).toEqual(
    Array.from({ length: hours * 4 }, (_, index) => (beginSeconds + (index + 1) * 900) * 1_000),
  )
  expect([await here.enqueued(), await here.delayed(), await here.resque.failed.count()]).toEqual([
    [],
    [],
    hours,
  ])
}, 120_000)
