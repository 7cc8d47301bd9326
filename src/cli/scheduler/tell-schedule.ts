// What the scheduler's log says of its schedule: what was loaded, what is wrong with it, what changed.

import { systemClock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { describeEntry } from '../../recurring/describe.ts'
import type { ScheduleEntry } from '../../recurring/entry.ts'
import { nextOccurrences } from '../../recurring/occurrences.ts'
import { formatProblem, type Problem } from '../../recurring/problem.ts'
import type { Scheduler } from '../../scheduler/scheduler.ts'
import { counted } from '../output.ts'
import type { Changes } from './changes.ts'
import type { Schedule } from './schedule-files.ts'

/** At the start no more entries than these are listed. */
const mostListed = 20

/** When an entry runs next. Only the leader knows where the clock of an interval stands; a cron is known to all. */
function nextRunOf(entry: ScheduleEntry, scheduler: Scheduler): string | null {
  if (!entry.enabled || entry.kind === 'manual') return null
  const plannedMs = scheduler.nextRunMsOf(entry.name)
  if (plannedMs !== undefined) return Number.isFinite(plannedMs) ? new Date(plannedMs).toISOString() : null
  if (entry.kind === 'every') return null
  return nextOccurrences(entry, { from: systemClock.nowMs(), count: 1 })[0]?.toISOString() ?? null
}

function tellEntry(log: Log, entry: ScheduleEntry, scheduler: Scheduler): void {
  const next = nextRunOf(entry, scheduler)
  const target = `${entry.class} to ${entry.queue ?? 'no queue'}`
  const message = `${entry.name}: ${target}, ${describeEntry(entry)}${next === null ? '' : `, next at ${next}`}`
  log.say('info', message, {
    event: 'entry',
    entry: entry.name,
    class: entry.class,
    queue: entry.queue,
    next,
  })
}

/** All entries with their next runs. */
export function tellSchedule(log: Log, entries: readonly ScheduleEntry[], scheduler: Scheduler): void {
  const state = scheduler.isLeading ? 'leading' : 'standing by'
  log.say('info', `the schedule has ${counted(entries.length, 'entry', 'entries')}; ${state}`, {
    event: 'schedule',
  })
  for (const entry of entries) tellEntry(log, entry, scheduler)
}

export function tellProblems(log: Log, problems: readonly Problem[]): void {
  for (const problem of problems) {
    const { file, line, column, entry, field } = problem
    const level = problem.severity === 'error' ? 'error' : 'warn'
    log.say(level, formatProblem(problem), { event: 'problem', file, line, column, entry, field })
  }
}

function leftOut({ problems, entries }: Schedule): string[] {
  const kept = new Set(entries.map(({ name }) => name))
  const wrong = problems.flatMap(({ severity, entry }) =>
    severity === 'error' && entry !== null ? [entry] : [],
  )
  return [...new Set(wrong)].filter((name) => !kept.has(name))
}

/** What was loaded and what was left out. */
export function tellLoaded(
  log: Log,
  schedule: Schedule,
  scheduler: Scheduler,
  environment: string | undefined,
): void {
  const { entries, otherEnvironments, problems } = schedule
  tellProblems(log, problems)
  const bad = leftOut(schedule)
  if (bad.length > 0)
    log.say('error', `left out ${counted(bad.length, 'entry', 'entries')} with errors: ${bad.join(', ')}`)
  if (otherEnvironments.length > 0) {
    const here =
      environment === undefined ? 'no environment is set, see --environment' : `this is ${environment}`
    log.say('info', `left out entries for other environments (${here}): ${otherEnvironments.join(', ')}`)
  }
  log.say('info', `loaded ${counted(entries.length, 'entry', 'entries')}`, {
    event: 'loaded',
    entries: entries.length,
  })
  for (const entry of entries.slice(0, mostListed)) tellEntry(log, entry, scheduler)
  if (entries.length > mostListed)
    log.say('info', `… and ${entries.length - mostListed} more; USR1 lists all`)
}

export function tellChanges(log: Log, { added, changed, removed, unchanged }: Changes): void {
  const parts = Object.entries({ added, changed, removed })
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what} ${names.join(', ')}`)
  const same = `${counted(unchanged.length, 'entry', 'entries')} unchanged`
  const counts = {
    added: added.length,
    changed: changed.length,
    removed: removed.length,
    unchanged: unchanged.length,
  }
  log.say('info', `reloaded the schedule: ${[...parts, same].join('; ')}`, { event: 'reloaded', ...counts })
}
