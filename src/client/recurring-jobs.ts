// `resque.recurring`: the recurring entries of one application, those of its schedule file and dynamic ones, which
// are kept in Redis. The rules are told in docs/recurring.md.

import type { Clock } from '../clock.ts'
import {
  EnqueueInDoubtError,
  InvalidArgumentError,
  NoQueueError,
  ResqueError,
  ScheduleError,
} from '../errors.ts'
import type { PayloadFormat } from '../job/codec.ts'
import type { JobClass } from '../job/job.ts'
import { checkJobClass, checkQueueName, jobName } from '../job/names.ts'
import { newJob } from '../job/new-job.ts'
import { didYouMean } from '../nearest.ts'
import { DynamicEntries } from '../recurring/dynamic.ts'
import { parseEntry, type ScheduleEntry } from '../recurring/entry.ts'
import { keptRuns } from '../recurring/history.ts'
import { Pace } from '../recurring/pace.ts'
import { type Occurrence, type Recurring, runKinds } from '../recurring/recurring.ts'
import { type KnownEntry, readKnown, snapshot } from '../recurring/snapshot.ts'
import { explain, isConnectionTrouble } from '../redis/connection.ts'
import type { Rooms } from '../rooms.ts'
import { type JobStatus, readStatus } from '../status/record.ts'
import {
  type RecurringEntry,
  type RecurringRun,
  toRecurringEntry,
  toRecurringRun,
} from './recurring-entry.ts'

/** An entry with the keys of a schedule file; `class` may be the job class itself, which then names its queue. */
export type RecurringConfig = Readonly<Record<string, unknown>> & {
  readonly class?: string | JobClass
}

export interface RecurringOptions {
  readonly clock: Clock
  readonly format: PayloadFormat
  readonly track: boolean
  readonly defaultQueue: string | null
}

interface ByHand {
  readonly id: string | null
  readonly occurrence: Occurrence
}

/** State and times of a job are all in its record. */
const nothingBeside = { progress: null, endedBadly: 0 }
/** How many statuses are asked for at a time. */
const statusesPerCall = 500

function plainConfig(config: RecurringConfig): Record<string, unknown> {
  const { class: job, ...rest } = config
  if (typeof job !== 'function') return { ...config }
  checkJobClass(job)
  const queue = config['queue'] ?? job.queue
  return { ...rest, class: jobName(job), ...(queue === undefined ? {} : { queue }) }
}

export class RecurringJobs {
  readonly #rooms: Rooms
  readonly #recurring: Recurring
  readonly #dynamic: DynamicEntries
  readonly #options: RecurringOptions

  /** @throws InvalidArgumentError for a name of an application with a colon or a blank */
  constructor(rooms: Rooms, appName: string, options: RecurringOptions) {
    this.#rooms = rooms
    this.#recurring = rooms.recurring(appName)
    this.#dynamic = new DynamicEntries(rooms.store, appName)
    this.#options = options
  }

  async #asked<T>(answer: () => Promise<T>): Promise<T> {
    try {
      return await answer()
    } catch (error) {
      throw error instanceof ResqueError ? error : explain(error, this.#rooms.connection)
    }
  }

  #snapshot(name: string | null = null): Promise<KnownEntry[]> {
    return snapshot(this.#rooms.store, this.#recurring.keys, name)
  }

  async #statuses(ids: readonly (string | null)[]): Promise<Map<string, JobStatus>> {
    const statuses = new Map<string, JobStatus>()
    const wanted = ids.filter((id) => id !== null)
    const { redis, keys } = this.#rooms.store
    for (let from = 0; from < wanted.length; from += statusesPerCall) {
      const some = wanted.slice(from, from + statusesPerCall)
      const records = await redis.mget(...some.map((id) => keys.status(id)))
      for (const [index, id] of some.entries()) {
        const status = readStatus(id, records[index] ?? '', nothingBeside)
        if (status !== null) statuses.set(id, status)
      }
    }
    return statuses
  }

  async #told(known: readonly KnownEntry[]): Promise<RecurringEntry[]> {
    const statuses = await this.#statuses(known.map(({ lastJobId }) => lastJobId))
    const nowMs = this.#options.clock.nowMs()
    const pace = new Pace()
    const told: RecurringEntry[] = []
    for (const each of known) {
      const lastState = statuses.get(each.lastJobId ?? '')?.state ?? null
      told.push(toRecurringEntry(each, readKnown(each), { nowMs, lastState }))
      if (pace.isOver) await pace.rest()
    }
    return told
  }

  /**
   * Every entry known in Redis, by name: dynamic ones, and those of the file of the scheduler that leads.
   * @throws RedisError
   */
  list(): Promise<RecurringEntry[]> {
    return this.#asked(async () => this.#told(await this.#snapshot()))
  }

  /** One entry, or null when there is none of this name. */
  get(name: string): Promise<RecurringEntry | null> {
    return this.#asked(async () => (await this.#told(await this.#snapshot(name)))[0] ?? null)
  }

  #parse(name: string, config: RecurringConfig): ScheduleEntry {
    if (typeof name !== 'string' || name.trim() === '')
      throw new InvalidArgumentError('name', name, `an entry must have a name, not ${JSON.stringify(name)}.`)
    const isMap = typeof config === 'object' && config !== null
    const { entry, problems } = parseEntry(name, isMap ? plainConfig(config) : config, {
      requireQueue: true,
      defaultQueue: this.#options.defaultQueue ?? undefined,
    })
    if (entry !== null) {
      if (entry.queue !== null) checkQueueName(entry.queue)
      return entry
    }
    const errors = problems.filter(({ severity }) => severity === 'error')
    const lines = errors.map(({ field, message }) => `  ${field === null ? '' : `${field}: `}${message}`)
    const count = errors.length === 1 ? 'a problem' : `${errors.length} problems`
    throw new ScheduleError(
      `the recurring entry "${name}" has ${count}, so it was not stored:\n${lines.join('\n')}`,
      problems,
    )
  }

  /**
   * Stores a dynamic entry, with the keys of a schedule file, as Ruby stores it; it outlives restarts. What it is
   * now counts from now on: nothing is made up. Resolves to whether it is new.
   * @throws ScheduleError with all problems, before anything is written; RedisError
   */
  set(name: string, config: RecurringConfig): Promise<boolean> {
    return this.#asked(async () => this.#dynamic.set(this.#parse(name, config)))
  }

  /**
   * Removes a dynamic entry. Resolves to whether there was one; from then on it does not run.
   * @throws InvalidArgumentError for an entry of a schedule file
   */
  remove(name: string): Promise<boolean> {
    return this.#asked(async () => {
      if (await this.#dynamic.remove(name)) return true
      const [known] = await this.#snapshot(name)
      if (known?.source !== 'file') return false
      const cure = 'Take it out of the file, or disable it.'
      throw new InvalidArgumentError('name', name, `"${name}" is an entry of a schedule file. ${cure}`)
    })
  }

  async #unknown(name: string): Promise<InvalidArgumentError> {
    const names = (await this.#snapshot()).map((entry) => entry.name)
    const guess =
      didYouMean(name, names) || ' Entries of a file are known once a scheduler leads that has read it.'
    return new InvalidArgumentError('name', name, `there is no recurring entry "${name}".${guess}`)
  }

  /**
   * Disables an entry of any source, for good or until a time. What would have run meanwhile is not made up.
   * @throws InvalidArgumentError when there is no such entry, or the time is no date
   */
  disable(name: string, { until }: { readonly until?: Date | undefined } = {}): Promise<void> {
    return this.#asked(async () => {
      const untilMs = until === undefined ? 0 : until instanceof Date ? until.getTime() : Number.NaN
      if (!(untilMs >= 0))
        throw new InvalidArgumentError('until', until, `until is no date: ${String(until)}. Give a Date.`)
      if (!(await this.#dynamic.pause(name, untilMs))) throw await this.#unknown(name)
    })
  }

  /** Enables an entry that was disabled. @throws InvalidArgumentError when there is no such entry */
  enable(name: string): Promise<void> {
    return this.#asked(async () => {
      if (!(await this.#dynamic.pause(name, null))) throw await this.#unknown(name)
    })
  }

  #jobOf(
    { name, standing }: KnownEntry,
    entry: ScheduleEntry,
    args: readonly unknown[],
    queue: string,
  ): ByHand {
    const nowMs = this.#options.clock.nowMs()
    const previousMs = standing?.hasRun ? standing.atMs : null
    const job = newJob({
      className: entry.class,
      args,
      queue,
      plannedSeconds: Math.floor(nowMs / 1000),
      nowMs,
      format: this.#options.format,
      tracked: this.#options.track,
      recurring: { name, plannedMs: nowMs, previousMs },
    })
    const { overlap } = entry
    const { id, payload } = job
    return { id, occurrence: { name, plannedMs: nowMs, overlap, queue, payload, kind: runKinds.byHand } }
  }

  /**
   * Enqueues an entry's job now, with its arguments or others, whatever the entry's state and policies. Its clock
   * does not move. Resolves to the job's id (null in Ruby format).
   * @throws InvalidArgumentError, NoQueueError, EnqueueInDoubtError, RedisError
   */
  enqueueNow(name: string, args?: readonly unknown[]): Promise<string | null> {
    return this.#asked(async () => {
      const [known] = await this.#snapshot(name)
      if (known === undefined) throw await this.#unknown(name)
      const { entry, problem } = readKnown(known)
      if (entry === null) throw new ScheduleError(`"${name}" cannot be enqueued: ${problem}`, [])
      const queue = entry.queue ?? this.#options.defaultQueue
      if (queue === null)
        throw new NoQueueError(`the recurring entry "${name}" names no queue. Add "queue: …".`)
      return this.#fire(this.#jobOf(known, entry, args ?? entry.params, queue))
    })
  }

  async #fire({ id, occurrence }: ByHand): Promise<string | null> {
    try {
      await this.#recurring.fire([occurrence], null)
      return id
    } catch (error) {
      if (!isConnectionTrouble(error)) throw error
      const cause = explain(error, this.#rooms.connection)
      const cure = id === null ? 'Look for it before you enqueue it again.' : `Ask status("${id}") first.`
      const what = `the connection broke while "${occurrence.name}" was enqueued; its job may be there or not`
      throw new EnqueueInDoubtError([id], `${what}. ${cure} ${cause.message}`, { cause })
    }
  }

  /** The last runs of an entry, newest first; the last 100 are kept. */
  history(name: string, count = 20): Promise<RecurringRun[]> {
    return this.#asked(async () => {
      if (!(Number.isInteger(count) && count > 0))
        throw new InvalidArgumentError(
          'count',
          count,
          `count must be a whole number from 1 on, got ${count}.`,
        )
      const runs = await this.#recurring.history(name, Math.min(count, keptRuns))
      const statuses = await this.#statuses(runs.map(({ jobId }) => jobId))
      return runs.map((run) => toRecurringRun(run, statuses.get(run.jobId ?? '') ?? null))
    })
  }
}
