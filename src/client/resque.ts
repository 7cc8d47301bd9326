// The client: the verbs that put jobs in (verbs.ts), those that take them out and ask for them. Each station is a
// property.

import { type Clock, systemClock } from '../clock.ts'
import { InvalidArgumentError } from '../errors.ts'
import { dueSeconds, type When } from '../job/times.ts'
import { checkServer, explain } from '../redis/connection.ts'
import { openRooms, type Rooms } from '../rooms.ts'
import type { JobStatus } from '../status/record.ts'
import { cancelAll } from './bulk.ts'
import { cancelJob } from './cancel.ts'
import { DelayedJobs } from './delayed-jobs.ts'
import { Intake } from './intake.ts'
import { lookUp } from './lookup.ts'
import { QueueVerbs } from './queue-verbs.ts'
import { RecurringJobs } from './recurring-jobs.ts'
import { clientSettings, type ResqueOptions } from './settings.ts'
import { readStats, resetStats, type Stats } from './stats.ts'
import { Verbs } from './verbs.ts'
import { waitForEnd } from './wait-for.ts'
import { EndWatch } from './watch.ts'
import { Workers } from './workers.ts'

export type { ResqueOptions } from './settings.ts'

/** A client. It connects in the background; nothing is written until a verb is called. */
export class Resque extends Verbs {
  readonly rooms: Rooms
  readonly delayed: DelayedJobs
  readonly queues: QueueVerbs
  readonly failed: Rooms['failed']
  readonly workers: Workers
  /** The recurring entries of the application without a name. */
  readonly recurring: RecurringJobs
  readonly #clock: Clock
  readonly #watch: EndWatch
  readonly #recurringOptions: ConstructorParameters<typeof RecurringJobs>[2]

  /** @throws InvalidArgumentError for an option that does not exist, or cannot be right */
  constructor(options: ResqueOptions = {}) {
    const settings = clientSettings(options)
    const rooms = openRooms(options)
    const clock = options.clock ?? systemClock
    const defaultQueue = options.defaultQueue ?? null
    super(new Intake(rooms, clock, defaultQueue), settings)
    this.rooms = rooms
    this.queues = new QueueVerbs(rooms, settings.plugins)
    this.failed = rooms.failed
    this.workers = new Workers(rooms)
    this.#clock = clock
    this.#watch = new EndWatch(rooms, clock)
    this.delayed = new DelayedJobs(rooms, defaultQueue)
    const { format, track } = settings
    this.#recurringOptions = { clock, defaultQueue, format, track }
    this.recurring = this.recurringOf('')
  }

  /** The recurring entries of an application with a name (`appName` of its scheduler). @throws InvalidArgumentError */
  recurringOf(appName: string): RecurringJobs {
    return new RecurringJobs(this.rooms, appName, this.#recurringOptions)
  }

  /** Reaches Redis once. @throws RedisError when it is not there, refuses us or is too old. */
  async connect(): Promise<this> {
    await checkServer(this.rooms.connection)
    return this
  }

  async #asked<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (error) {
      throw explain(error, this.rooms.connection)
    }
  }

  /**
   * Takes a delayed or waiting job out; has the worker that performs a running one end it. Its status becomes
   * `cancelled` when the worker has let go of it, or `complete` when it was faster: `waitFor` tells. False when
   * there is no such job, or it has ended.
   */
  cancel(id: string): Promise<boolean> {
    return this.#asked(cancelJob(this.rooms, id))
  }

  /** Cancels many jobs. Resolves to for how many of them `cancel` is true. */
  cancelBulk(ids: readonly (string | null)[]): Promise<number> {
    if (Array.isArray(ids)) return cancelAll(ids, (id) => this.cancel(id))
    throw new InvalidArgumentError('ids', ids, 'cancelBulk needs an array of ids.')
  }

  /** Moves a delayed or waiting job to another time. False when there is no such job, or it has started or ended. */
  async reschedule(id: string, date: When): Promise<boolean> {
    return (await this.#asked(this.rooms.delayed.reschedule(id, dueSeconds(date)))).done
  }

  /** Where a job is, or null when nothing is known of it (never was, not tracked, or ended over a day ago). */
  async status(id: string): Promise<JobStatus | null> {
    return this.#asked(lookUp(this.rooms, id))
  }

  /** The last 100 lines that a job has logged, oldest first; kept for a day. */
  async log(id: string): Promise<string[]> {
    return this.#asked(this.rooms.statuses.log(id))
  }

  /**
   * Waits until a job has ended (complete, failed or cancelled) and resolves to its status; null when nothing is
   * known of the job.
   * @throws WaitTimeoutError when it has not ended after `timeoutSeconds` (default 60); RedisError
   */
  async waitFor(
    id: string,
    { timeoutSeconds = 60 }: { readonly timeoutSeconds?: number } = {},
  ): Promise<JobStatus | null> {
    return waitForEnd(this.#watch, this.#clock, id, timeoutSeconds, () => this.status(id))
  }

  /** Numbers of the whole system. */
  stats(): Promise<Stats> {
    return this.#asked(readStats(this.rooms))
  }

  /**
   * Sets `processed` and `failed` of `stats` back to 0 (Ruby's Stat.clear). The counters are those of all systems on
   * this Redis; those of each worker go on.
   */
  resetStats(): Promise<void> {
    return this.#asked(resetStats(this.rooms))
  }

  /** Closes the connections that this client opened. */
  async close(): Promise<void> {
    this.#watch.close()
    await this.rooms.connection.close()
  }
}
