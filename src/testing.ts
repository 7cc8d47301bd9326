// For tests of code that enqueues: a real Redis, a namespace of its own, and a clock that the test moves. What the
// kit does is in testing/; docs/testing.md shows it.
//
//   const kit = testKit({ redis: 'redis://127.0.0.1:6379', jobs: [SendEmail] })
//   await signUp(kit.resque, 'ann@example.com')
//   await assertEnqueued(kit, SendEmail, 'ann@example.com')
//   await kit.travelTo(new Date('2027-01-01T09:00:00Z'))    // promotes and fires all that falls due until then
//   await kit.drain()                                        // performs what waits
//   await kit.close()                                        // removes the namespace

import { randomBytes } from 'node:crypto'
import { Resque, type ResqueOptions } from './client/resque.ts'
import type { ArgsOf, JobClass } from './job/job.ts'
import { checkDelaySeconds } from './job/times.ts'
import type { ScheduleEntry } from './recurring/entry.ts'
import { Scheduler } from './scheduler/scheduler.ts'
import { TestClock } from './testing/clock.ts'
import { delayedJobs, type EnqueuedJob, enqueuedJobs, type WaitingForTime } from './testing/found.ts'
import { Inline } from './testing/inline.ts'
import { drain, type PerformedJob, performNow } from './testing/perform.ts'
import { travel } from './testing/travel.ts'
import type { JobSource } from './worker/job-classes.ts'

export { TestClock } from './testing/clock.ts'
export type { EnqueuedJob, WaitingForTime } from './testing/found.ts'
export {
  assertEnqueued,
  assertNotEnqueued,
  type MatcherResult,
  type ResqueMatchers,
  resqueMatchers,
} from './testing/matchers.ts'
export type { PerformedJob } from './testing/perform.ts'
export { aJob, type Stations, type WantedJob } from './testing/wanted.ts'

export interface TestKitOptions extends Omit<ResqueOptions, 'clock'> {
  /** The job classes that `drain` and `inline` perform. */
  readonly jobs?: JobSource
  /** Recurring entries, as `loadSchedule(…).entries` gives them. */
  readonly entries?: readonly ScheduleEntry[]
  /** Where the clock begins. Default 2027-01-01T00:00:00Z. */
  readonly now?: Date
}

export interface TravelOptions {
  /** true: performs, at each second at which something is due, what waits then. Default: it stays in the queues. */
  readonly drain?: boolean
}

export interface TestKit {
  readonly resque: Resque
  readonly clock: TestClock
  /** Jobs waiting in the queues, in order; of one class when it is named. */
  enqueued(job?: JobClass | string): Promise<EnqueuedJob[]>
  /** Jobs waiting for their time, the next one first; of one class when it is named. */
  delayed(job?: JobClass | string): Promise<WaitingForTime[]>
  /** Performs one job here and now, with its hooks and `this.job`; it takes no way through Redis. */
  perform<C extends JobClass>(job: C, ...args: ArgsOf<C>): Promise<PerformedJob>
  /** Performs what waits, and what those jobs enqueue, until nothing waits but in queues that are paused. */
  drain(): Promise<PerformedJob[]>
  /**
   * Moves the clock forward, stopping at each second at which something is due: promotes and fires it there. The
   * jobs that were performed on the way, with `{ drain: true }`.
   * @throws InvalidArgumentError for a date that is past
   */
  travelTo(date: Date, options?: TravelOptions): Promise<PerformedJob[]>
  /** The same, so many seconds ahead. */
  travel(seconds: number, options?: TravelOptions): Promise<PerformedJob[]>
  /** From now on a job is performed before the call that enqueues it resolves; the list fills with what became of them. */
  inline(): PerformedJob[]
  /** Ends `inline`. */
  queued(): void
  /** Removes all keys of the namespace. */
  clear(): Promise<void>
  /** Removes all keys of the namespace and closes the connections. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

async function clear(resque: Resque): Promise<void> {
  const { redis, keys } = resque.rooms.store
  for await (const names of redis.scanStream({ match: `${keys.namespace}:*`, count: 1_000 })) {
    if ((names as string[]).length > 0) await redis.del(...(names as string[]))
  }
}

async function close(resque: Resque): Promise<void> {
  await clear(resque)
  await resque.close()
}

/** A client whose calls an `Inline` may perform at once. */
function clientFor(options: ResqueOptions, inline: Inline): Resque {
  const plugins = [...(options.plugins ?? []), inline.plugin(() => resque)]
  const resque: Resque = new Resque({ ...options, plugins })
  return resque
}

/** A client on a namespace of its own, with a clock for the test to move. Close it when the test ends. */
export function testKit({ jobs = [], entries = [], now, ...options }: TestKitOptions = {}): TestKit {
  const clock = new TestClock(now?.getTime())
  const namespace = options.namespace ?? `test-${randomBytes(6).toString('hex')}`
  const inline = new Inline(jobs)
  const resque = clientFor({ ...options, namespace, clock }, inline)
  const scheduler = new Scheduler({ resque, entries, jobs })
  const travelTo = async (endMs: number, { drain: drains = false }: TravelOptions = {}) => {
    const performed: PerformedJob[] = []
    const perform = async (): Promise<unknown> => performed.push(...(await drain(resque, jobs)))
    await travel({ resque, scheduler, clock }, endMs, drains ? perform : async () => undefined)
    return performed
  }
  return {
    resque,
    clock,
    enqueued: (job) => enqueuedJobs(resque, job),
    delayed: (job) => delayedJobs(resque, job),
    perform: (job, ...args) => performNow(resque, job, args),
    drain: () => drain(resque, jobs),
    travelTo: (date, how) => travelTo(date.getTime(), how),
    travel: async (seconds, how) => {
      checkDelaySeconds(seconds)
      return travelTo(clock.nowMs() + seconds * 1000, how)
    },
    inline: () => inline.begin(),
    queued: () => inline.end(),
    clear: () => clear(resque),
    close: () => close(resque),
    [Symbol.asyncDispose]: () => close(resque),
  }
}
