// Jobs that wait for their time: a sorted set of seconds, and for each second a list of payloads (a bucket),
// as Ruby's resque-scheduler keeps them. A delayed job has no other record: being here is its status.

import { failedAt } from '../job/wire-times.ts'
import { defineScript } from '../redis/script.ts'
import { bounds, replyList, type Store } from '../redis/store.ts'
import { addAny, addNew, addOne, type NewDelayed, type NewOfOurs } from './adding.ts'
import { Asked } from './asked.ts'
import { DelayedIndex } from './delayed-index.ts'
import { Selection } from './selection.ts'
import { Tripwire } from './tripwire.ts'

const promoteScript = defineScript(new URL('./promote.lua', import.meta.url))
const cancelScript = defineScript(new URL('./cancel.lua', import.meta.url))
const rescheduleScript = defineScript(new URL('./reschedule.lua', import.meta.url))
const locateScript = defineScript(new URL('./locate.lua', import.meta.url), { confirmed: false })

export type { NewDelayed, NewOfOurs } from './adding.ts'

export interface Promotion {
  /** false: someone else holds the lease, and nothing was moved. */
  readonly leading: boolean
  readonly redisNowMs: number
  readonly moved: number
  /** Entries that were no jobs; they are on the failed list now. */
  readonly refused: number
  /** The oldest due second of this batch, or null when nothing was due. */
  readonly oldestSeconds: number | null
  /** The first due second that is left, or null when nothing is delayed any more. */
  readonly nextSeconds: number | null
  /** Another call may find more that is due. */
  readonly more: boolean
  /** How many of the jobs moved wait in `asked` for their class's word. */
  readonly asked: number
}

export interface PromoteOptions {
  /** At most this many jobs in one call: a script must not hold Redis up for more than 5 ms. */
  readonly limit: number
  /** My value in the leader's lock; null promotes without asking who leads. */
  readonly leader: string | null
  /** Classes that are asked first: see asked.ts. */
  readonly askedFirst?: readonly string[]
}

/** What a call that takes one job out of its place found. `state` is php-resque's number. */
export type Taken = { readonly done: true } | { readonly done: false; readonly stateCode: number | null }

export type Located = { readonly payload: string; readonly dueSeconds: number }

/** How many entries of a list one script call looks at: about a millisecond. */
const stretch = 2_000

/**
 * Where the searches for a job look for its id in an entry: first at the end, where payloads of ours have it, which
 * costs half; then anywhere, since others may have written it; and once more, since the job may have been moved.
 */
const searches = [-64, 1, 1] as const

export class Delayed {
  readonly #store: Store
  /** Where jobs may be, by their class and args. */
  readonly index: DelayedIndex
  /** The same jobs found by what they are. */
  readonly selection: Selection
  /** Shows whether another scheduler moves jobs as well. */
  readonly tripwire: Tripwire
  /** Jobs whose time has come and whose class is asked before they go on. */
  readonly asked: Asked
  constructor(store: Store, keepStatusSeconds: number) {
    this.#store = store
    this.index = new DelayedIndex(store)
    this.selection = new Selection(store, keepStatusSeconds)
    this.tripwire = new Tripwire(store)
    this.asked = new Asked(store, keepStatusSeconds)
  }

  /** Adds jobs; those already due by Redis's clock go into their queues. Returns that clock. */
  add(jobs: readonly NewDelayed[], again = false): Promise<{ redisNowMs: number }> {
    return addAny(this.#store, jobs, again)
  }

  /** The same for new jobs of ours, for less. */
  addNew(jobs: readonly NewOfOurs[]): Promise<{ redisNowMs: number }> {
    return addNew(this.#store, jobs)
  }

  /** The same for a single one that is tracked. */
  addOne(job: NewOfOurs): Promise<{ redisNowMs: number }> {
    return addOne(this.#store, job)
  }

  /** Moves what is due into its queues, one bounded batch. */
  async promote({ limit, leader, askedFirst = [] }: PromoteOptions): Promise<Promotion> {
    const { redis, keys, clock, scriptNow } = this.#store
    const reply = await promoteScript.run(
      redis,
      [keys.schedule, keys.queues, keys.failed, keys.leader, keys.asked],
      [
        scriptNow(),
        limit,
        leader ?? '',
        keys.bucketPrefix,
        keys.queuePrefix,
        keys.jobPrefix,
        keys.wake,
        keys.timestampsPrefix,
        failedAt(clock.nowMs()),
        ...askedFirst,
      ],
    )
    const [leading, redisNowMs, moved, refused, oldest, more, asked] = replyList(reply).map(Number)
    const left = replyList(reply)[7]
    return {
      leading: leading === 1,
      redisNowMs: redisNowMs ?? 0,
      moved: moved ?? 0,
      refused: refused ?? 0,
      oldestSeconds: oldest || null,
      nextSeconds: left === '' ? null : Number(left),
      more: more === 1,
      asked: asked ?? 0,
    }
  }

  /** Takes a delayed or waiting job out for good. */
  async cancel(id: string, keepSeconds: number): Promise<Taken> {
    const { redis, keys, scriptNow } = this.#store
    return this.#search((skip, from) =>
      cancelScript.run(
        redis,
        [keys.schedule, keys.attempts, keys.deaths, keys.status(id), keys.leader, keys.nodeLeader],
        [
          scriptNow(),
          id,
          skip,
          stretch,
          keys.jobPrefix,
          keys.bucketPrefix,
          keys.queuePrefix,
          keepSeconds,
          keys.settled,
          keys.timestampsPrefix,
          keys.parked(''),
          from,
        ],
      ),
    )
  }

  /** Moves a delayed or waiting job to another second. */
  async reschedule(id: string, dueSeconds: number): Promise<Taken> {
    const { redis, keys, scriptNow } = this.#store
    return this.#search((skip, from) =>
      rescheduleScript.run(
        redis,
        [keys.schedule, keys.queues, keys.status(id), keys.leader, keys.nodeLeader],
        [
          scriptNow(),
          id,
          skip,
          stretch,
          keys.jobPrefix,
          keys.bucketPrefix,
          keys.queuePrefix,
          dueSeconds,
          keys.wake,
          keys.timestampsPrefix,
          keys.delayedIndexPrefix,
          keys.parked(''),
          from,
        ],
      ),
    )
  }

  /** A search that ends in 'missing' may have raced a move: a few more looks settle it. */
  async #search(look: (skip: number, from: number) => Promise<unknown>): Promise<Taken> {
    for (const from of searches) {
      let skip = 0
      for (;;) {
        const [outcome, value] = replyList(await look(skip, from))
        if (outcome === 'other') return { done: false, stateCode: Number(value) }
        if (outcome === 'missing') break
        if (outcome !== 'more') return { done: true }
        skip = Number(value)
      }
    }
    return { done: false, stateCode: null }
  }

  /** The delayed job with this id, or null. */
  async locate(id: string): Promise<Located | null> {
    const { redis, keys } = this.#store
    let skip = 0
    for (;;) {
      const reply = await locateScript.run(
        redis,
        [keys.status(id)],
        [id, skip, stretch, keys.jobPrefix, keys.bucketPrefix, keys.queuePrefix],
      )
      const [outcome, value, due] = replyList(reply)
      if (outcome === 'found') return { payload: String(value), dueSeconds: Number(due) }
      if (outcome !== 'more') return null
      skip = Number(value)
    }
  }

  /** The first due second, or null when nothing is delayed. One plain command: schedulers ask every second. */
  async nextSeconds(): Promise<number | null> {
    const { redis, keys } = this.#store
    // The score, since the member may be anything; from 0, since nothing real lies before.
    const [, score] = await redis.zrangebyscore(keys.schedule, 0, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    return score === undefined ? null : Number(score)
  }

  /** Due seconds in order of time, from position `start`, at most `count` of them. */
  async timestamps(start = 0, count = 100): Promise<number[]> {
    const [first, last] = bounds(start, count)
    const seconds = await this.#store.redis.zrange(this.#store.keys.schedule, String(first), String(last))
    return seconds.map(Number).filter((second) => Number.isFinite(second) && second >= 0)
  }

  /** How many jobs are due in that second. */
  sizeAt(dueSeconds: number): Promise<number> {
    return this.#store.redis.llen(this.#store.keys.bucket(dueSeconds))
  }

  /** The payloads due in one second. */
  peekAt(dueSeconds: number, start = 0, count = 100): Promise<string[]> {
    return this.#store.redis.lrange(this.#store.keys.bucket(dueSeconds), ...bounds(start, count))
  }

  /** All delayed jobs. Adds up the buckets, a thousand at a time. */
  async count(): Promise<number> {
    let total = 0
    for (let start = 0; ; start += 1_000) {
      const seconds = await this.timestamps(start, 1_000)
      if (seconds.length === 0) return total
      const sizes = await Promise.all(seconds.map((second) => this.sizeAt(second)))
      total += sizes.reduce((sum, size) => sum + size, 0)
    }
  }
}
