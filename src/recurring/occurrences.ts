// When entries run: the public question "which are the next ten runs?", and the two questions of the daemon,
// "what comes after this moment?" and "what was the last before it?". Nothing here knows what has run.

import { systemClock } from '../clock.ts'
import { InvalidArgumentError } from '../errors.ts'
import type { Cron } from './cron.ts'
import { parseCron } from './cron.ts'
import type { ScheduleEntry } from './entry.ts'

const mostOccurrences = 100_000

/** Parsing is done once per entry, however often the daemon asks. */
const crons = new WeakMap<ScheduleEntry, Cron>()

function cronOf(entry: ScheduleEntry, text: string): Cron {
  const known = crons.get(entry)
  if (known !== undefined) return known
  const cron = parseCron(text, entry.timezone === null ? {} : { timezone: entry.timezone })
  crons.set(entry, cron)
  return cron
}

/**
 * The planned time after `afterMs`, in whole seconds; null when there is none (manual, disabled, ended).
 *
 * An interval counts from `anchorMs`, the moment the entry became known: first after `first_in` or one whole
 * interval, or at `first_at`, then every interval. The jitter of an entry is part of its planned times.
 */
export function plannedAfter(entry: ScheduleEntry, afterMs: number, anchorMs: number): number | null {
  if (entry.kind === 'manual' || !entry.enabled) return null
  const offsetMs = jitterOffsetMs(entry)
  const from = Math.max(afterMs - offsetMs, firstAllowedMs(entry, anchorMs) - 1)
  const next = entry.kind === 'cron' ? cronAfter(entry, from) : intervalAfter(entry, from, anchorMs)
  if (next === null || (entry.endsAtMs !== null && next > entry.endsAtMs)) return null
  return next + offsetMs
}

/** The last planned time before `beforeMs`, of those `plannedAfter` would give; null when there is none. */
export function plannedBefore(entry: ScheduleEntry, beforeMs: number, anchorMs: number): number | null {
  if (entry.kind === 'manual' || !entry.enabled) return null
  const offsetMs = jitterOffsetMs(entry)
  const end = Math.min(beforeMs - offsetMs, (entry.endsAtMs ?? Number.MAX_SAFE_INTEGER - 1) + 1)
  const previous = entry.kind === 'cron' ? cronBefore(entry, end) : intervalBefore(entry, end, anchorMs)
  return previous === null || previous < firstAllowedMs(entry, anchorMs) ? null : previous + offsetMs
}

/** A number of whole seconds below `jitterSeconds` that only the entry's name decides (FNV-1a). */
export function jitterOffsetMs(entry: Pick<ScheduleEntry, 'name' | 'jitterSeconds'>): number {
  if (entry.jitterSeconds < 1) return 0
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(entry.name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return (hash % Math.floor(entry.jitterSeconds)) * 1000
}

/** The moment before which an entry does not run. For an interval, first_in says where its grid begins. */
function firstAllowedMs(entry: ScheduleEntry, anchorMs: number): number {
  const firstInMs = entry.firstInSeconds === null ? null : anchorMs + entry.firstInSeconds * 1000
  const ownMs = entry.kind === 'cron' ? (entry.firstAtMs ?? firstInMs) : null
  return Math.max(ownMs ?? Number.MIN_SAFE_INTEGER, entry.startsAtMs ?? Number.MIN_SAFE_INTEGER)
}

function cronAfter(entry: ScheduleEntry, afterMs: number): number | null {
  return entry.cron === null ? null : cronOf(entry, entry.cron).nextMs(afterMs)
}

function cronBefore(entry: ScheduleEntry, beforeMs: number): number | null {
  return entry.cron === null ? null : cronOf(entry, entry.cron).previousMs(beforeMs)
}

interface Grid {
  readonly firstMs: number
  readonly stepMs: number
}

function gridOf(entry: ScheduleEntry, anchorMs: number): Grid {
  const stepMs = (entry.everySeconds ?? 0) * 1000
  const firstInMs = entry.firstInSeconds === null ? stepMs : entry.firstInSeconds * 1000
  return { firstMs: entry.firstAtMs ?? anchorMs + firstInMs, stepMs }
}

/** Never early: a planned time with a fraction of a second is rounded up. */
function gridTime(grid: Grid, index: number): number {
  return Math.ceil((grid.firstMs + index * grid.stepMs) / 1000) * 1000
}

function intervalAfter(entry: ScheduleEntry, afterMs: number, anchorMs: number): number | null {
  const grid = gridOf(entry, anchorMs)
  if (grid.stepMs <= 0) return null
  let index = Math.max(0, Math.floor((afterMs - grid.firstMs) / grid.stepMs))
  while (gridTime(grid, index) <= afterMs) index++
  return gridTime(grid, index)
}

function intervalBefore(entry: ScheduleEntry, beforeMs: number, anchorMs: number): number | null {
  const grid = gridOf(entry, anchorMs)
  if (grid.stepMs <= 0) return null
  let index = Math.ceil((beforeMs - grid.firstMs) / grid.stepMs)
  while (index >= 0 && gridTime(grid, index) >= beforeMs) index--
  return index < 0 ? null : gridTime(grid, index)
}

export interface OccurrenceOptions {
  /** Default: now. Occurrences lie strictly after it (or before it, for `previousOccurrence`). */
  readonly from?: Date | number | undefined
  /** Default 5. */
  readonly count?: number | undefined
  /** For a cron that names no zone. Default: the zone of the process. */
  readonly timezone?: string | undefined
  /** From when an interval counts. Default: `from`. */
  readonly anchor?: Date | number | undefined
}

/**
 * The next runs of a cron text or of an entry, in order; fewer than `count` when there are no more. Numbers are
 * epoch milliseconds.
 * @throws InvalidArgumentError for a text that is no cron, an unknown zone, or a count below 0
 * @example nextOccurrences('30 2 * * *', { from: new Date('2026-03-28T12:00:00Z'), count: 2, timezone: 'Europe/Berlin' })
 */
export function nextOccurrences(
  cronOrEntry: string | ScheduleEntry,
  options: OccurrenceOptions = {},
): Date[] {
  const count = options.count ?? 5
  if (!Number.isInteger(count) || count < 0 || count > mostOccurrences)
    throw new InvalidArgumentError(
      'count',
      count,
      `count is ${count}, but must be a whole number from 0 to 100000.`,
    )
  const fromMs = millisOf('from', options.from)
  const ask = forward(cronOrEntry, options, fromMs)
  const dates: Date[] = []
  for (let at = ask(fromMs); at !== null && dates.length < count; at = ask(at)) dates.push(new Date(at))
  return dates
}

/** The last run before `options.from` (default now) of a cron text or entry, or null. Throws as `nextOccurrences`. */
export function previousOccurrence(
  cronOrEntry: string | ScheduleEntry,
  options: OccurrenceOptions = {},
): Date | null {
  const fromMs = millisOf('from', options.from)
  const anchorMs = options.anchor === undefined ? fromMs : millisOf('anchor', options.anchor)
  const previous =
    typeof cronOrEntry === 'string'
      ? parseCron(cronOrEntry, zoneOption(options)).previousMs(fromMs)
      : plannedBefore(cronOrEntry, fromMs, anchorMs)
  return previous === null ? null : new Date(previous)
}

function forward(
  cronOrEntry: string | ScheduleEntry,
  options: OccurrenceOptions,
  fromMs: number,
): (afterMs: number) => number | null {
  if (typeof cronOrEntry === 'string') return parseCron(cronOrEntry, zoneOption(options)).nextMs
  const anchorMs = options.anchor === undefined ? fromMs : millisOf('anchor', options.anchor)
  return (afterMs) => plannedAfter(cronOrEntry, afterMs, anchorMs)
}

function zoneOption(options: OccurrenceOptions): { timezone?: string } {
  return options.timezone === undefined ? {} : { timezone: options.timezone }
}

function millisOf(argument: string, value: Date | number | undefined): number {
  const ms = value === undefined ? systemClock.nowMs() : value instanceof Date ? value.getTime() : value
  if (typeof ms === 'number' && Number.isFinite(ms)) return ms
  throw new InvalidArgumentError(
    argument,
    value,
    `${argument} is no date: ${String(value)}. Give a Date or epoch milliseconds.`,
  )
}
