// Jobs that failed for good: Ruby's list of failure records, newest at the tail. A record is always named by
// its bytes, so that what moved in the meantime is never hit.

import { InvalidArgumentError, RedisError } from '../errors.ts'
import type { Failure } from '../job/failure.ts'
import { failedAt } from '../job/wire-times.ts'
import { defineScript } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'
import { type Act, type Answer, actOnAll, answers, type BulkOptions, type Picks } from './bulk.ts'
import { type Entry, type FailedJob, failedJob, isRetriable, retryItem } from './entries.ts'
import { checkFilter, type FailedFilter, isEmpty, matcher } from './filter.ts'
import { locate, type Order, range, search } from './find.ts'

const retryScript = defineScript(new URL('./retry.lua', import.meta.url))
const removeScript = defineScript(new URL('./remove-failures.lua', import.meta.url))

export interface FailedPage extends FailedFilter {
  /** How many to pass over; a negative one counts from the other end. Default 0. */
  readonly start?: number | undefined
  /** How many at most. Default 100. */
  readonly count?: number | undefined
  /** Which come first. Default `oldest`. */
  readonly order?: Order | undefined
}

export interface RetryFailedOptions {
  /** true: the record stays on the list and is marked with the time, as Ruby does it. Default: it is taken off. */
  readonly keep?: boolean | undefined
}

export interface TrimOptions {
  /** So many stay, the newest. */
  readonly keep?: number | undefined
  /** What failed longer ago goes. */
  readonly maxAgeDays?: number | undefined
}

/** A record that moves while it is looked for is looked for again, so often. */
const tries = 20
const dayMs = 86_400_000

function checkWhole(name: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && Number(value) >= least) return
  const why = `${name} is ${JSON.stringify(value)}: it must be a whole number${least === 0 ? ', 0 or more' : ''}.`
  throw new InvalidArgumentError(name, value, why)
}

function checkOrder(order: unknown): void {
  if (order === 'oldest' || order === 'newest') return
  const why = `order is ${JSON.stringify(order)}: it must be "oldest" or "newest", for which comes first.`
  throw new InvalidArgumentError('order', order, why)
}

/** @throws InvalidArgumentError */
export function checkTrim({ keep, maxAgeDays }: TrimOptions): void {
  if (keep === undefined && maxAgeDays === undefined) {
    const why = 'trim was not told what to keep. Give keep (how many) or maxAgeDays or both.'
    throw new InvalidArgumentError('keep', keep, why)
  }
  if (keep !== undefined) checkWhole('keep', keep, 0)
  if (maxAgeDays === undefined || (Number.isFinite(maxAgeDays) && maxAgeDays >= 0)) return
  const why = `maxAgeDays is ${JSON.stringify(maxAgeDays)}: it must be a number of days, 0 or more.`
  throw new InvalidArgumentError('maxAgeDays', maxAgeDays, why)
}

export class FailedJobs {
  readonly #store: Store
  constructor(store: Store) {
    this.#store = store
  }

  /** How many entries the list has, or how many records a filter means. @throws InvalidArgumentError */
  async count(filter: FailedFilter = {}): Promise<number> {
    checkFilter(filter)
    if (isEmpty(filter)) return this.#store.redis.llen(this.#store.keys.failed)
    return this.clear(filter, { dryRun: true })
  }

  /**
   * Failure records, oldest first unless `order` says otherwise. Without a filter `start` and `count` are
   * positions on the list, of which junk takes some and is left out; with one they count what it means.
   * @throws InvalidArgumentError for an unknown filter or a value that it cannot have
   */
  async list(page: FailedPage = {}): Promise<FailedJob[]> {
    checkFilter(page, ['start', 'count', 'order'])
    const { start = 0, count = 100, order = 'oldest', ...filter } = page
    checkWhole('start', start, Number.NEGATIVE_INFINITY)
    checkWhole('count', count, 0)
    checkOrder(order)
    if (isEmpty(filter)) return range(this.#store, order, start, count)
    return search(this.#store, matcher(filter), order, start, count)
  }

  /** One record, by its key or its job's id (then the newest), or null. */
  async get(name: string): Promise<FailedJob | null> {
    const entry = await locate(this.#store, name)
    return entry === null ? null : failedJob(entry)
  }

  async #actOnOne(named: Failure | string, act: Act): Promise<Answer> {
    for (let left = tries; left > 0; left--) {
      const entry = await locate(this.#store, named)
      if (entry === null) break
      const [answer] = await act([entry])
      if (answer !== undefined && answer.fate !== 'missed') return answer
    }
    return { fate: 'missed', done: false }
  }

  #retries({ keep = false }: RetryFailedOptions): Act {
    const { redis, keys, clock, scriptNow } = this.#store
    return async (entries) => {
      const jobs = entries.map((entry) => ({ entry, job: failedJob(entry) }))
      const items = jobs.flatMap(({ entry, job }) => retryItem(entry, job?.queue ?? ''))
      const mark = keep ? failedAt(clock.nowMs()) : ''
      const head = [scriptNow(), keys.queuePrefix, keys.jobPrefix, keys.wake, mark]
      const names = [keys.failed, keys.queues, keys.attempts, keys.deaths]
      return answers(await retryScript.run(redis, names, [...head, ...items]), entries)
    }
  }

  #removes(): Act {
    const { redis, keys } = this.#store
    return async (entries) => {
      const args = entries.flatMap(({ index, key }) => [index, key])
      return answers(await removeScript.run(redis, [keys.failed], args), entries)
    }
  }

  /**
   * Puts a job back into its queue, with the very bytes of its payload, and takes its record off the list; with
   * `keep` the record stays and is marked with the time, as Ruby does it. The record is one that was listed, or
   * named by its key or its job's id. False when it is gone already, or names no job.
   * @throws RedisError when the queue's key holds something else than a list
   */
  async retry(failure: Failure | string, options: RetryFailedOptions = {}): Promise<boolean> {
    const retries = this.#retries(options)
    const act = async (entries: readonly Entry[]): Promise<readonly Answer[]> => {
      const job = entries[0] === undefined ? null : failedJob(entries[0])
      if (job === null || !isRetriable(job)) return [{ fate: { stays: '' }, done: false }]
      return retries(entries)
    }
    const { done, refusal } = await this.#actOnOne(failure, act)
    if (refusal === undefined) return done
    throw new RedisError(`the failed job was not retried: its queue cannot take it: ${refusal}`)
  }

  /** Takes one record off, named as for `retry`. False when it is gone already. */
  async remove(failure: Failure | string): Promise<boolean> {
    return (await this.#actOnOne(failure, this.#removes())).done
  }

  /**
   * Retries all jobs that a filter means, of those on the list now, the oldest first. Those that were retried
   * before and kept are left alone unless the filter says `retried: true`. Resolves to how many.
   * @throws InvalidArgumentError
   */
  async retryAll(filter: FailedFilter = {}, options: RetryFailedOptions & BulkOptions = {}): Promise<number> {
    checkFilter(filter)
    const matches = matcher({ ...filter, retried: filter.retried ?? false })
    const picks: Picks = (job) => job !== null && matches(job) && isRetriable(job)
    return actOnAll(this.#store, picks, this.#retries(options), options)
  }

  /**
   * Takes all records off that a filter means, of those on the list now; without a filter junk as well.
   * Resolves to how many.
   * @throws InvalidArgumentError
   */
  async clear(filter: FailedFilter = {}, options: BulkOptions = {}): Promise<number> {
    checkFilter(filter)
    return actOnAll(this.#store, matcher(filter), this.#removes(), options)
  }

  /** Takes off what was retried and kept (Ruby's clear_retried). Resolves to how many. */
  clearRetried(options: BulkOptions = {}): Promise<number> {
    return this.clear({ retried: true }, options)
  }

  /**
   * Takes off the oldest records: all but the newest `keep`, and those older than `maxAgeDays`. Junk has no age.
   * Resolves to how many.
   * @throws InvalidArgumentError
   */
  async trim({ keep, maxAgeDays }: TrimOptions, options: BulkOptions = {}): Promise<number> {
    checkTrim({ keep, maxAgeDays })
    const bornMs = maxAgeDays === undefined ? null : this.#store.clock.nowMs() - maxAgeDays * dayMs
    const picks: Picks = (job, { index }, { total }) => {
      const isTooMany = keep !== undefined && index < total - keep
      return isTooMany || (bornMs !== null && job?.failedAt != null && job.failedAt.getTime() < bornMs)
    }
    return actOnAll(this.#store, picks, this.#removes(), { ...options, isOldestFirst: true })
  }
}
