// What `resque.recurring` tells of an entry, and of its runs.

import type { JobState } from '../job/state.ts'
import { describeEntry } from '../recurring/describe.ts'
import type { ReadEntry } from '../recurring/dynamic.ts'
import type { ScheduleEntry } from '../recurring/entry.ts'
import { formatDuration } from '../recurring/every.ts'
import type { RunOutcome, RunRecord } from '../recurring/history.ts'
import type { KnownEntry } from '../recurring/snapshot.ts'
import { nextPlanned } from '../recurring/standing.ts'
import type { JobStatus } from '../status/record.ts'

export interface RecurringEntry {
  readonly name: string
  /** `file`: of the schedule file of the scheduler that leads. `dynamic`: kept in Redis. */
  readonly source: 'file' | 'dynamic'
  /** `manual`: it runs by `enqueueNow` only. */
  readonly kind: ScheduleEntry['kind']
  readonly cron: string | null
  /** An interval, for instance `1h30m`. */
  readonly every: string | null
  readonly timezone: string | null
  readonly class: string
  readonly queue: string | null
  readonly args: readonly unknown[]
  /** The entry's own description, or else when it runs, in plain words. */
  readonly description: string
  /** When it runs, in plain words. */
  readonly timing: string
  readonly enabled: boolean
  /** Until when it is disabled, when that is not for good. */
  readonly disabledUntil: Date | null
  /** Planned time of the last run. */
  readonly previousAt: Date | null
  readonly nextAt: Date | null
  /** The job of the last run; its state is null when nothing is known of it any more. */
  readonly lastJob: { readonly id: string; readonly state: JobState | null } | null
  /** Why it cannot run, when somebody has written an entry into Redis that is wrong. */
  readonly problem: string | null
  /** Its keys as in a schedule file; null when it cannot be read. */
  readonly config: Readonly<Record<string, unknown>> | null
}

/** One line of an entry's history. */
export interface RecurringRun {
  readonly plannedAt: Date
  /** When its job was enqueued; null when none was. */
  readonly enqueuedAt: Date | null
  readonly jobId: string | null
  readonly outcome: RunOutcome
  /** Above 1 for skipped runs that stand in one line; `plannedAt` is the last of them. */
  readonly count: number
  /** Why no job was enqueued. */
  readonly reason?: string
  /** State of the job now, as long as it is known. */
  readonly status?: JobState
  readonly startedAt?: Date
  readonly finishedAt?: Date
}

function dateOf(ms: number | null | undefined): Date | null {
  return ms === null || ms === undefined ? null : new Date(ms)
}

function timesOf(
  { standing, disabledUntilMs }: KnownEntry,
  entry: ScheduleEntry | null,
  nowMs: number,
): Pick<RecurringEntry, 'enabled' | 'disabledUntil' | 'previousAt' | 'nextAt'> {
  const isDisabled = disabledUntilMs !== null && (disabledUntilMs === 0 || disabledUntilMs > nowMs)
  const fresh = { hasRun: false, atMs: nowMs, sinceMs: nowMs, runs: 0 }
  const endless = isDisabled && disabledUntilMs === 0
  const next = entry === null || endless ? null : nextPlanned(entry, standing ?? fresh, nowMs)
  return {
    enabled: (entry?.enabled ?? false) && !isDisabled,
    disabledUntil: isDisabled ? dateOf(disabledUntilMs === 0 ? null : disabledUntilMs) : null,
    previousAt: standing?.hasRun ? new Date(standing.atMs) : null,
    nextAt: dateOf(next),
  }
}

function plainOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** What can be said of an entry that is wrong. */
const unreadable = {
  kind: 'manual',
  cron: null,
  every: null,
  timezone: null,
  queue: null,
  args: [],
  timing: 'never',
} as const

function ownOf(name: string, entry: ScheduleEntry | null) {
  if (entry === null) return { ...unreadable, class: name, description: 'it cannot be read' }
  const { kind, cron, everySeconds, timezone, class: className, queue, params, description } = entry
  const timing = describeEntry(entry)
  const every = everySeconds === null ? null : formatDuration(everySeconds)
  const job = { class: className, queue, args: params }
  return { kind, cron, every, timezone, ...job, timing, description: description ?? timing }
}

/** Puts together what is known of an entry; the state of its last job is given. */
export function toRecurringEntry(
  known: KnownEntry,
  { entry, problem }: ReadEntry,
  at: { readonly nowMs: number; readonly lastState: JobState | null },
): RecurringEntry {
  const { name, source, lastJobId, text } = known
  return {
    name,
    source,
    ...ownOf(name, entry),
    ...timesOf(known, entry, at.nowMs),
    lastJob: lastJobId === null ? null : { id: lastJobId, state: at.lastState },
    problem,
    config: plainOf(text),
  }
}

/** A line of the history, with what is known of its job now. */
export function toRecurringRun(run: RunRecord, status: JobStatus | null): RecurringRun {
  const { plannedMs, writtenMs, jobId, outcome, count, reason } = run
  const wasEnqueued = outcome !== 'skipped' && outcome !== 'overlapping'
  return {
    plannedAt: new Date(plannedMs),
    enqueuedAt: wasEnqueued ? new Date(writtenMs) : null,
    jobId,
    outcome,
    count,
    ...(reason === null ? {} : { reason }),
    ...(status === null ? {} : { status: status.state }),
    ...(status?.startedAt === undefined ? {} : { startedAt: status.startedAt }),
    ...(status?.finishedAt === undefined ? {} : { finishedAt: status.finishedAt }),
  }
}
