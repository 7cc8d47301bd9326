// Where an entry's clock stands, and what follows from it: the next planned run. Pure.

import type { ScheduleEntry } from './entry.ts'
import { jitterOffsetMs, plannedAfter } from './occurrences.ts'

/** Where an entry's clock stands. */
export interface Anchor {
  /** false: it has been registered at `atMs`, and not run yet. */
  readonly hasRun: boolean
  /** Planned time of the last run, or when it was registered; epoch milliseconds. */
  readonly atMs: number
}

export interface Standing extends Anchor {
  /** What lies before is not made up: the entry was new, other, not there or disabled. Infinity: it is disabled. */
  readonly sinceMs: number
  /** How often it ran; counted only for an entry with a limit. */
  readonly runs: number
}

export function anchorOf(stored: number): Anchor {
  return { hasRun: stored > 0, atMs: Math.abs(stored) }
}

/** What Redis tells of an entry: its last run, since when it runs so, until when it is disabled, how often it ran. */
export function standingOf(
  last: number,
  sinceMs: number,
  disabledUntil: string | null,
  runs: number,
): Standing {
  const untilMs = disabledUntil === '0' ? Number.POSITIVE_INFINITY : Number(disabledUntil ?? 0)
  return { ...anchorOf(last), sinceMs: Math.max(sinceMs, untilMs), runs }
}

/**
 * What decides when an entry runs, in one text. When it changes, the entry runs by the new timing from that
 * moment on, and nothing is made up that lies before it.
 */
export function timingText(entry: ScheduleEntry): string {
  const known = timings.get(entry) ?? timingAnew(entry)
  timings.set(entry, known)
  return known
}

/** Asked for when an entry is loaded, and at each of its runs. */
const timings = new WeakMap<ScheduleEntry, string>()

function timingAnew(entry: ScheduleEntry): string {
  const { cron, everySeconds, timezone } = entry
  const text = cron?.trim().split(/\s+/) ?? []
  const fields = timezone !== null && text.at(-1) === timezone ? text.slice(0, -1) : text
  const { firstInSeconds, firstAtMs, jitterSeconds, startsAtMs, endsAtMs, limit, enabled } = entry
  const bounds = [firstInSeconds, firstAtMs, jitterSeconds, startsAtMs, endsAtMs, limit, enabled]
  return JSON.stringify([cron === null ? everySeconds : fields.join(' '), timezone, ...bounds])
}

const afterFirst = new WeakMap<ScheduleEntry, ScheduleEntry>()

/** first_in holds for the first run only; after it the interval counts from the last planned time. */
function withoutFirst(entry: ScheduleEntry): ScheduleEntry {
  if (entry.firstInSeconds === null) return entry
  const known = afterFirst.get(entry)
  if (known !== undefined) return known
  const later: ScheduleEntry = Object.create(entry, { firstInSeconds: { value: null } })
  afterFirst.set(entry, later)
  return later
}

/** The entry and the moment that its interval counts from. */
export function gridOf(
  entry: ScheduleEntry,
  anchor: Anchor,
): { readonly entry: ScheduleEntry; readonly atMs: number } {
  if (!anchor.hasRun) return { entry, atMs: anchor.atMs }
  return { entry: withoutFirst(entry), atMs: anchor.atMs - jitterOffsetMs(entry) }
}

/** The first planned run after `afterMs`, or null when there is none. */
export function nextPlanned(entry: ScheduleEntry, standing: Standing, afterMs: number): number | null {
  if (standing.sinceMs === Number.POSITIVE_INFINITY) return null
  if (entry.limit !== null && standing.runs >= entry.limit) return null
  const grid = gridOf(entry, standing)
  const earliestMs = standing.sinceMs + jitterOffsetMs(entry)
  return plannedAfter(grid.entry, Math.max(afterMs, earliestMs), grid.atMs)
}
