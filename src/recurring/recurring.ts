// What Redis knows of recurring entries: the planned time of each entry's last run. An occurrence is claimed
// by moving that time forward, in the very script that enqueues its job, so no two schedulers can fire it.

import { failedAt, rubyTime } from '../job/wire-times.ts'
import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'
import type { ScheduleEntry } from './entry.ts'

const fireScript = defineScript(new URL('./fire.lua', import.meta.url))

/** One planned run. */
export interface Occurrence {
  readonly name: string
  readonly plannedMs: number
  readonly overlap: ScheduleEntry['overlap']
  readonly queue: string
  /** null claims the run without enqueueing a job: it is skipped for good. */
  readonly payload: string | null
}

/** `overlapping`: claimed by this call, but not enqueued, because the last run's job has not ended. */
export type Claim = 'claimed' | 'overlapping' | 'left out'

export interface Fired {
  /** false: someone else holds the lease, and nothing was fired. */
  readonly leading: boolean
  readonly redisNowMs: number
  /** For each occurrence, in order. */
  readonly claims: readonly Claim[]
}

/** Where an entry's clock stands. */
export interface Anchor {
  /** false: it has been registered at `atMs`, and not run yet. */
  readonly hasRun: boolean
  /** Planned time of the last run, or when it was registered; epoch milliseconds. */
  readonly atMs: number
}

const claims: readonly Claim[] = ['left out', 'claimed', 'overlapping']

function anchorOf(stored: number): Anchor {
  return { hasRun: stored > 0, atMs: Math.abs(stored) }
}

export class Recurring {
  readonly #store: Store
  readonly #lastKey: string
  readonly #jobsKey: string
  constructor(store: Store, appName: string) {
    this.#store = store
    this.#lastKey = store.keys.recurringLast(appName)
    this.#jobsKey = store.keys.recurringJobs(appName)
  }

  /**
   * Where each entry's clock stands. An entry seen for the first time is registered at `nowMs`: that outlives a
   * restart, so a deploy does not start an interval anew.
   */
  async anchors(names: readonly string[], nowMs: number): Promise<Map<string, Anchor>> {
    const fresh = new Set(names)
    const known = await this.all()
    for (const name of known.keys()) fresh.delete(name)
    if (fresh.size > 0) {
      const pipeline = this.#store.redis.pipeline()
      for (const name of fresh) pipeline.hsetnx(this.#lastKey, name, -nowMs)
      await pipeline.exec()
      return this.all()
    }
    return known
  }

  /** The same for all entries that were ever loaded. */
  async all(): Promise<Map<string, Anchor>> {
    const runs = Object.entries(await this.#store.redis.hgetall(this.#lastKey))
    return new Map(runs.map(([name, stored]) => [name, anchorOf(Number(stored))]))
  }

  /** The id of the job that each entry enqueued last. */
  async lastJobs(): Promise<Map<string, string>> {
    return new Map(Object.entries(await this.#store.redis.hgetall(this.#jobsKey)))
  }

  /** Claims occurrences and enqueues their jobs. `leader` is my value in the lock, null to fire without one. */
  async fire(occurrences: readonly Occurrence[], leader: string | null): Promise<Fired> {
    const { redis, keys, clock, scriptNow } = this.#store
    const nowMs = clock.nowMs()
    const groups = occurrences.flatMap(({ name, plannedMs, overlap, queue, payload }) => [
      name,
      plannedMs,
      overlap,
      queue,
      payload ?? '',
    ])
    const names = [keys.queuePrefix, keys.jobPrefix, keys.wake]
    const args = [scriptNow(), leader ?? '', ...names, rubyTime(nowMs), failedAt(nowMs), ...groups]
    const scriptKeys = [
      this.#lastKey,
      keys.queues,
      keys.lastEnqueuedAt,
      keys.leader,
      keys.failed,
      this.#jobsKey,
    ]
    const reply = replyList(await fireScript.run(redis, scriptKeys, args))
    return {
      leading: reply[0] === 1,
      redisNowMs: Number(reply[1]),
      claims: reply.slice(2).map((claim) => claims[Number(claim)] ?? 'left out'),
    }
  }
}
