// `resque.delayed`: what can be asked of the jobs that wait for their time, and done with them.

import type { Fate } from '../delayed/selection.ts'
import { InvalidArgumentError } from '../errors.ts'
import type { ArgsOf, JobClass } from '../job/job.ts'
import { dueSeconds, type When } from '../job/times.ts'
import type { Rooms } from '../rooms.ts'
import { equalTo } from './delayed-equal.ts'
import { checkOptions, type DelayedFilter, isExact, readFilter, type Wanted } from './delayed-filter.ts'
import { withRetries } from './delayed-retries.ts'
import { type DelayedJob, readDelayed, type SearchOptions, search } from './delayed-search.ts'

export interface FindOptions extends SearchOptions {
  /** At most so many. Default 1,000. */
  readonly limit?: number
}

/** What a call means, and where a job of its class would be. */
interface Meant {
  readonly wanted: Wanted
  readonly queue: string | null
  readonly options: FindOptions
}

const searchOptions = ['scan', 'onProgress'] as const
const defaultLimit = 1_000

function checkedLimit(limit: number): number {
  if (typeof limit === 'number' && limit >= 0) return limit
  throw new InvalidArgumentError('limit', limit, `limit must be a number, 0 or more, got ${String(limit)}.`)
}

export class DelayedJobs {
  readonly #rooms: Rooms
  readonly #defaultQueue: string | null
  constructor(rooms: Rooms, defaultQueue: string | null = null) {
    this.#rooms = rooms
    this.#defaultQueue = defaultQueue
  }

  /** How many jobs are delayed (jobs, not timestamps). */
  count(): Promise<number> {
    return this.#rooms.delayed.count()
  }

  /** The times at which jobs are due, in order (Ruby's delayed_queue_peek). */
  async timestamps(start = 0, count = 100): Promise<Date[]> {
    return (await this.#rooms.delayed.timestamps(start, count)).map((seconds) => new Date(seconds * 1000))
  }

  /** The jobs due in one second (Ruby's delayed_timestamp_peek). */
  async peek(timestamp: When, start = 0, count = 100): Promise<DelayedJob[]> {
    const due = dueSeconds(timestamp)
    return withRetries(this.#rooms, await this.#peek(due, start, count))
  }

  async #peek(due: number, start: number, count: number): Promise<DelayedJob[]> {
    return (await this.#rooms.delayed.peekAt(due, start, count)).map((payload) => readDelayed(payload, due))
  }

  /** How many jobs are due in one second (Ruby's delayed_timestamp_size). */
  sizeAt(timestamp: When): Promise<number> {
    return this.#rooms.delayed.sizeAt(dueSeconds(timestamp))
  }

  /** When the next job is due, or null. */
  async next(): Promise<Date | null> {
    const seconds = await this.#rooms.delayed.nextSeconds()
    return seconds === null ? null : new Date(seconds * 1000)
  }

  /** The next delayed jobs, in order of time, at most `count`. */
  async list(count = 100): Promise<DelayedJob[]> {
    const jobs: DelayedJob[] = []
    for (const timestamp of await this.timestamps(0, count)) {
      jobs.push(...(await this.#peek(dueSeconds(timestamp), 0, count - jobs.length)))
      if (jobs.length >= count) break
    }
    return withRetries(this.#rooms, jobs)
  }

  #meantJob(job: JobClass | string, args: readonly unknown[]): Meant {
    const own = typeof job === 'function' ? job.queue : undefined
    const wanted = readFilter({ class: job, args })
    return { wanted, queue: own ?? this.#defaultQueue, options: { scan: false } }
  }

  #meant(
    target: JobClass | string | DelayedFilter,
    rest: readonly unknown[],
    names: readonly string[],
    scan = true,
  ): Meant {
    if (typeof target === 'string' || typeof target === 'function') return this.#meantJob(target, rest)
    const wanted = readFilter(target)
    const options = rest[0] ?? {}
    checkOptions(options, names)
    const own = typeof target.class === 'function' ? target.class.queue : undefined
    return { wanted, queue: own ?? this.#defaultQueue, options: { scan, ...options } }
  }

  async #seconds({ wanted, queue, options }: Meant): Promise<number[]> {
    const seconds = new Set<number>()
    for await (const { stretch, jobs } of search(this.#rooms, wanted, queue, options)) {
      if (jobs.length > 0) seconds.add(stretch.dueSeconds)
    }
    return [...seconds].sort((a, b) => a - b)
  }

  /**
   * When such a job is due: each time once, in order (Ruby's scheduled_at). A job and its args are looked up in
   * the indexes, which know this library's jobs, Ruby's and Node's, but neither PHP's nor those that wait for their
   * next attempt: these are found by a filter, with { scan: true }.
   */
  scheduledAt<C extends JobClass>(job: C, ...args: ArgsOf<C>): Promise<Date[]>
  scheduledAt(job: string, ...args: unknown[]): Promise<Date[]>
  scheduledAt(filter: DelayedFilter, options?: SearchOptions): Promise<Date[]>
  async scheduledAt(target: JobClass | string | DelayedFilter, ...rest: unknown[]): Promise<Date[]> {
    const seconds = await this.#seconds(this.#meant(target, rest, searchOptions, false))
    return seconds.map((second) => new Date(second * 1000))
  }

  /** Whether such a job is delayed (Ruby's delayed?). Looks where scheduledAt looks. */
  has<C extends JobClass>(job: C, ...args: ArgsOf<C>): Promise<boolean>
  has(job: string, ...args: unknown[]): Promise<boolean>
  has(filter: DelayedFilter, options?: SearchOptions): Promise<boolean>
  async has(target: JobClass | string | DelayedFilter, ...rest: unknown[]): Promise<boolean> {
    const { wanted, queue, options } = this.#meant(target, rest, searchOptions, false)
    for await (const { jobs } of search(this.#rooms, wanted, queue, options)) {
      if (jobs.length > 0) return true
    }
    return false
  }

  /**
   * The jobs that a filter means, in no certain order. Looks through all delayed jobs, a bounded number at a time.
   * @throws InvalidArgumentError for a filter that cannot be right, with the nearest right name
   */
  async find(filter: DelayedFilter, options: FindOptions = {}): Promise<DelayedJob[]> {
    const meant = this.#meant(filter, [options], [...searchOptions, 'limit'])
    const limit = checkedLimit(meant.options.limit ?? defaultLimit)
    const [found, known]: [DelayedJob[], Set<string>] = [[], new Set()]
    if (limit === 0) return found
    for await (const { jobs } of search(this.#rooms, meant.wanted, meant.queue, meant.options)) {
      for (const job of jobs) {
        if (job.id !== null && known.has(job.id)) continue // it has moved to a later second meanwhile
        if (job.id !== null) known.add(job.id)
        found.push(job)
        if (found.length >= limit) return found
      }
    }
    return found
  }

  async #take(meant: Meant, fate: Fate): Promise<number> {
    if (meant.options.scan === false) await this.#rooms.delayed.index.sortMost()
    let taken = 0
    for await (const { stretch, jobs } of search(this.#rooms, meant.wanted, meant.queue, meant.options)) {
      const chosen = jobs.map(({ payload }) => payload)
      // What was moved there may be met again.
      if (typeof fate === 'object' && fate.dueSeconds === stretch.dueSeconds) continue
      if (chosen.length > 0) taken += await this.#rooms.delayed.selection.take(stretch, chosen, fate)
    }
    return taken
  }

  /**
   * Takes jobs out for good; their status is cancelled. Resolves to how many. `remove(job, ...args)` is Ruby's
   * remove_delayed and looks where scheduledAt looks; a filter looks through all delayed jobs.
   * @throws InvalidArgumentError also for a filter that names nothing: clear() takes out everything
   */
  remove<C extends JobClass>(job: C, ...args: ArgsOf<C>): Promise<number>
  remove(job: string, ...args: unknown[]): Promise<number>
  remove(filter: DelayedFilter, options?: SearchOptions): Promise<number>
  async remove(target: JobClass | string | DelayedFilter, ...rest: unknown[]): Promise<number> {
    const meant = this.#meant(target, rest, searchOptions)
    if (typeof target === 'object' && Object.keys(target).length === 0) {
      const why = 'the filter is empty and would take out every job. Name what to remove, or call clear().'
      throw new InvalidArgumentError('filter', target, why)
    }
    return (await this.#cancelEqual(target, meant)) ?? this.#take(meant, 'cancel')
  }

  /** One call does for most of those that are named by class and args. Resolves to null when it did nothing. */
  async #cancelEqual(target: unknown, { wanted, queue }: Meant): Promise<number | null> {
    const { className, args } = wanted
    if (typeof target === 'object' || className === null || args === null || !isExact(wanted)) return null
    return this.#rooms.delayed.selection.cancelEqual(equalTo(className, args, queue))
  }

  /** Takes out what is due in one second only (Ruby's remove_delayed_job_from_timestamp). Resolves to how many. */
  removeAt<C extends JobClass>(timestamp: When, job: C, ...args: ArgsOf<C>): Promise<number>
  removeAt(timestamp: When, job: string, ...args: unknown[]): Promise<number>
  async removeAt(timestamp: When, job: JobClass | string, ...args: unknown[]): Promise<number> {
    const due = dueSeconds(timestamp)
    const wanted = readFilter({ class: job, args, from: due, to: due })
    return this.#take({ wanted, queue: null, options: { scan: true } }, 'cancel')
  }

  /** Moves jobs into their queues at once (Ruby's enqueue_delayed). Resolves to how many. Looks where remove looks. */
  enqueueNow<C extends JobClass>(job: C, ...args: ArgsOf<C>): Promise<number>
  enqueueNow(job: string, ...args: unknown[]): Promise<number>
  enqueueNow(filter: DelayedFilter, options?: SearchOptions): Promise<number>
  async enqueueNow(target: JobClass | string | DelayedFilter, ...rest: unknown[]): Promise<number> {
    return this.#take(this.#meant(target, rest, searchOptions), 'enqueue')
  }

  /**
   * Gives all jobs that a filter means another time; a time already past enqueues them. Those that are due then
   * already are not counted. Resolves to how many.
   * @throws InvalidArgumentError
   */
  async reschedule(filter: DelayedFilter, date: When, options: SearchOptions = {}): Promise<number> {
    return this.#take(this.#meant(filter, [options], searchOptions), { dueSeconds: dueSeconds(date) })
  }

  /** Takes out everything that is delayed (Ruby's reset_delayed_queue), in bounded steps. Resolves to how many. */
  async clear(): Promise<number> {
    const { selection, index } = this.#rooms.delayed
    let taken = 0
    for await (const seconds of selection.seconds(0, Number.POSITIVE_INFINITY)) {
      for await (const stretch of selection.stretches(seconds)) {
        if (stretch.payloads.length === 0) await selection.tidy(stretch.dueSeconds)
        else taken += await selection.take(stretch, stretch.payloads, 'cancel')
      }
    }
    await index.sweepAll()
    return taken
  }
}
