// The verbs that put jobs in, as the client has them, and as `with` gives them with options of a call.

import type { ArgsOf, JobClass } from '../job/job.ts'
import { dueSeconds, type When } from '../job/times.ts'
import { type BulkItem, enqueueAll } from './bulk.ts'
import type { Call, Intake } from './intake.ts'
import { type CallOptions, type CallSettings, withOptions } from './settings.ts'

type Id = Promise<string | null>

/** What is thrown at once is what the promise rejects with, as in an async function, which costs one promise more. */
function attempt(call: () => Id): Id {
  try {
    return call()
  } catch (error) {
    return Promise.reject(error)
  }
}

/** The verbs, with the same options for every call. */
export class Verbs {
  readonly #intake: Intake
  readonly #settings: CallSettings

  constructor(intake: Intake, settings: CallSettings) {
    this.#intake = intake
    this.#settings = settings
  }

  /**
   * The same verbs with other options: `resque.with({ timeoutSeconds: 60 }).enqueue(Import, 7)`. Cheap to make; keep
   * it or not.
   * @throws InvalidArgumentError
   */
  with(options: CallOptions): Verbs {
    return new Verbs(this.#intake, withOptions(this.#settings, options))
  }

  /**
   * Puts a job into its queue. Resolves to its id when Redis has it; to null in Ruby's format, and when a hook
   * vetoed. For a unique job it is the id of the job that has the key then.
   * @throws InvalidArgumentError, NoQueueError before anything is written; UniqueConflictError; RedisError
   */
  enqueue<C extends JobClass>(job: C, ...args: ArgsOf<C>): Id
  enqueue(job: string, ...args: unknown[]): Id
  enqueue(job: JobClass | string, ...args: unknown[]): Id {
    return this.#now(undefined, job, args)
  }

  /** The same, into a queue of your choice. */
  enqueueTo<C extends JobClass>(queue: string, job: C, ...args: ArgsOf<C>): Id
  enqueueTo(queue: string, job: string, ...args: unknown[]): Id
  enqueueTo(queue: string, job: JobClass | string, ...args: unknown[]): Id {
    return this.#now(queue, job, args)
  }

  /**
   * Has a job run at a time: a Date, a luxon DateTime or unix seconds. Fractions are rounded up, so it is never
   * early. A time already past enqueues at once.
   */
  enqueueAt<C extends JobClass>(date: When, job: C, ...args: ArgsOf<C>): Id
  enqueueAt(date: When, job: string, ...args: unknown[]): Id
  enqueueAt(date: When, job: JobClass | string, ...args: unknown[]): Id {
    return this.#later(undefined, job, args, () => dueSeconds(date))
  }

  enqueueAtWithQueue<C extends JobClass>(queue: string, date: When, job: C, ...args: ArgsOf<C>): Id
  enqueueAtWithQueue(queue: string, date: When, job: string, ...args: unknown[]): Id
  enqueueAtWithQueue(queue: string, date: When, job: JobClass | string, ...args: unknown[]): Id {
    return this.#later(queue, job, args, () => dueSeconds(date))
  }

  /** Has a job run so many seconds from now (0 or more; fractions are rounded up to the next second). */
  enqueueIn<C extends JobClass>(seconds: number, job: C, ...args: ArgsOf<C>): Id
  enqueueIn(seconds: number, job: string, ...args: unknown[]): Id
  enqueueIn(seconds: number, job: JobClass | string, ...args: unknown[]): Id {
    return this.#later(undefined, job, args, () => this.#intake.dueIn(seconds))
  }

  enqueueInWithQueue<C extends JobClass>(queue: string, seconds: number, job: C, ...args: ArgsOf<C>): Id
  enqueueInWithQueue(queue: string, seconds: number, job: string, ...args: unknown[]): Id
  enqueueInWithQueue(queue: string, seconds: number, job: JobClass | string, ...args: unknown[]): Id {
    return this.#later(queue, job, args, () => this.#intake.dueIn(seconds))
  }

  /**
   * Gives the delayed jobs of this class, args and queue another time (all of them, when there are several), or
   * adds the job when there is none. Resolves to the id of a job that was moved, or of the new one.
   */
  delayOrEnqueueAt<C extends JobClass>(date: When, job: C, ...args: ArgsOf<C>): Id
  delayOrEnqueueAt(date: When, job: string, ...args: unknown[]): Id
  async delayOrEnqueueAt(date: When, job: JobClass | string, ...args: unknown[]): Id {
    return this.#retime(job, args, dueSeconds(date))
  }

  /** The same, so many seconds from now: called again and again, it puts a job off (debouncing). */
  delayOrEnqueueIn<C extends JobClass>(seconds: number, job: C, ...args: ArgsOf<C>): Id
  delayOrEnqueueIn(seconds: number, job: string, ...args: unknown[]): Id
  async delayOrEnqueueIn(seconds: number, job: JobClass | string, ...args: unknown[]): Id {
    return this.#retime(job, args, this.#intake.dueIn(seconds))
  }

  /**
   * Enqueues many jobs, now or later, with few round trips. Resolves to their ids, in the order of the items.
   * @throws InvalidArgumentError naming the bad items, before anything is written; UniqueConflictError with the ids
   *   of all others, which were added
   */
  enqueueBulk(items: readonly BulkItem[]): Promise<(string | null)[]> {
    return enqueueAll(this.#intake, items, this.#settings)
  }

  /**
   * Id of the job that took the key of such a unique job last, or null when nobody has it. The job may have ended
   * since: `status(id)` tells. The key is that of the class's `static unique`, or of `with({ unique })`.
   * @throws InvalidArgumentError for a job that is not unique
   */
  uniqueHolder<C extends JobClass>(job: C, ...args: ArgsOf<C>): Id
  uniqueHolder(job: string, ...args: unknown[]): Id
  async uniqueHolder(job: JobClass | string, ...args: unknown[]): Id {
    return this.#intake.uniqueHolder(this.#call(undefined, job, args), this.#settings)
  }

  /**
   * Frees the key of such a unique job, whoever has it: the next call adds a job, also within its `within` or
   * beside one that has not ended. Resolves to whether anybody had the key.
   * @throws InvalidArgumentError for a job that is not unique
   */
  freeUnique<C extends JobClass>(job: C, ...args: ArgsOf<C>): Promise<boolean>
  freeUnique(job: string, ...args: unknown[]): Promise<boolean>
  async freeUnique(job: JobClass | string, ...args: unknown[]): Promise<boolean> {
    return this.#intake.freeUnique(this.#call(undefined, job, args), this.#settings)
  }

  #call(queue: string | undefined, job: JobClass | string, args: readonly unknown[]): Call {
    return { job, args, queue, due: null, isScheduled: false }
  }

  #now(queue: string | undefined, job: JobClass | string, args: readonly unknown[]): Id {
    return attempt(() => this.#intake.add(this.#call(queue, job, args), this.#settings))
  }

  #later(
    queue: string | undefined,
    job: JobClass | string,
    args: readonly unknown[],
    due: () => number | null,
  ): Id {
    return attempt(() =>
      this.#intake.add({ job, args, queue, due: due(), isScheduled: true }, this.#settings),
    )
  }

  #retime(job: JobClass | string, args: readonly unknown[], due: number | null): Id {
    const call = { job, args, queue: undefined, due, isScheduled: true }
    return this.#intake.addOrRetime(call, this.#settings)
  }
}
