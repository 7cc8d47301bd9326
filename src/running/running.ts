// Jobs in a worker's hands: the worker:<id> record of the slot that performs it, which Ruby and PHP show as a
// working worker. Every way out of here is an outcome handed to settle.lua, and so is the way in.

import { failedAt, runAt } from '../job/wire-times.ts'
import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'
import { Cancelling } from './cancelling.ts'
import { type Limit, Limits, limitWords } from './limits.ts'
import { type Removal, removeForeign } from './remove-foreign.ts'

const settleScript = defineScript(new URL('./settle.lua', import.meta.url))
const settleLimitedScript = defineScript(new URL('./settle-limited.lua', import.meta.url))
const requeueScript = defineScript(new URL('./requeue-orphans.lua', import.meta.url))

/** A job that a slot of this process has in hand. */
export interface Reserved {
  readonly slot: number
  /** Of the reservation; whoever settles the job has to show it. */
  readonly token: string
  readonly queue: string
  /** How often it has failed before, and how often a worker has died with it. */
  readonly failures: number
  readonly deaths: number
  readonly payload: string
}

/** How the job's status is written: not at all, always, or only where a php-resque key exists. */
export interface StatusText {
  /** What stands between `job:` and `:status` in its key. */
  readonly name: string
  readonly onlyIfTracked: boolean
  /** The record's members after `updated`, each with its leading comma. */
  readonly members: string
}

interface Settled {
  readonly job: Reserved
  readonly status: StatusText | null
}

/** What became of a job. */
export type Outcome =
  | (Settled & { readonly kind: 'complete' | 'back' | 'cancelled' })
  /** `failure`: the members of the failure record after `payload`, with the closing brace. */
  | (Settled & { readonly kind: 'failed' | 'poison'; readonly failure: string })
  | (Settled & { readonly kind: 'retry'; readonly dueSeconds: number })

/** The worker process that settles and reserves. */
export interface Holder {
  readonly token: string
  /** Worker id of its first slot. */
  readonly workerId: string
}

export interface Exchange {
  readonly outcomes: readonly Outcome[]
  readonly freeSlots: readonly number[]
  readonly queues: readonly string[]
  readonly reservation: number
  /** Limits by queue; given, though empty, when any job of this process may have a place in a limit. */
  readonly queueLimits?: ReadonlyMap<string, Limit> | undefined
}

export interface Exchanged {
  readonly redisNowMs: number
  /** false: this process was taken for dead; it must join anew. */
  readonly registered: boolean
  /** When a rate allows the next job that waits for it, in milliseconds from now; 0 when none does. */
  readonly opensInMs: number
  /** Slots whose outcome was refused, because the job is in other hands now. */
  readonly refusedSlots: readonly number[]
  readonly jobs: readonly Reserved[]
}

export interface Orphans {
  readonly processes: number
  readonly requeued: number
  readonly failed: number
}

/** A job whose worker died this often while performing it is not given to another worker. */
export const deathsUntilFailed = 3

function detailOf(outcome: Outcome): string | number {
  if (outcome.kind === 'retry') return outcome.dueSeconds
  return outcome.kind === 'failed' || outcome.kind === 'poison' ? outcome.failure : ''
}

function addOutcome(args: (string | number)[], outcome: Outcome): void {
  const { job, status, kind } = outcome
  const counted = job.failures + job.deaths > 0
  if (kind === 'complete' && status === null && !counted) {
    args.push(job.slot, job.token, 'done')
    return
  }
  const condition = status?.onlyIfTracked ? 'XX' : 'NX'
  args.push(
    job.slot,
    job.token,
    kind,
    status?.name ?? '',
    condition,
    status?.members ?? '',
    detailOf(outcome),
    counted ? '1' : '',
  )
}

function limitsText(prefix: string, limits: ReadonlyMap<string, Limit>): string {
  const queues = Object.fromEntries([...limits].map(([queue, limit]) => [queue, limitWords(limit)]))
  return JSON.stringify({ prefix, queues })
}

function readJobs(reply: readonly unknown[], from: number): Reserved[] {
  const jobs: Reserved[] = []
  for (let at = from; at < reply.length; at += 6) {
    jobs.push({
      slot: Number(reply[at]),
      token: String(reply[at + 1]),
      queue: String(reply[at + 2]),
      failures: Number(reply[at + 3]),
      deaths: Number(reply[at + 4]),
      payload: String(reply[at + 5]),
    })
  }
  return jobs
}

function readExchanged(reply: readonly unknown[]): Exchanged {
  const refused = Number(reply[3])
  return {
    redisNowMs: Number(reply[0]),
    registered: Number(reply[1]) === 1,
    opensInMs: Number(reply[2]),
    refusedSlots: reply.slice(4, 4 + refused).map(Number),
    jobs: readJobs(reply, 4 + refused),
  }
}

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

  #exchangeKeys(queues: readonly string[]): string[] {
    const { keys } = this.#store
    const fixed = [keys.processes, keys.queues, keys.failed, keys.processed, keys.failedCount]
    const more = [keys.pauseAll, keys.pausedQueues, keys.attempts, keys.deaths, keys.schedule]
    return [...fixed, ...more, ...queues.map((queue) => keys.queue(queue))]
  }

  #exchangeArgs(holder: Holder, exchange: Exchange): (string | number)[] {
    const { keys, clock, scriptNow } = this.#store
    const nowMs = clock.nowMs()
    const { outcomes, freeSlots, queues, reservation, queueLimits } = exchange
    const names = [
      keys.queuePrefix,
      keys.jobPrefix,
      keys.workerPrefix,
      keys.bucketPrefix,
      keys.wake,
      keys.settled,
    ]
    const times = [runAt(nowMs), failedAt(nowMs), this.#keepSeconds]
    const args = [scriptNow(), holder.token, holder.workerId, ...names, ...times, reservation]
    args.push(outcomes.length, freeSlots.length)
    for (const outcome of outcomes) addOutcome(args, outcome)
    args.push(...freeSlots, ...queues)
    if (queueLimits !== undefined) args.push(limitsText(keys.limitPrefix, queueLimits))
    return args
  }

  /** Hands in outcomes and takes the next jobs for the free slots: one script call. */
  async exchange(holder: Holder, exchange: Exchange): Promise<Exchanged> {
    const args = this.#exchangeArgs(holder, exchange)
    const script = exchange.queueLimits === undefined ? settleScript : settleLimitedScript
    const { redis } = this.#store
    return readExchanged(replyList(await script.run(redis, this.#exchangeKeys(exchange.queues), args)))
  }

  async #requeue(deadAfterMs: number | '', token: string, leaving: boolean): Promise<Orphans> {
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
      [...args, leaving ? '1' : '', keys.settled, keys.limitPrefix, keys.ordersPrefix],
    )
    const [processes, requeued, failed] = replyList(reply).map(Number)
    return { processes: processes ?? 0, requeued: requeued ?? 0, failed: failed ?? 0 }
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
