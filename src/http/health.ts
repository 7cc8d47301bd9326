// Whether delayed and recurring jobs run as they should, seen from outside: by what stands in Redis, so that it can be
// told when no scheduler runs at all.

import { InvalidArgumentError } from '../errors.ts'
import type { Rooms } from '../rooms.ts'
import { type LocksView, viewLocks } from '../scheduler/lock-view.ts'
import {
  checkDelayed,
  checkLeader,
  checkLock,
  checkPaused,
  checkRecurring,
  checkWorkers,
  type HealthCheck,
} from './checks.ts'
import { within } from './deadline.ts'
import { readWorked } from './living.ts'
import { type Overdue, OverdueEntries } from './overdue.ts'
import { type Survey, survey } from './survey.ts'

export interface HealthOptions {
  /** How late a delayed job or a recurring run may be, in seconds. Default 30. */
  readonly maxLagSeconds?: number
  /** Applications whose lock and recurring entries are looked at; the one without a name always is. */
  readonly appNames?: readonly string[]
}

export interface HealthReport {
  readonly healthy: boolean
  readonly checks: readonly HealthCheck[]
}

export const defaultMaxLagSeconds = 30

/** What a reading may cost. A page is asked every few seconds, a person only once. */
export interface Bounds {
  readonly mostQueues: number
  readonly mostEntries: number
  readonly deadlineMs: number
}

export const boundsOfPages: Bounds = { mostQueues: 200, mostEntries: 2_000, deadlineMs: 2_000 }
const boundsOfCommands: Bounds = { mostQueues: 10_000, mostEntries: 100_000, deadlineMs: 30_000 }

interface Seen {
  readonly seen: Survey
  readonly locks: LocksView
  readonly overdue: readonly Overdue[]
  readonly isWorked: ((queue: string) => boolean) | null
}

/** `scheduler`: what concerns schedulers only. */
export type HealthScope = 'all' | 'scheduler'

interface ReaderOptions extends HealthOptions {
  readonly bounds: Bounds
}

export function reportOf(checks: readonly HealthCheck[]): HealthReport {
  return { healthy: checks.every(({ ok }) => ok), checks }
}

export function redisAway(error: unknown): HealthCheck {
  const reason = error instanceof Error ? error.message : String(error)
  return { name: 'redis', ok: false, why: `Redis does not answer: ${reason}` }
}

/** @throws InvalidArgumentError */
export function checkMaxLag(seconds: number): number {
  if (Number.isFinite(seconds) && seconds >= 0) return seconds
  const why = `maxLagSeconds is ${String(seconds)}: it must be a number of seconds from 0 on.`
  throw new InvalidArgumentError('maxLagSeconds', seconds, why)
}

/** Reads again and again, as a probe wants it: what it has read of recurring entries it remembers. */
export class HealthReader {
  readonly #rooms: Rooms
  readonly #scope: HealthScope
  readonly #bounds: Bounds
  readonly #maxLagMs: number
  readonly #appNames: readonly string[]
  readonly #overdue: OverdueEntries
  #underWay: Promise<Seen> | undefined

  /** @throws InvalidArgumentError */
  constructor(rooms: Rooms, scope: HealthScope, { bounds, ...options }: ReaderOptions) {
    this.#rooms = rooms
    this.#scope = scope
    this.#bounds = bounds
    this.#maxLagMs = checkMaxLag(options.maxLagSeconds ?? defaultMaxLagSeconds) * 1000
    this.#appNames = [...new Set(['', ...(options.appNames ?? [])])]
    this.#overdue = new OverdueEntries(rooms.store)
  }

  async #look(): Promise<Seen> {
    const { store } = this.#rooms
    const { mostQueues, mostEntries } = this.#bounds
    const [seen, locks] = await Promise.all([
      survey(store, this.#scope === 'all' ? mostQueues : 0),
      viewLocks(store, this.#appNames),
    ])
    const dueBeforeMs = seen.redisNowMs - this.#maxLagMs
    const [overdue, isWorked] = await Promise.all([
      Promise.all(this.#firedByUs(locks).map((app) => this.#overdue.find(app, dueBeforeMs, mostEntries))),
      this.#scope === 'all' ? readWorked(store, seen.redisNowMs) : null,
    ])
    return { seen, locks, overdue, isWorked }
  }

  /** Of runs that a Ruby scheduler enqueues, Redis knows nothing. */
  #firedByUs({ locks }: LocksView): string[] {
    return this.#appNames.filter((appName) => {
      const lock = locks.find((each) => each.kind !== 'node-resque' && each.appName === appName)
      return lock?.format !== 'Ruby'
    })
  }

  #checksOf({ seen, locks, overdue, isWorked }: Seen): HealthCheck[] {
    const checks: HealthCheck[] = [
      { name: 'redis', ok: true, why: 'Redis answers' },
      checkLeader(locks),
      checkLock(locks),
      checkDelayed(seen, this.#maxLagMs),
      checkRecurring(overdue, seen.redisNowMs),
    ]
    return isWorked === null ? checks : [...checks, checkWorkers(seen, isWorked), checkPaused(seen)]
  }

  /** Resolves also when Redis is away, which is one of the checks. */
  async checks(): Promise<HealthCheck[]> {
    this.#underWay ??= this.#look().finally(() => {
      this.#underWay = undefined
    })
    try {
      return this.#checksOf(await within(this.#bounds.deadlineMs, this.#underWay))
    } catch (error) {
      return [redisAway(error)]
    }
  }
}

/**
 * Whether delayed and recurring jobs run as they should: Redis answers, a scheduler leads, no lock is without an end,
 * nothing is overdue, queues with jobs have workers, nothing is paused while jobs wait.
 *
 *     const { healthy, checks } = await checkHealth(resque)
 *
 * @throws InvalidArgumentError for a lag that is no number of seconds
 */
export async function checkHealth(
  resque: { readonly rooms: Rooms },
  options: HealthOptions = {},
): Promise<HealthReport> {
  const reader = new HealthReader(resque.rooms, 'all', { ...options, bounds: boundsOfCommands })
  return reportOf(await reader.checks())
}
