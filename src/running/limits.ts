// Limits: how many jobs of a kind are in hand at a time, and how many begin within a time, across all workers.
// A job that finds its limit full is parked: it leaves the hand for the limit's own list, and comes back to the
// head of its queue, with a place promised, when there is room.

import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'
import type { Holder, Reserved } from './running.ts'

const admitScript = defineScript(new URL('./admit.lua', import.meta.url))
const unparkScript = defineScript(new URL('./unpark.lua', import.meta.url))

export interface Limit {
  /** `class/<class>`, `class/<class>/<key>` or `queue/<queue>`. */
  readonly name: string
  /** How many jobs at a time; 0 for any number. */
  readonly concurrency: number
  /** How many jobs may begin within `windowMs`; 0 for any number. */
  readonly count: number
  readonly windowMs: number
}

/** A job in hand that may have to wait for its limit. */
export interface Asking {
  readonly job: Reserved
  readonly limit: Limit
}

export interface Admitted {
  /** The jobs that may be performed; the others are in no hand any more. */
  readonly jobs: readonly Reserved[]
  /** Whether any was parked. */
  readonly parked: boolean
  /** When a parked job's rate allows the next one, in milliseconds from now; 0 when that is not a matter of time. */
  readonly opensInMs: number
}

/** A list of parked jobs. */
export interface Parked {
  readonly limit: string
  readonly count: number
  /** When it will be looked at, though nothing tells of room, in epoch milliseconds. */
  readonly lookMs: number
}

/** A parked list to take jobs from: as many as its limit allows, or all of them (up to 1,000 a call). */
export interface Unparking {
  readonly limit: Limit
  readonly all: boolean
}

const jobsPerCall = 100
const listsPerCall = 50
const mostLists = 1_000

/** A limit as the scripts take it. */
export function limitWords({ name, concurrency, count, windowMs }: Limit): (string | number)[] {
  return [name, concurrency, count, windowMs]
}

/** The sooner of two times from now, of which 0 is none. */
export function soonerMs(aMs: number, bMs: number): number {
  return aMs > 0 && bMs > 0 ? Math.min(aMs, bMs) : Math.max(aMs, bMs)
}

export class Limits {
  readonly #store: Store
  constructor(store: Store) {
    this.#store = store
  }

  #names(): (string | number)[] {
    const { keys, scriptNow } = this.#store
    const prefixes = [keys.limitPrefix, keys.queuePrefix, keys.jobPrefix, keys.workerPrefix]
    return [scriptNow(), ...prefixes, keys.wake]
  }

  async #ask(holder: Holder, asking: readonly Asking[]): Promise<Admitted> {
    const { redis, keys } = this.#store
    const words = asking.flatMap(({ job, limit }) => [job.slot, job.token, ...limitWords(limit)])
    const reply = replyList(
      await admitScript.run(redis, [keys.queues], [...this.#names(), holder.workerId, ...words]),
    )
    const [opensInMs = 0, parked = 0, ...verdicts] = reply.map(Number)
    const jobs = asking.filter((_, index) => verdicts[index] === 1).map(({ job }) => job)
    return { jobs, parked: parked > 0, opensInMs }
  }

  /** Asks for jobs in hand whether they may be performed now; who may not is parked, in the same step. */
  async admit(holder: Holder, asking: readonly Asking[]): Promise<Admitted> {
    const all: Reserved[] = []
    let parked = false
    let opensInMs = 0
    for (let from = 0; from < asking.length; from += jobsPerCall) {
      const some = await this.#ask(holder, asking.slice(from, from + jobsPerCall))
      all.push(...some.jobs)
      parked ||= some.parked
      opensInMs = soonerMs(opensInMs, some.opensInMs)
    }
    return { jobs: all, parked, opensInMs }
  }

  /** The lists of parked jobs, the first to be looked at first, without their counts: one plain command. */
  async due(): Promise<Omit<Parked, 'count'>[]> {
    const { redis, keys } = this.#store
    const reply = await redis.zrange(keys.limitsDue, '0', String(mostLists - 1), 'WITHSCORES')
    const lists: Omit<Parked, 'count'>[] = []
    for (let at = 0; at + 1 < reply.length; at += 2)
      lists.push({ limit: reply[at] ?? '', lookMs: Number(reply[at + 1]) })
    return lists
  }

  /** The lists of parked jobs with how many wait in each; the first 1,000. */
  async parked(): Promise<Parked[]> {
    const { redis, keys } = this.#store
    const lists = await this.due()
    const counts = await Promise.all(lists.map(({ limit }) => redis.llen(keys.parked(limit))))
    return lists
      .map((list, index) => ({ ...list, count: counts[index] ?? 0 }))
      .filter(({ count }) => count > 0)
  }

  /** Payloads of a parked list, the next to leave first, each with the queue it came from. */
  async peekParked(limit: string, start = 0, count = 100): Promise<{ queue: string; payload: string }[]> {
    const { redis, keys } = this.#store
    const entries = await redis.lrange(keys.parked(limit), start, start + count - 1)
    return entries.map((entry) => {
      const mark = ',"payload":'
      const end = entry.indexOf(mark)
      return {
        queue: String(JSON.parse(entry.slice('{"queue":'.length, end))),
        payload: entry.slice(end + mark.length, -1),
      }
    })
  }

  /** Takes parked jobs back to the heads of their queues. Resolves to when a rate allows the next, from now, or 0. */
  async unpark(lists: readonly Unparking[]): Promise<number> {
    const { redis, keys } = this.#store
    let opensInMs = 0
    for (let from = 0; from < lists.length; from += listsPerCall) {
      const words = lists
        .slice(from, from + listsPerCall)
        .flatMap(({ limit, all }) => [...limitWords(limit), all ? 'all' : ''])
      const reply = await unparkScript.run(redis, [keys.queues], [...this.#names(), ...words])
      opensInMs = soonerMs(opensInMs, Number(reply))
    }
    return opensInMs
  }
}
