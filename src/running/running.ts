// Jobs in a worker's hands: the worker:<id> record of the slot that performs it, which Ruby and PHP show as a
// working worker. Every way out of here is an outcome handed to settle.lua or settle-quick.lua, and so is the way in.

import { failedAt, runAt } from '../job/wire-times.ts'
import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'
import { Cancelling } from './cancelling.ts'
import {
  type Exchange,
  type Exchanged,
  exchangeJobs,
  type Holder,
  type Reserved,
  slotWorkerId,
} from './exchange.ts'
import { Limits } from './limits.ts'
import { exchangeQuickly, type QuickExchange } from './quick-exchange.ts'
import { type Removal, removeForeign } from './remove-foreign.ts'

export type { Exchange, Exchanged, Holder, Outcome, Reserved, StatusText } from './exchange.ts'
export type { QuickExchange } from './quick-exchange.ts'

const requeueScript = defineScript(new URL('./requeue-orphans.lua', import.meta.url))

export interface Orphans {
  readonly processes: number
  readonly requeued: number
  readonly failed: number
}

/** A job whose worker died this often while performing it is not given to another worker. */
export const deathsUntilFailed = 3

export class Running {
  readonly #store: Store
  readonly #keepSeconds: number
  readonly cancelling: Cancelling
  readonly limits: Limits
  /** @param keepSeconds how long a final status is kept */
  constructor(store: Store, keepSeconds: number) {
    this.#store = store
    this.cancelling = new Cancelling(store)
    this.limits = new Limits(store)
    this.#keepSeconds = keepSeconds
  }

  /** Hands in outcomes and takes the next jobs for the free slots: one script call. */
  exchange(holder: Holder, exchange: Exchange): Promise<Exchanged> {
    return exchangeJobs(this.#store, this.#keepSeconds, holder, exchange)
  }

  /** The same in a fraction of the time, as long as this hand is known; null, and nothing is done, when it is not. */
  quickExchange(holder: Holder, exchange: QuickExchange): Promise<Exchanged | null> {
    return exchangeQuickly(this.#store, this.#keepSeconds, holder, exchange)
  }

  /**
   * Shows a job that was taken ahead in a slot that Ruby, PHP and our pages look at. The record has the process's token
   * alone: the job itself is elsewhere, and no script takes this one for it.
   */
  async show(holder: Holder, slot: number, { queue, payload }: Reserved, sinceMs: number): Promise<void> {
    const { redis, keys } = this.#store
    const head = `{"token":"${holder.token}","queue":${JSON.stringify(queue)},"run_at":"${runAt(sinceMs)}"`
    await redis.set(keys.worker(slotWorkerId(holder.workerId, slot)), `${head},"payload":${payload}}`)
  }

  async hide(holder: Holder, slot: number): Promise<void> {
    await this.#store.redis.del(this.#store.keys.worker(slotWorkerId(holder.workerId, slot)))
  }

  /** A script call takes a part of them. */
  async #requeue(deadAfterMs: number | '', token: string, leaving: boolean): Promise<Orphans> {
    const all = { processes: 0, requeued: 0, failed: 0 }
    for (let hasMore = true; hasMore; ) {
      const [processes = 0, requeued = 0, failed = 0, more] = await this.#requeueSome(
        deadAfterMs,
        token,
        leaving,
      )
      all.processes += processes
      all.requeued += requeued
      all.failed += failed
      hasMore = more === 1
    }
    return all
  }

  async #requeueSome(deadAfterMs: number | '', token: string, leaving: boolean): Promise<number[]> {
    const { redis, keys, clock, scriptNow } = this.#store
    const counters = [keys.processed, keys.failedCount, keys.attempts, keys.processInfo]
    const lists = [
      keys.processes,
      keys.processIds,
      keys.queues,
      keys.failed,
      keys.deaths,
      keys.workers,
      keys.heartbeats,
    ]
    const names = [keys.queuePrefix, keys.jobPrefix, keys.workerPrefix, keys.wake]
    const args = [
      scriptNow(),
      deadAfterMs,
      token,
      ...names,
      deathsUntilFailed,
      failedAt(clock.nowMs()),
      this.#keepSeconds,
    ]
    const reply = await requeueScript.run(
      redis,
      [...lists, ...counters],
      [...args, leaving ? '1' : '', keys.settled, keys.limitPrefix, keys.ordersPrefix, keys.handPrefix],
    )
    return replyList(reply).map(Number)
  }

  /** Puts the jobs of processes that have not been heard of for so long back into their queues. */
  requeueOrphans(deadAfterMs: number): Promise<Orphans> {
    return this.#requeue(deadAfterMs, '', false)
  }

  /** The same with one process that is known to be dead, however young its last beat. */
  bury(token: string): Promise<Orphans> {
    return this.#requeue('', token, false)
  }

  /** Takes a worker of another system off the list; the job that this record tells of has failed. */
  removeForeign(worker: string, record: string | null): Promise<Removal> {
    return removeForeign(this.#store, worker, record, this.#keepSeconds)
  }

  /** A process leaves: what it still has in hand goes back, and its records go. */
  leave(holder: Holder): Promise<Orphans> {
    return this.#requeue('', holder.token, true)
  }
}
