// What happens to one entry on each day on which the clocks of its zone change.

import type { Cron } from './cron.ts'
import { nextWall } from './cron-wall.ts'
import type { ClockChange, Zone } from './cron-zone.ts'
import { affectedWalls, cronOf, followsClock, type Span, zoneOf } from './dst-marks.ts'
import type { ScheduleEntry } from './entry.ts'
import { jitterOffsetMs, plannedAfter } from './occurrences.ts'
import { localText, timeText, utcText } from './wall-text.ts'

/**
 * `shifted`, `left out`: the clocks skip some of its times, and it makes up for them, or not. `kept once`,
 * `repeated`: they come twice, and it runs the first time only, or both times.
 */
export type DstEffect = 'none' | 'shifted' | 'left out' | 'kept once' | 'repeated'

export interface DstDay {
  readonly change: ClockChange
  readonly effect: DstEffect
  /** What happens, in words. */
  readonly text: string
  /** The run that stands for those skipped or repeated, epoch milliseconds; null for the other effects. */
  readonly runMs: number | null
}

/** Each change of the entry's clocks in the span; none for an entry that does not run by the clock then. */
export function dstDays(entry: ScheduleEntry, { fromMs, toMs }: Span): DstDay[] {
  if (!entry.enabled || entry.kind === 'manual') return []
  const startMs = Math.max(fromMs, entry.startsAtMs ?? fromMs)
  const endMs = Math.min(toMs, entry.endsAtMs ?? toMs)
  const zone = zoneOf(entry)
  return zone.changes(startMs - 1, endMs - 1).map((change) => dayOf(entry, zone, change))
}

function dayOf(entry: ScheduleEntry, zone: Zone, change: ClockChange): DstDay {
  const cron = cronOf(entry)
  if (cron === null)
    return { change, effect: 'none', text: 'nothing: an interval keeps its pace', runMs: null }
  const walls = wallsIn(cron, affectedWalls(change))
  const effect = effectOf(cron, change, walls)
  const isOne = effect === 'shifted' || effect === 'kept once'
  const runMs = isOne ? runOf(entry, change) : null
  return { change, effect, runMs, text: textOf(effect, walls, runMs === null ? '' : both(runMs, zone)) }
}

function both(atMs: number, zone: Zone): string {
  return `${localText(atMs, zone)} (${utcText(atMs)})`
}

interface Walls {
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
}

function wallsIn({ fields }: Cron, { fromMs, toMs }: Span): Walls {
  let count = 0
  let [firstMs, lastMs] = [fromMs, fromMs]
  for (let wall = nextWall(fields, fromMs - 1000); wall !== null && wall < toMs; ) {
    if (count === 0) firstMs = wall
    lastMs = wall
    count++
    wall = nextWall(fields, wall)
  }
  return { count, firstMs, lastMs }
}

function effectOf(cron: Cron, change: ClockChange, walls: Walls): DstEffect {
  if (walls.count === 0) return 'none'
  const follows = followsClock(cron, change)
  if (change.offsetAfterMs > change.offsetBeforeMs) return follows ? 'left out' : 'shifted'
  return follows ? 'repeated' : 'kept once'
}

/** The run at the moment of the change, or the first in the hour before it. */
function runOf(entry: ScheduleEntry, change: ClockChange): number | null {
  const offsetMs = jitterOffsetMs(entry)
  const stepMs = Math.max(0, change.offsetBeforeMs - change.offsetAfterMs)
  return plannedAfter(entry, change.atMs - stepMs - 1 + offsetMs, change.atMs - stepMs - 1)
}

function textOf(effect: DstEffect, walls: Walls, run: string): string {
  const times = timesText(walls)
  const verb = walls.count === 1 ? ['does not exist', 'comes twice'] : ['do not exist', 'come twice']
  if (effect === 'none') return 'nothing: none of its times is skipped or repeated'
  if (effect === 'shifted') return `${times} ${verb[0]}: runs once, at ${run}`
  if (effect === 'left out') return `${times} ${verb[0]}: left out, and it goes on by the new clock`
  if (effect === 'repeated') return `${times} ${verb[1]}: it keeps its pace and runs both times`
  return walls.count === 1
    ? `${times} ${verb[1]}: runs the first time only, at ${run}`
    : `${times} ${verb[1]}: they run the first time only, from ${run} on`
}

function timesText({ count, firstMs, lastMs }: Walls): string {
  if (count === 1) return timeText(firstMs)
  if (count === 2) return `${timeText(firstMs)} and ${timeText(lastMs)}`
  return `${timeText(firstMs)} to ${timeText(lastMs)} (${count} times)`
}
