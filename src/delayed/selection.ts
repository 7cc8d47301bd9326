// Delayed jobs found by what they are. Reading is plain commands in bounded steps, taking out is a script that
// looks whether the entries are still there.

import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'
import { hintsEachSort, unlessWrongType } from './delayed-index.ts'

const pluckScript = defineScript(new URL('./pluck.lua', import.meta.url))
const cancelEqualScript = defineScript(new URL('./cancel-equal.lua', import.meta.url))
const retimeScript = defineScript(new URL('./retime.lua', import.meta.url))

/** Entries of a bucket in one reply, or that one script call looks at. */
const stretchEntries = 1_000
/** Entries that one script call takes out: about four milliseconds. */
const takenEach = 500
/** Due seconds in one reply. */
const secondsEach = 100
/** Entries that are looked at where indexes point to them: half a millisecond. */
const fewEntries = 2_000
/** Buckets up to this long are read many at once. */
const shortBucket = stretchEntries / secondsEach
/** Comparisons of payloads in one script call: about two milliseconds. */
const comparisonsEach = 150_000

/** Neighbouring entries of one bucket. */
export interface Stretch {
  readonly dueSeconds: number
  readonly firstIndex: number
  readonly lastIndex: number
  readonly payloads: readonly string[]
}

/** What becomes of what is taken out: `cancel` for good, `enqueue` into its queue at once, or due in another second. */
export type Fate = 'cancel' | 'enqueue' | { readonly dueSeconds: number }

/** A class and args, as the indexes know them. */
export interface Equal {
  readonly className: string
  readonly argsJson: string
  readonly digest: string
  /** The job as Ruby and as Node write it; '' where its queue is not known. */
  readonly rubyPayload: string
  readonly nodePayload: string
}

export interface Retiming extends Equal {
  readonly dueSeconds: number
  readonly queue: string
  readonly payload: string
}

export class Selection {
  readonly #store: Store
  readonly #keepStatusSeconds: number
  constructor(store: Store, keepStatusSeconds: number) {
    this.#store = store
    this.#keepStatusSeconds = keepStatusSeconds
  }

  /** The due seconds in order, from and to inclusive, some at a time. */
  async *seconds(from: number, to: number): AsyncGenerator<number[]> {
    const { redis, keys } = this.#store
    for (let start = String(from); ; ) {
      const found = await redis.zrangebyscore(keys.schedule, start, to, 'WITHSCORES', 'LIMIT', 0, secondsEach)
      const last = found.at(-1)
      if (last === undefined) return
      const members = found.filter((_, index) => index % 2 === 0)
      yield members.filter((member) => /^\d+$/.test(member)).map(Number)
      start = `(${last}`
    }
  }

  /**
   * Walks through buckets from their tails. What is promoted meanwhile leaves at the heads, and others append at
   * the tails: no entry that stays can get past us. One that moves down is met twice.
   */
  async *stretches(seconds: readonly number[]): AsyncGenerator<Stretch> {
    const { redis, keys } = this.#store
    const length = (second: number) => unlessWrongType(redis.llen(keys.bucket(second)), 0)
    for (let start = 0; start < seconds.length; start += secondsEach) {
      const some = seconds.slice(start, start + secondsEach)
      const lengths = await Promise.all(some.map(length))
      const short = await Promise.all(
        some.map((second, index) => this.#readShort(second, lengths[index] ?? 0)),
      )
      for (const [index, second] of some.entries()) {
        const early = short[index]
        if (early) yield early
        else yield* this.#bucket(second, lengths[index] ?? 0)
      }
    }
  }

  async #readShort(dueSeconds: number, length: number): Promise<Stretch | null> {
    return length > shortBucket ? null : this.#stretch(dueSeconds, 0, length - 1)
  }

  async *#bucket(dueSeconds: number, length: number): AsyncGenerator<Stretch> {
    for (let end = length; end > 0; end -= stretchEntries) {
      yield await this.#stretch(dueSeconds, Math.max(0, end - stretchEntries), end - 1)
    }
  }

  async #stretch(dueSeconds: number, firstIndex: number, lastIndex: number): Promise<Stretch> {
    const { redis, keys } = this.#store
    const range = lastIndex < 0 ? [] : redis.lrange(keys.bucket(dueSeconds), firstIndex, lastIndex)
    return { dueSeconds, firstIndex, lastIndex, payloads: await unlessWrongType(Promise.resolve(range), []) }
  }

  /**
   * Takes chosen entries of a stretch out, as far as they are still there. Resolves to how many.
   * @throws an error of Redis when a queue's key holds no list; nothing of that call was taken out
   */
  async take(stretch: Stretch, chosen: readonly string[], fate: Fate): Promise<number> {
    const length = stretch.lastIndex + 1
    // Ruby's index asks whether an equal entry is left, which costs a walk through the bucket for each of them.
    const each = Math.max(1, Math.min(takenEach, Math.floor(comparisonsEach / Math.max(1, length))))
    const isOurs = chosen.every((payload) => payload.includes('"queue_time":'))
    const step = isOurs ? takenEach : each
    let taken = 0
    for (let start = 0; start < chosen.length; start += step) {
      taken += await this.#pluck(stretch, chosen.slice(start, start + step), fate)
    }
    return taken
  }

  /**
   * Takes all jobs of this class and args out for good, when the indexes point to few entries. Resolves to how many;
   * null: they point to many, nothing was done.
   */
  async cancelEqual(job: Equal): Promise<number | null> {
    const { redis, keys, scriptNow } = this.#store
    const { className, argsJson, digest, rubyPayload, nodePayload } = job
    const what = [JSON.stringify(className), argsJson, digest, rubyPayload, nodePayload]
    const prefixes = [keys.bucketPrefix, keys.jobPrefix, keys.timestampsPrefix, keys.delayedIndexPrefix]
    const locks = [keys.leader, keys.nodeLeader]
    const names = [keys.schedule, keys.attempts, keys.deaths, ...locks, keys.unsortedHints]
    const bounds = [hintsEachSort, fewEntries]
    const args = [scriptNow(), ...what, ...prefixes, ...bounds, keys.settled, this.#keepStatusSeconds]
    for (;;) {
      const reply = await cancelEqualScript.run(redis, names, args)
      if (reply !== 'more') return reply === 'walk' ? null : Number(reply)
    }
  }

  /** Forgets a second whose bucket is empty, as Ruby leaves them. */
  async tidy(dueSeconds: number): Promise<void> {
    await this.#pluck({ dueSeconds, firstIndex: 0, lastIndex: 0, payloads: [] }, [], 'cancel')
  }

  async #pluck(
    { dueSeconds, firstIndex, lastIndex }: Stretch,
    payloads: readonly string[],
    fate: Fate,
  ): Promise<number> {
    const { redis, keys, scriptNow } = this.#store
    const prefixes = [keys.bucketPrefix, keys.queuePrefix, keys.jobPrefix, keys.timestampsPrefix]
    const [name, target] = typeof fate === 'string' ? [fate, 0] : ['move', fate.dueSeconds]
    const channels = [keys.wake, keys.settled, this.#keepStatusSeconds, target, keys.delayedIndexPrefix]
    const rest = [...prefixes, ...channels, ...payloads]
    return Number(
      await pluckScript.run(
        redis,
        [keys.schedule, keys.queues, keys.attempts, keys.deaths, keys.leader, keys.nodeLeader],
        [scriptNow(), name, dueSeconds, firstIndex, lastIndex, ...rest],
      ),
    )
  }

  /** Gives all equal jobs another second, or adds this one. `movedId` is null for jobs without an id. */
  async retime(job: Retiming): Promise<{ redisNowMs: number; moved: number; movedId: string | null }> {
    const { redis, keys, scriptNow } = this.#store
    const { dueSeconds, payload, argsJson, rubyPayload, nodePayload, digest, queue } = job
    const what = [dueSeconds, payload, argsJson, rubyPayload, nodePayload, digest, queue]
    const prefixes = [keys.bucketPrefix, keys.queuePrefix, keys.jobPrefix, keys.timestampsPrefix]
    const names = [keys.schedule, keys.queues, keys.leader, keys.nodeLeader, keys.unsortedHints]
    const args = [scriptNow(), ...what, ...prefixes, keys.delayedIndexPrefix, keys.wake, hintsEachSort]
    for (;;) {
      const [now, moved, id] = replyList(await retimeScript.run(redis, names, args))
      if (now !== 'more')
        return { redisNowMs: Number(now), moved: Number(moved), movedId: String(id) || null }
    }
  }
}
