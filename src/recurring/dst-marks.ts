// What the days on which clocks change do to entries: which runs are shifted, which are kept once, in words that
// follow the rule of cron.ts (Debian's). Pure: it is told the span of time.

import { type Cron, parseCron } from './cron.ts'
import { nextWall } from './cron-wall.ts'
import { type ClockChange, processZoneName, type Zone, zoneNamed } from './cron-zone.ts'
import type { ScheduleEntry } from './entry.ts'
import { dayText, timeText } from './wall-text.ts'

/** From `fromMs` on and before `toMs`, epoch milliseconds. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** One moment at which the clocks of one or several zones make the same step. */
export interface ZonesChange extends ClockChange {
  readonly zones: readonly string[]
}

/** A change of more than this is a correction of the calendar, which all jobs follow (cron.ts). */
const correctionMs = 3 * 3_600_000

/** The zone by whose clocks an entry runs. */
export function zoneOf(entry: Pick<ScheduleEntry, 'timezone'>): Zone {
  return zoneNamed(entry.timezone ?? processZoneName())
}

/** All changes of the zones' clocks in the span, in order; zones that step together are one change. */
export function changesOf(zoneNames: Iterable<string>, { fromMs, toMs }: Span): ZonesChange[] {
  const found = new Map<string, ZonesChange & { readonly zones: string[] }>()
  for (const name of new Set(zoneNames))
    for (const change of zoneNamed(name).changes(fromMs - 1, toMs - 1)) {
      const key = Object.values(change).join()
      const known = found.get(key)
      if (known === undefined) found.set(key, { ...change, zones: [name] })
      else known.zones.push(name)
    }
  return [...found.values()].sort((a, b) => a.atMs - b.atMs)
}

function isForward(change: ClockChange): boolean {
  return change.offsetAfterMs > change.offsetBeforeMs
}

/** `2026-03-29 02:00 → 03:00 Europe/Berlin: clocks go forward`. */
export function changeText(change: ZonesChange): string {
  const way = isForward(change) ? 'forward' : 'back'
  return `${stepText(change)} ${change.zones.join(', ')}: clocks go ${way}`
}

/** `2026-03-29 02:00 → 03:00`. */
export function stepText({ atMs, offsetBeforeMs, offsetAfterMs }: ClockChange): string {
  const [before, after] = [atMs + offsetBeforeMs, atMs + offsetAfterMs]
  const day = dayText(after) === dayText(before) ? '' : `${dayText(after)} `
  return `${dayText(before)} ${timeText(before)} → ${day}${timeText(after)}`
}

/** The wall times that a change skips or repeats: from `fromMs` on and before `toMs`. */
export function affectedWalls(change: ClockChange): Span {
  const walls = [change.atMs + change.offsetBeforeMs, change.atMs + change.offsetAfterMs]
  return { fromMs: Math.min(...walls), toMs: Math.max(...walls) }
}

const crons = new WeakMap<ScheduleEntry, Cron>()

/** The entry's cron, parsed once; null for other kinds. */
export function cronOf(entry: ScheduleEntry): Cron | null {
  if (entry.cron === null) return null
  const known = crons.get(entry)
  if (known !== undefined) return known
  const cron = parseCron(entry.cron, { timezone: zoneOf(entry).name })
  crons.set(entry, cron)
  return cron
}

/** Whether the cron's runs go by the new clock at once, instead of being kept together. */
export function followsClock(cron: Cron, change: ClockChange): boolean {
  return cron.kind === 'wildcard' || Math.abs(change.offsetAfterMs - change.offsetBeforeMs) > correctionMs
}

/** What a change did to one run; `wallMs` is the planned wall time that does not exist, or comes twice. */
export interface DstMark {
  readonly kind: 'shifted' | 'kept once'
  readonly wallMs: number
}

/** The mark of a run planned at `plannedMs` (without jitter); null when clocks had no say in it. */
export function dstMark(cron: Cron, change: ClockChange, plannedMs: number): DstMark | null {
  if (followsClock(cron, change)) return null
  const walls = affectedWalls(change)
  if (!isForward(change)) {
    const wallMs = plannedMs + change.offsetBeforeMs
    const isFirst = plannedMs < change.atMs && wallMs >= walls.fromMs
    return isFirst ? { kind: 'kept once', wallMs } : null
  }
  const skipped = plannedMs === change.atMs ? nextWall(cron.fields, walls.fromMs - 1000) : null
  return skipped === null || skipped >= walls.toMs ? null : { kind: 'shifted', wallMs: skipped }
}

/** The mark in words, for one line of a list. */
export function markText({ kind, wallMs }: DstMark): string {
  const time = timeText(wallMs)
  return kind === 'shifted' ? `shifted: ${time} does not exist that day` : `kept once: ${time} comes twice`
}
