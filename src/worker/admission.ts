// Lets jobs in whose class has a limit, and sees that parked jobs come back: a rate opens by the clock, a limit may
// be another one since the last deploy, and whoever had to tell of room may have died.

import type { Clock } from '../clock.ts'
import { runLoop } from '../daemon/run-loop.ts'
import type { Emitter } from '../events.ts'
import { type DecodedJob, decodePayload } from '../job/codec.ts'
import type { JobClass, JobLimits } from '../job/job.ts'
import type { Asking, Limit, Limits, Unparking } from '../running/limits.ts'
import type { Holder, Reserved } from '../running/running.ts'
import type { JobClasses } from './job-classes.ts'
import { classLimit, limitNamed, readClassLimitName } from './limits.ts'
import type { RedisTime } from './perform.ts'

const lookEveryMs = 15_000
/** When nobody looked after a parked list for so long, no worker has its class any more. */
const abandonedAfterMs = 600_000

export interface AdmissionParts {
  readonly limits: Limits
  readonly classes: JobClasses
  readonly queueLimits: ReadonlyMap<string, Limit>
  readonly events: Emitter
  readonly clock: Clock
  readonly time: RedisTime
  /** Told when there may be jobs of a queue whose rate was used up. */
  readonly onOpening: () => void
}

export interface LetIn {
  readonly jobs: readonly Reserved[]
  /** Whether a job was parked: its slot is free again, and there may be others for it. */
  readonly parked: boolean
}

/** Most payloads begin so; the others are decoded. */
const plainClass = /^\{"class":"([^"\\]+)",/

function decoded(payload: string): DecodedJob | null {
  try {
    return decodePayload(payload)
  } catch {
    return null // what cannot be read fails when it is performed
  }
}

export class Admission {
  readonly #parts: AdmissionParts
  #limited: ReadonlyMap<string, JobClass> = new Map()
  #knownClasses = 0
  #opensAtMs = Number.POSITIVE_INFINITY
  #kick: AbortController | undefined

  constructor(parts: AdmissionParts) {
    this.#parts = parts
  }

  // Classes of job files are added when the worker runs.
  #limitedClasses(): ReadonlyMap<string, JobClass> {
    const { classes } = this.#parts
    if (classes.size === this.#knownClasses) return this.#limited
    const all = Object.entries(classes.byName())
    this.#limited = new Map(all.filter(([, jobClass]) => jobClass.limits !== undefined))
    this.#knownClasses = classes.size
    return this.#limited
  }

  /** What an exchange has to know of limits; undefined when this worker has none. */
  get queueLimits(): ReadonlyMap<string, Limit> | undefined {
    const { queueLimits } = this.#parts
    return queueLimits.size > 0 || this.#limitedClasses().size > 0 ? queueLimits : undefined
  }

  #keyOf(job: DecodedJob, reserved: Reserved, key: NonNullable<JobLimits['key']>): string | null {
    try {
      const value: unknown = key(...job.args)
      if (value === null || value === undefined) return null
      if (typeof value === 'string' || typeof value === 'number') return String(value)
      throw new TypeError(
        `it must return a text, and returned ${value instanceof Promise ? 'a promise' : typeof value}`,
      )
    } catch (error) {
      const attempt = reserved.failures + reserved.deaths + 1
      const event = { id: job.id, class: job.className, queue: reserved.queue, attempt }
      const instead = 'the job is counted under the empty key'
      this.#parts.events.emit('optionFailed', { ...event, option: 'limits.key', error, instead })
      return ''
    }
  }

  #limitOf(reserved: Reserved, limited: ReadonlyMap<string, JobClass>): Limit | null {
    const plain = plainClass.exec(reserved.payload)?.[1]
    if (plain !== undefined && !limited.has(plain)) return null
    const job = decoded(reserved.payload)
    const limits = limited.get(job?.className ?? '')?.limits
    if (job === null || limits === undefined) return null
    if (limits.key === undefined) return classLimit(job.className, null, limits)
    const key = this.#keyOf(job, reserved, limits.key)
    return key === null ? null : classLimit(job.className, key, limits)
  }

  /** Those of the jobs just taken in hand that have to ask before they are performed. */
  asking(jobs: readonly Reserved[]): readonly Asking[] {
    const limited = this.#limitedClasses()
    if (limited.size === 0) return []
    return jobs.flatMap((job) => {
      const limit = this.#limitOf(job, limited)
      return limit === null ? [] : [{ job, limit }]
    })
  }

  /** Asks; who may not be performed now has been parked. */
  async ask(holder: Holder, asking: readonly Asking[]): Promise<LetIn> {
    const { jobs, parked, opensInMs } = await this.#parts.limits.admit(holder, asking)
    this.noteOpening(opensInMs)
    return { jobs, parked }
  }

  /** A rate that is used up allows the next job in so many milliseconds; 0 is nothing. */
  noteOpening(inMs: number): void {
    if (inMs <= 0) return
    const atMs = this.#parts.clock.nowMs() + inMs + 1 // timers may be early by a part of a millisecond
    if (atMs >= this.#opensAtMs) return
    this.#opensAtMs = atMs
    this.#kick?.abort()
  }

  /** Looks after parked jobs until the signal aborts. */
  run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#kick?.abort(), { once: true })
    return runLoop({
      clock: this.#parts.clock,
      signal,
      pass: () => this.#pass(signal),
      onTrouble: () => undefined, // the worker's own loop tells of it
      onRecovered: () => undefined,
    })
  }

  async #pass(signal: AbortSignal): Promise<number> {
    const { clock } = this.#parts
    if (clock.nowMs() >= this.#opensAtMs) {
      this.#opensAtMs = Number.POSITIVE_INFINITY
      this.#parts.onOpening()
    }
    const nextMs = await this.#look()
    const kick = new AbortController()
    this.#kick = kick
    const restMs = Math.min(lookEveryMs, nextMs, this.#opensAtMs - clock.nowMs())
    if (restMs > 0 && !signal.aborted) await clock.sleep(restMs, kick.signal)
    this.#kick = undefined
    return 0
  }

  /** Takes parked jobs back that may be performed. Resolves to when to look again, in milliseconds from now. */
  async #look(): Promise<number> {
    const nowMs = this.#parts.time.nowMs()
    const lists = await this.#parts.limits.due()
    const unparking = lists
      .filter(({ lookMs }) => lookMs <= nowMs)
      .flatMap(({ limit, lookMs }) => this.#unparkingOf(limit, nowMs - lookMs) ?? [])
    if (unparking.length > 0) this.noteOpening(await this.#parts.limits.unpark(unparking))
    const later = lists.filter(({ lookMs }) => lookMs > nowMs).map(({ lookMs }) => lookMs + 1 - nowMs)
    return Math.min(...later, lookEveryMs)
  }

  /** How a parked list is to be emptied; null to leave it to others, who have its class. */
  #unparkingOf(name: string, overdueMs: number): Unparking | null {
    const named = readClassLimitName(name)
    const limits = named === null ? undefined : this.#parts.classes.find(named.className)?.limits
    const isGone = named === null || (limits?.key !== undefined) !== named.hasKey
    const isKnown = named === null || this.#parts.classes.find(named.className) !== undefined
    if (!isKnown && overdueMs < abandonedAfterMs) return null
    if (limits === undefined || isGone) return { limit: limitNamed(name, {}), all: true }
    return { limit: limitNamed(name, limits), all: false }
  }
}
