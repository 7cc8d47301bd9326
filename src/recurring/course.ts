// One entry on its way through a span of time: its next run, found fast. Where no clock changes, the next wall
// time is the next run, and the times of day are the same every day; only near a change the whole search is needed.

import type { Cron } from './cron.ts'
import type { CronFields } from './cron-fields.ts'
import { nextWall } from './cron-wall.ts'
import { type ClockChange, nearMs } from './cron-zone.ts'
import { cronOf, type DstMark, dstMark, type Span, zoneOf } from './dst-marks.ts'
import type { ScheduleEntry } from './entry.ts'
import { jitterOffsetMs, plannedAfter } from './occurrences.ts'

export interface Course {
  readonly entry: ScheduleEntry
  /** Where it stands in the schedule: of runs at one moment, the earlier entry's comes first. */
  readonly place: number
  /** The next run, epoch milliseconds; infinity when there is none. */
  atMs: number
  readonly cron: Cron | null
  readonly changes: readonly ClockChange[]
  readonly jitterMs: number
  readonly timesOfDayMs: readonly number[]
  timeIndex: number
  calm: Calm
  runsLeft: number
}

/** A stretch of time far from any change of the clocks; `offsetMs` is the zone's in it. */
interface Calm extends Span {
  readonly offsetMs: number
}

const dayMs = 86_400_000
const never: Calm = { fromMs: 0, toMs: 0, offsetMs: 0 }

/** The entry before its first run in the span; its interval and its limit count from the span's beginning. */
export function courseOf(entry: ScheduleEntry, place: number, span: Span): Course {
  const jitterMs = jitterOffsetMs(entry)
  const cron = cronOf(entry)
  // Those just outside the span matter as well: jitter carries runs past a change.
  const outside = jitterMs + 2 * nearMs
  return {
    ...{ entry, place, jitterMs, cron, calm: never, timeIndex: 0 },
    atMs: plannedAfter(entry, span.fromMs - 1, span.fromMs) ?? Number.POSITIVE_INFINITY,
    changes: cron === null ? [] : zoneOf(entry).changes(span.fromMs - outside, span.toMs + outside),
    timesOfDayMs: cron === null ? [] : timesOfDay(cron.fields),
    runsLeft: entry.limit ?? Number.POSITIVE_INFINITY,
  }
}

const mostTimes = 1440

/** In milliseconds, in order; none for a cron that has too many of them. */
function timesOfDay({ hours, minutes, seconds }: CronFields): number[] {
  if (hours.length * minutes.length * seconds.length > mostTimes) return []
  const times = hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => ((hour * 60 + minute) * 60 + second) * 1000)),
  )
  return times.sort((a, b) => a - b)
}

/** Moves on to the run after this one. */
export function advance(course: Course, span: Span): void {
  course.runsLeft--
  course.atMs = course.runsLeft > 0 ? after(course, span) : Number.POSITIVE_INFINITY
}

function after(course: Course, span: Span): number {
  const calmMs = course.cron === null ? null : afterInCalm(course, course.cron, span)
  return calmMs ?? plannedAfter(course.entry, course.atMs, span.fromMs) ?? Number.POSITIVE_INFINITY
}

/** null where clocks change, or will before the next run. */
function afterInCalm(course: Course, cron: Cron, span: Span): number | null {
  const plannedMs = course.atMs - course.jitterMs
  if (plannedMs >= course.calm.toMs) course.calm = calmAround(course, plannedMs, span)
  const { fromMs, toMs, offsetMs } = course.calm
  if (plannedMs < fromMs || plannedMs >= toMs) return null
  const wall = laterThatDay(course, plannedMs + offsetMs) ?? nextWall(cron.fields, plannedMs + offsetMs)
  if (wall === null || wall - offsetMs >= toMs) return null
  const isOver = course.entry.endsAtMs !== null && wall - offsetMs > course.entry.endsAtMs
  return isOver ? Number.POSITIVE_INFINITY : wall - offsetMs + course.jitterMs
}

/** Ends before it begins close to a change. */
function calmAround({ changes, entry }: Course, atMs: number, span: Span): Calm {
  const last = changes.findLast((change) => change.atMs <= atMs)
  const next = changes.find((change) => change.atMs > atMs)
  return {
    fromMs: last === undefined ? Number.MIN_SAFE_INTEGER : last.atMs + nearMs,
    toMs: (next?.atMs ?? span.toMs + 2 * nearMs) - nearMs,
    offsetMs: zoneOf(entry).offsetMs(atMs),
  }
}

/** `wallMs` is one of the cron's times; the next one on the same day, or null when it was the last. */
function laterThatDay(course: Course, wallMs: number): number | null {
  const { timesOfDayMs } = course
  const midnightMs = Math.floor(wallMs / dayMs) * dayMs
  if (timesOfDayMs[course.timeIndex] !== wallMs - midnightMs)
    course.timeIndex = timesOfDayMs.indexOf(wallMs - midnightMs)
  if (course.timeIndex < 0) return null
  const next = timesOfDayMs[++course.timeIndex]
  return next === undefined ? null : midnightMs + next
}

/** What a change of the clocks did to the next run; null for nearly all. */
export function markOf({ cron, changes, atMs, jitterMs }: Course): DstMark | null {
  if (cron === null) return null
  const plannedMs = atMs - jitterMs
  for (const change of changes) {
    if (change.atMs < plannedMs) continue
    return change.atMs > plannedMs + dayMs ? null : dstMark(cron, change, plannedMs)
  }
  return null
}
