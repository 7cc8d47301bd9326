// The client: the verbs that put jobs in, take them out and ask for them. Each station is a property.

import { type Clock, systemClock } from '../clock.ts'
import { InvalidArgumentError } from '../errors.ts'
import type { PayloadFormat } from '../job/codec.ts'
import type { ArgsOf, JobClass } from '../job/job.ts'
import { checkJobClass, checkQueueName, jobName, queueOf } from '../job/names.ts'
import { checkDelaySeconds, dueSeconds, type When } from '../job/times.ts'
import { checkServer, explain, type RedisSource } from '../redis/connection.ts'
import { openRooms, type Rooms } from '../rooms.ts'
import type { JobStatus } from '../status/record.ts'
import { addAll, type BulkItem, cancelAll, prepareAll } from './bulk.ts'
import { DelayedJobs } from './delayed-jobs.ts'
import { add, type Prepared, prepare, type Request } from './enqueue.ts'
import { lookUp } from './lookup.ts'
import { RecurringJobs } from './recurring-jobs.ts'
import { retime } from './retime.ts'
import { readStats, type Stats } from './stats.ts'
import { waitForEnd } from './wait-for.ts'
import { EndWatch } from './watch.ts'
import { Workers } from './workers.ts'

export interface ResqueOptions {
  /** URL, ioredis options, or a Redis or Cluster you made (you close it). Default redis://127.0.0.1:6379 */
  readonly redis?: RedisSource
  /** Before every key. Default `resque`. */
  readonly namespace?: string
  /** `php` (default): jobs carry an id and are tracked. `ruby`: exactly Ruby's bytes; calls return null. */
  readonly payload?: PayloadFormat
  /** false: no status is kept for jobs of this client. A class's own `static track = false` does the same. */
  readonly track?: boolean
  /** For jobs that name no queue: a name in a text, a class without `static queue`. */
  readonly defaultQueue?: string
  /** How long the status of a job that has ended is kept, in seconds. Default 24 h. */
  readonly keepStatusSeconds?: number
  /** How long one command may take, in milliseconds. Default 10 s. */
  readonly commandTimeoutMs?: number
  /** A test's clock: everything then goes by it, and not by Redis's. */
  readonly clock?: Clock
}

/** A call that took longer tells too little of Redis's clock, in milliseconds. */
const longestLessonMs = 1_000

/** A client. It connects in the background; nothing is written until a verb is called. */
export class Resque {
  readonly rooms: Rooms
  readonly delayed: DelayedJobs
  readonly queues: Rooms['queues']
  readonly failed: Rooms['failed']
  readonly workers: Workers
  /** The recurring entries of the application without a name. */
  readonly recurring: RecurringJobs
  readonly #clock: Clock
  readonly #watch: EndWatch
  readonly #defaultQueue: string | null
  readonly #settings: { readonly format: PayloadFormat; readonly track: boolean }
  #skewMs = 0

  constructor(options: ResqueOptions = {}) {
    if (options.namespace === '')
      throw new InvalidArgumentError('namespace', '', 'the namespace is empty. Leave it out for "resque".')
    this.rooms = openRooms(options)
    this.queues = this.rooms.queues
    this.failed = this.rooms.failed
    this.workers = new Workers(this.rooms)
    this.#clock = options.clock ?? systemClock
    this.#watch = new EndWatch(this.rooms, this.#clock)
    this.#defaultQueue = options.defaultQueue ?? null
    this.delayed = new DelayedJobs(this.rooms, this.#defaultQueue)
    this.#settings = { format: options.payload ?? 'php', track: options.track ?? true }
    this.recurring = this.recurringOf('')
  }

  /** The recurring entries of an application with a name (`appName` of its scheduler). @throws InvalidArgumentError */
  recurringOf(appName: string): RecurringJobs {
    const options = { clock: this.#clock, defaultQueue: this.#defaultQueue, ...this.#settings }
    return new RecurringJobs(this.rooms, appName, options)
  }

  /** Reaches Redis once. @throws RedisError when it is not there, refuses us or is too old. */
  async connect(): Promise<this> {
    await checkServer(this.rooms.connection)
    return this
  }

  #nowMs(): number {
    return this.#clock.nowMs() + this.#skewMs
  }

  /**
   * What is due is decided by Redis's clock, so this is the clock to plan by. Redis read it after the call was
   * sent: it is no further ahead than this, and what is planned so is never early.
   */
  #learn(redisNowMs: number, sentMs: number): void {
    if (this.#clock.nowMs() - sentMs <= longestLessonMs) this.#skewMs = redisNowMs - sentMs
  }

  async #add(request: Request): Promise<string | null> {
    const prepared = prepare(request, this.#settings, this.#nowMs())
    const sentMs = this.#clock.nowMs()
    this.#learn((await add(this.rooms, this.#clock, [prepared])).redisNowMs, sentMs)
    return prepared.id
  }

  #request(
    job: JobClass | string,
    args: readonly unknown[],
    queue: string | undefined,
    due: number | null,
  ): Request {
    if (typeof job !== 'string') checkJobClass(job)
    if (queue !== undefined) checkQueueName(queue)
    return { job, args, queue: queue ?? queueOf(job, this.#defaultQueue), dueSeconds: due }
  }

  #dueIn(delaySeconds: number): number | null {
    checkDelaySeconds(delaySeconds)
    return delaySeconds === 0 ? null : dueSeconds(new Date(Math.ceil(this.#nowMs() + delaySeconds * 1000)))
  }

  /**
   * Puts a job into its queue. Resolves to its id (null in Ruby format) when Redis has it.
   * @throws InvalidArgumentError, NoQueueError before anything is written; RedisError
   */
  enqueue<C extends JobClass>(job: C, ...args: ArgsOf<C>): Promise<string | null>
  enqueue(job: string, ...args: unknown[]): Promise<string | null>
  async enqueue(job: JobClass | string, ...args: unknown[]): Promise<string | null> {
    return this.#add(this.#request(job, args, undefined, null))
  }

  /** The same, into a queue of your choice. */
  enqueueTo<C extends JobClass>(queue: string, job: C, ...args: ArgsOf<C>): Promise<string | null>
  enqueueTo(queue: string, job: string, ...args: unknown[]): Promise<string | null>
  async enqueueTo(queue: string, job: JobClass | string, ...args: unknown[]): Promise<string | null> {
    return this.#add(this.#request(job, args, queue, null))
  }

  /**
   * Has a job run at a time: a Date, a luxon DateTime or unix seconds. Fractions are rounded up, so it is never
   * early. A time already past enqueues at once.
   */
  enqueueAt<C extends JobClass>(date: When, job: C, ...args: ArgsOf<C>): Promise<string | null>
  enqueueAt(date: When, job: string, ...args: unknown[]): Promise<string | null>
  async enqueueAt(date: When, job: JobClass | string, ...args: unknown[]): Promise<string | null> {
    return this.#add(this.#request(job, args, undefined, dueSeconds(date)))
  }

  enqueueAtWithQueue<C extends JobClass>(
    queue: string,
    date: When,
    job: C,
    ...args: ArgsOf<C>
  ): Promise<string | null>
  enqueueAtWithQueue(queue: string, date: When, job: string, ...args: unknown[]): Promise<string | null>
  async enqueueAtWithQueue(
    queue: string,
    date: When,
    job: JobClass | string,
    ...args: unknown[]
  ): Promise<string | null> {
    return this.#add(this.#request(job, args, queue, dueSeconds(date)))
  }

  /** Has a job run so many seconds from now (0 or more; fractions are rounded up to the next second). */
  enqueueIn<C extends JobClass>(seconds: number, job: C, ...args: ArgsOf<C>): Promise<string | null>
  enqueueIn(seconds: number, job: string, ...args: unknown[]): Promise<string | null>
  async enqueueIn(seconds: number, job: JobClass | string, ...args: unknown[]): Promise<string | null> {
    return this.#add(this.#request(job, args, undefined, this.#dueIn(seconds)))
  }

  enqueueInWithQueue<C extends JobClass>(
    queue: string,
    seconds: number,
    job: C,
    ...args: ArgsOf<C>
  ): Promise<string | null>
  enqueueInWithQueue(queue: string, seconds: number, job: string, ...args: unknown[]): Promise<string | null>
  async enqueueInWithQueue(
    queue: string,
    seconds: number,
    job: JobClass | string,
    ...args: unknown[]
  ): Promise<string | null> {
    return this.#add(this.#request(job, args, queue, this.#dueIn(seconds)))
  }

  async #retime(
    job: JobClass | string,
    args: readonly unknown[],
    due: number | null,
  ): Promise<string | null> {
    const request = { ...this.#request(job, args, undefined, due), dueSeconds: due ?? 0 }
    const prepared = prepare(request, this.#settings, this.#nowMs())
    const sentMs = this.#clock.nowMs()
    const { id, redisNowMs } = await this.#asked(retime(this.rooms, request, prepared))
    this.#learn(redisNowMs, sentMs)
    return id
  }

  /**
   * Gives the delayed jobs of this class, args and queue another time (all of them, when there are several), or
   * adds the job when there is none. Resolves to the id of a job that was moved, or of the new one.
   */
  delayOrEnqueueAt<C extends JobClass>(date: When, job: C, ...args: ArgsOf<C>): Promise<string | null>
  delayOrEnqueueAt(date: When, job: string, ...args: unknown[]): Promise<string | null>
  async delayOrEnqueueAt(date: When, job: JobClass | string, ...args: unknown[]): Promise<string | null> {
    return this.#retime(job, args, dueSeconds(date))
  }

  /** The same, so many seconds from now: called again and again, it puts a job off (debouncing). */
  delayOrEnqueueIn<C extends JobClass>(seconds: number, job: C, ...args: ArgsOf<C>): Promise<string | null>
  delayOrEnqueueIn(seconds: number, job: string, ...args: unknown[]): Promise<string | null>
  async delayOrEnqueueIn(
    seconds: number,
    job: JobClass | string,
    ...args: unknown[]
  ): Promise<string | null> {
    return this.#retime(job, args, this.#dueIn(seconds))
  }

  #prepareItem({ job, args = [], queue, at, in: seconds }: BulkItem): Prepared {
    if (at !== undefined && seconds !== undefined) {
      throw new InvalidArgumentError('at', at, `${jobName(job)} has both "at" and "in". Give one of them.`)
    }
    const due = at === undefined ? (seconds === undefined ? null : this.#dueIn(seconds)) : dueSeconds(at)
    return prepare(this.#request(job, args, queue, due), this.#settings, this.#nowMs())
  }

  /**
   * Enqueues many jobs, now or later, with few round trips. Resolves to their ids, in the order of the items.
   * @throws InvalidArgumentError naming the bad items, before anything is written
   */
  async enqueueBulk(items: readonly BulkItem[]): Promise<(string | null)[]> {
    const jobs = prepareAll(items, (item) => this.#prepareItem(item))
    await addAll(this.rooms, this.#clock, jobs)
    return jobs.map(({ id }) => id)
  }

  async #asked<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (error) {
      throw explain(error, this.rooms.connection)
    }
  }

  /** Takes a delayed or waiting job out. False when there is no such job, or it has started or ended. */
  async cancel(id: string): Promise<boolean> {
    return (await this.#asked(this.rooms.delayed.cancel(id, this.rooms.keepStatusSeconds))).done
  }

  /** Cancels many jobs. Resolves to how many of them were delayed or waiting, and are cancelled now. */
  cancelBulk(ids: readonly string[]): Promise<number> {
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

  /** Closes the connections that this client opened. */
  async close(): Promise<void> {
    this.#watch.close()
    await this.rooms.connection.close()
  }
}
