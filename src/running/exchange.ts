// An exchange: a worker process hands in what became of its jobs, and takes the next ones. Here by settle.lua, which
// looks at the record of each job; quick-exchange.ts does the same for the usual case without.

import { failedAt, runAt } from '../job/wire-times.ts'
import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'
import { type Limit, limitWords } from './limits.ts'

const settleScript = defineScript(new URL('./settle.lua', import.meta.url))
const settleLimitedScript = defineScript(new URL('./settle-limited.lua', import.meta.url))

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

/** The id of a slot's worker, by that of the process's first slot. */
export function slotWorkerId(workerId: string, slot: number): string {
  return slot === 1 ? workerId : `${workerId}:${slot}`
}

export interface Exchange {
  readonly outcomes: readonly Outcome[]
  readonly freeSlots: readonly number[]
  readonly queues: readonly string[]
  /** Of this call; each has the next one. */
  readonly reservation: number
  /** Number of the last call that was answered; undefined when all slots that ought to be empty are among the free. */
  readonly lastReservation?: number | undefined
  /** How many slots are shown to others, as workers; jobs in slots beyond these are taken ahead. Default: all. */
  readonly shownSlots?: number | undefined
  /** How many jobs to take; default: one for each free slot. */
  readonly most?: number | undefined
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
  /** How many jobs would have been taken, had there been so many. */
  readonly most: number
  readonly jobs: readonly Reserved[]
}

/** More than any process has. */
const mostSlots = 1_000_000

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

function mostOf({ most, freeSlots }: Exchange): number {
  return most ?? freeSlots.length
}

function readExchanged(reply: readonly unknown[], most: number): Exchanged {
  const refused = Number(reply[3])
  return {
    redisNowMs: Number(reply[0]),
    registered: Number(reply[1]) === 1,
    opensInMs: Number(reply[2]),
    refusedSlots: reply.slice(4, 4 + refused).map(Number),
    most,
    jobs: readJobs(reply, 4 + refused),
  }
}

function keysOf({ keys }: Store, holder: Holder, queues: readonly string[]): string[] {
  const fixed = [keys.processes, keys.queues, keys.failed, keys.processed, keys.failedCount]
  const more = [keys.pauseAll, keys.pausedQueues, keys.attempts, keys.deaths, keys.schedule]
  return [...fixed, ...more, keys.hand(holder.token), ...queues.map((queue) => keys.queue(queue))]
}

function argsOf(store: Store, keepSeconds: number, holder: Holder, exchange: Exchange): (string | number)[] {
  const { keys, clock, scriptNow } = store
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
  const args: (string | number)[] = [scriptNow(), holder.token, holder.workerId, ...names]
  args.push(runAt(nowMs), failedAt(nowMs), keepSeconds, reservation, outcomes.length, freeSlots.length)
  args.push(exchange.shownSlots ?? mostSlots, mostOf(exchange), exchange.lastReservation ?? '')
  for (const outcome of outcomes) addOutcome(args, outcome)
  args.push(...freeSlots, ...queues)
  if (queueLimits !== undefined) args.push(limitsText(keys.limitPrefix, queueLimits))
  return args
}

/** Hands in outcomes and takes the next jobs for the free slots: one script call. */
export async function exchangeJobs(
  store: Store,
  keepSeconds: number,
  holder: Holder,
  exchange: Exchange,
): Promise<Exchanged> {
  const script = exchange.queueLimits === undefined ? settleScript : settleLimitedScript
  const keys = keysOf(store, holder, exchange.queues)
  const args = argsOf(store, keepSeconds, holder, exchange)
  return readExchanged(replyList(await script.run(store.redis, keys, args)), mostOf(exchange))
}
