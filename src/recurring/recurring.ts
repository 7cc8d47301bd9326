// What Redis knows of recurring entries: which are in force, the planned time of each entry's last run, and what
// became of its runs. An occurrence is claimed by moving the planned time forward, in the very script that
// enqueues its job, so no two schedulers can fire it.

import { InvalidArgumentError } from '../errors.ts'
import { failedAt, readRubyTime, rubyTime } from '../job/wire-times.ts'
import { readHash } from '../redis/hash.ts'
import type { RecurringKeys } from '../redis/keys.ts'
import { defineScript, type ScriptArgument } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'
import type { ScheduleEntry } from './entry.ts'
import { keptRuns, type RunOutcome, type RunRecord, readRun } from './history.ts'
import { type Anchor, anchorOf, type Standing, standingOf } from './standing.ts'

export type { Anchor } from './standing.ts'

const fireScript = defineScript(new URL('./fire.lua', import.meta.url))
const registerScript = defineScript(new URL('./register.lua', import.meta.url))
const forgetScript = defineScript(new URL('./forget.lua', import.meta.url))

/** How a run comes about, as fire.lua writes it into the history. */
export const runKinds = { planned: 'E', caughtUp: 'C', byHand: 'M', skipped: 'S' } as const
export type RunKind = (typeof runKinds)[keyof typeof runKinds]

/** One planned run. */
export interface Occurrence {
  readonly name: string
  readonly plannedMs: number
  readonly overlap: ScheduleEntry['overlap']
  readonly queue: string
  /** null claims the run without enqueueing a job: it is skipped for good. */
  readonly payload: string | null
  /** Default: as planned, or skipped when there is no payload. */
  readonly kind?: RunKind
  /** The entry's `timingText`: if it is another by now, the run is left out. */
  readonly timing?: string
  readonly limit?: number | null
  /** For a skipped run: `skippedText`. */
  readonly more?: string
  /** The job's class is asked before it is enqueued: see delayed/asked.ts. */
  readonly isAsked?: boolean
}

/**
 * `overlapping`, `disabled`: claimed by this call, but not enqueued. `changed`: left out, since the entry is not
 * what the caller thinks. `used up`: left out, because the entry has run as often as its limit allows. `early`:
 * left out, because its time has not come by Redis's clock.
 */
export type Claim = 'claimed' | 'overlapping' | 'disabled' | 'left out' | 'changed' | 'used up' | 'early'

export interface Fired {
  /** false: someone else holds the lease, and nothing was fired. */
  readonly leading: boolean
  readonly redisNowMs: number
  /** For each occurrence, in order. */
  readonly claims: readonly Claim[]
}

/** An entry to be in force. */
export interface Registration {
  readonly name: string
  readonly timing: string
  /** What others are told of it; null for a dynamic entry, which is told of elsewhere. */
  readonly published: string | null
}

export interface Registered {
  readonly leading: boolean
  readonly redisNowMs: number
  /** For each registration, in order. */
  readonly standings: readonly Standing[]
}

const claims: readonly Claim[] = [
  'left out',
  'claimed',
  'overlapping',
  'changed',
  'disabled',
  'used up',
  'early',
]

/** How long is known what an entry did that is not there any more. */
const keepGoneMs = 30 * 86_400_000

/** @throws InvalidArgumentError for a name with a colon or a blank */
export function checkAppName(appName: string): string {
  if (!/[:\s]/.test(appName)) return appName
  const why = 'colons and blanks would mix its keys up with others'
  throw new InvalidArgumentError('appName', appName, `the name of the application is "${appName}": ${why}.`)
}

/** What goes with a run travels as lines of one text: with ten thousand of them, arguments are what costs. */
function groupOf(occurrence: Occurrence): ScriptArgument[] {
  const { name, plannedMs, overlap, queue, payload, timing = '', limit = null, more = '1 ' } = occurrence
  const asked = occurrence.isAsked === true ? 'a' : ''
  const kind = occurrence.kind ?? (payload === null ? runKinds.skipped : runKinds.planned)
  const lines = [plannedMs, limit ?? '', overlap, kind + asked, timing, queue].join('\n')
  return [name, lines, payload ?? more]
}

function standingsOf(reply: readonly unknown[]): Standing[] {
  const standings: Standing[] = []
  for (let index = 2; index < reply.length; index += 4) {
    const [last, sinceMs, disabled, runs] = reply.slice(index, index + 4)
    const until = disabled === '' ? null : String(disabled)
    standings.push(standingOf(Number(last), Number(sinceMs), until, Number(runs)))
  }
  return standings
}

/** What is written has whole seconds, of a clock that may be a little off. */
const toleranceMs = 2_000
const madeJobs: ReadonlySet<RunOutcome> = new Set(['enqueued', 'caught up'])
/** A run of ours is among the newest lines, above which only skipped ones stand. */
const recentRuns = 5

function isAbout(aMs: number, bMs: number): boolean {
  return Math.abs(aMs - bMs) <= toleranceMs
}

export class Recurring {
  readonly #store: Store
  readonly #appName: string
  readonly keys: RecurringKeys
  /** @throws InvalidArgumentError for a name with a colon or a blank */
  constructor(store: Store, appName: string) {
    this.#store = store
    this.#appName = checkAppName(appName)
    this.keys = store.keys.recurring(appName)
  }

  /** Where the clock of every entry stands that is or was in force. */
  async all(): Promise<Map<string, Anchor>> {
    const runs = await readHash(this.#store.redis, this.keys.last)
    return new Map([...runs].map(([name, stored]) => [name, anchorOf(Number(stored))]))
  }

  /** The id of the job that each entry enqueued last. */
  async lastJobs(): Promise<Map<string, string>> {
    const jobs = await readHash(this.#store.redis, this.keys.jobs)
    return new Map([...jobs].map(([name, ids]) => [name, ids.split(' ').at(-1) ?? '']))
  }

  /** The last runs of an entry, newest first. */
  async history(name: string, count: number): Promise<RunRecord[]> {
    const lines = await this.#store.redis.lrange(this.keys.historyPrefix + name, 0, count - 1)
    return lines.map(readRun).filter((run) => run !== null)
  }

  /**
   * Puts entries in force and tells where their clocks stand. An entry seen for the first time, or with another
   * timing, runs so from now on; that outlives a restart, so a deploy does not start an interval anew.
   */
  async register(registrations: readonly Registration[], leader: string | null): Promise<Registered> {
    const { redis, scriptNow } = this.#store
    const { last, definitions, disabled, counts, entries, leader: lock } = this.keys
    const groups = registrations.flatMap(({ name, timing, published }) => [name, timing, published ?? ''])
    const scriptKeys = [last, definitions, disabled, counts, entries, lock]
    const reply = replyList(
      await registerScript.run(redis, scriptKeys, [scriptNow(), leader ?? '', ...groups]),
    )
    return { leading: reply[0] === 1, redisNowMs: Number(reply[1]), standings: standingsOf(reply) }
  }

  /**
   * When Ruby's scheduler fired each of these entries, as long as ours has not fired it since; else 0. Epoch
   * milliseconds by Ruby's clock. Both write into one hash, which knows nothing of applications; ours is known by
   * our history. @param last when each was planned last to run, which is when ours mostly wrote
   */
  async firedByRuby(names: readonly string[], last: readonly number[]): Promise<readonly number[]> {
    if (this.#appName !== '' || names.length === 0) return names.map(() => 0)
    const { redis, keys } = this.#store
    const times = (await redis.hmget(keys.lastEnqueuedAt, ...names)).map(readRubyTime)
    return Promise.all(
      names.map(async (name, index) => {
        const firedMs = times[index] ?? 0
        if (firedMs === 0 || isAbout(firedMs, last[index] ?? 0)) return 0
        const runs = await this.history(name, recentRuns)
        const isOurs = runs.some(
          ({ outcome, writtenMs }) => madeJobs.has(outcome) && isAbout(firedMs, writtenMs),
        )
        return isOurs ? 0 : firedMs
      }),
    )
  }

  /** Names of entries that Redis takes to be in force, and of those it still knows although they are not. */
  async known(): Promise<{ readonly inForce: Set<string>; readonly gone: Set<string> }> {
    const { redis } = this.#store
    const [definitions, published] = await Promise.all([
      readHash(redis, this.keys.definitions),
      redis.hkeys(this.keys.entries),
    ])
    const inForce = new Set(published)
    const gone = new Set<string>()
    for (const [name, text] of definitions) (text.startsWith('-') ? gone : inForce).add(name)
    return { inForce, gone }
  }

  /** Names of entries that a schedule file holds, by what its scheduler told. */
  ofFiles(): Promise<string[]> {
    return this.#store.redis.hkeys(this.keys.entries)
  }

  /** Notes that entries are not in force any more. False: someone else leads. */
  async forget(names: readonly string[], leader: string | null): Promise<boolean> {
    if (names.length === 0) return true
    const { redis, scriptNow } = this.#store
    const { last, definitions, disabled, counts, entries, leader: lock, jobs, historyPrefix } = this.keys
    const scriptKeys = [last, definitions, disabled, counts, entries, lock, jobs]
    const args = [scriptNow(), leader ?? '', keepGoneMs, historyPrefix, ...names]
    return (await forgetScript.run(redis, scriptKeys, args)) === 1
  }

  /**
   * Claims occurrences and enqueues their jobs. `leader` is my value in the lock, null to fire without one.
   * @param redisNowMs what time it is at Redis, as well as the caller knows it, for Ruby's page
   */
  async fire(
    occurrences: readonly Occurrence[],
    leader: string | null,
    redisNowMs: number = this.#store.clock.nowMs(),
  ): Promise<Fired> {
    const args = [...this.#fireArgs(leader ?? '', redisNowMs), ...occurrences.flatMap(groupOf)]
    const reply = replyList(await fireScript.run(this.#store.redis, this.#fireKeys(), args))
    return {
      leading: reply[0] === 1,
      redisNowMs: Number(reply[1]),
      claims: reply.slice(2).map((claim) => claims[Number(claim)] ?? 'left out'),
    }
  }

  #fireKeys(): string[] {
    const { keys } = this.#store
    const { last, leader, jobs, definitions, disabled, counts } = this.keys
    const shared = [keys.queues, keys.lastEnqueuedAt, leader, keys.failed]
    return [last, ...shared, jobs, definitions, disabled, counts, keys.workers, keys.asked, keys.processIds]
  }

  #fireArgs(leader: string, redisNowMs: number): ScriptArgument[] {
    const { keys, clock, scriptNow } = this.#store
    const nowMs = clock.nowMs()
    const names = [keys.queuePrefix, keys.jobPrefix, keys.wake]
    // Ruby's page knows nothing of applications: two entries of one name would be one there.
    const forRuby = this.#appName === '' ? rubyTime(redisNowMs) : ''
    const places = [this.keys.historyPrefix, keys.workerPrefix, keptRuns, keys.handPrefix]
    return [scriptNow(), leader, ...names, forRuby, failedAt(nowMs), ...places]
  }
}
