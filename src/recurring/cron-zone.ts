// What the clocks of a time zone do: its offset at an instant, and when it changes. Asked of luxon once per
// zone and year and then kept, because one answer of Intl costs more than a whole search in memory.

import { IANAZone } from 'luxon'
import { InvalidArgumentError } from '../errors.ts'
import { didYouMean } from '../nearest.ts'

/** One change of a zone's clocks. Offsets are milliseconds east of UTC. */
export interface ClockChange {
  readonly atMs: number
  readonly offsetBeforeMs: number
  readonly offsetAfterMs: number
}

export interface Zone {
  readonly name: string
  /** Milliseconds to add to an instant to get its wall time (wall times are kept as if they were UTC). */
  offsetMs(atMs: number): number
  /** The changes after `fromMs` up to and including `toMs`, in order. */
  changes(fromMs: number, toMs: number): readonly ClockChange[]
}

interface ZoneYear {
  readonly offsetMs: number
  /** Those after the year's first moment, up to and including the first moment of the next. */
  readonly changes: readonly ClockChange[]
}

/** Since 1945 no zone changed its clocks twice within six days, so nothing hides between two samples. */
const sampleMs = 6 * 24 * 3_600_000
const yearsKept = 300

const zones = new Map<string, Zone>()

/**
 * The zone of an IANA name (`Europe/Berlin`) or a fixed offset (`+02:00`), always the same object.
 * @throws InvalidArgumentError when there is no such zone
 */
export function zoneNamed(name: string): Zone {
  const known = zones.get(name)
  if (known !== undefined) return known
  const zone = makeZone(name)
  if (zone === undefined) throw new InvalidArgumentError('timezone', name, unknownZone(name))
  zones.set(name, zone)
  return zone
}

export function isZoneName(name: string): boolean {
  return zones.has(name) || fixedOffsetMs(name) !== undefined || isIanaName(name)
}

/** The zone this process runs in (the variable TZ, or else the machine's setting). */
export function processZoneName(): string {
  processZone ??= Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
  return processZone
}

let processZone: string | undefined

/** Why `name` is no zone, and what was probably meant. */
export function unknownZone(name: string): string {
  return (
    `unknown time zone "${name}": it is neither an IANA name nor an offset such as +02:00.` +
    `${didYouMean(name, Intl.supportedValuesOf('timeZone'))} ` +
    'Write it as the tz database does, for example Europe/Berlin or UTC.'
  )
}

/** luxon would also take "local", "UTC+2" and numbers: they name no zone that another machine would agree on. */
function isIanaName(name: string): boolean {
  return /^[A-Za-z][\w+-]*(\/[\w+-]+)*$/.test(name) && IANAZone.isValidZone(name)
}

function fixedOffsetMs(name: string): number | undefined {
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(name)
  if (match === null || Number(match[2]) > 14 || Number(match[3]) > 59) return undefined
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000
}

function makeZone(name: string): Zone | undefined {
  const fixedMs = fixedOffsetMs(name)
  if (fixedMs !== undefined) return { name, offsetMs: () => fixedMs, changes: () => [] }
  if (!isIanaName(name)) return undefined
  const iana = IANAZone.create(name)
  return zoneOf(name, (atMs) => Math.round(iana.offset(atMs) * 60) * 1000)
}

function zoneOf(name: string, ask: (atMs: number) => number): Zone {
  const years = new Map<number, ZoneYear>()
  const yearOf = (year: number) => {
    const known = years.get(year)
    if (known !== undefined) return known
    if (years.size >= yearsKept) years.clear()
    const fresh = readYear(year, ask)
    years.set(year, fresh)
    return fresh
  }
  return {
    name,
    offsetMs: (atMs) => offsetIn(yearOf(utcYear(atMs)), atMs),
    changes: (fromMs, toMs) => {
      const found: ClockChange[] = []
      for (let year = utcYear(fromMs); year <= utcYear(toMs); year++)
        found.push(...yearOf(year).changes.filter((change) => change.atMs > fromMs && change.atMs <= toMs))
      return found
    },
  }
}

function utcYear(atMs: number): number {
  return new Date(atMs).getUTCFullYear()
}

function offsetIn(year: ZoneYear, atMs: number): number {
  let offsetMs = year.offsetMs
  for (const change of year.changes) if (change.atMs <= atMs) offsetMs = change.offsetAfterMs
  return offsetMs
}

function readYear(year: number, ask: (atMs: number) => number): ZoneYear {
  const startMs = Date.UTC(year, 0, 1)
  const endMs = Date.UTC(year + 1, 0, 1)
  const offsetMs = ask(startMs)
  const changes: ClockChange[] = []
  let offsetBeforeMs = offsetMs
  for (let fromMs = startMs; fromMs < endMs; fromMs += sampleMs) {
    const toMs = Math.min(fromMs + sampleMs, endMs)
    const offsetAfterMs = ask(toMs)
    if (offsetAfterMs !== offsetBeforeMs)
      changes.push({ atMs: bisect(fromMs, toMs, ask), offsetBeforeMs, offsetAfterMs })
    offsetBeforeMs = offsetAfterMs
  }
  return { offsetMs, changes }
}

/** The first whole second in (fromMs, toMs] that has the offset of `toMs`. */
function bisect(fromMs: number, toMs: number, ask: (atMs: number) => number): number {
  const after = ask(toMs)
  let [low, high] = [fromMs, toMs]
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000
    if (ask(middle) === after) high = middle
    else low = middle
  }
  return high
}

/** No clock change moves a wall time further than this. */
export const nearMs: number = 26 * 3_600_000

/**
 * The instants at which the clocks of `zone` show `wallMs`: one, two when a change repeats that time, or none
 * when a change (`gap`) skips it. Wall times are milliseconds as if the wall clock showed UTC.
 */
export function instantsOf(zone: Zone, wallMs: number): { instants: number[]; gap: ClockChange | undefined } {
  const near = zone.changes(wallMs - nearMs, wallMs + nearMs)
  const offsets = new Set(near.flatMap((change) => [change.offsetBeforeMs, change.offsetAfterMs]))
  if (near.length === 0) offsets.add(zone.offsetMs(wallMs))
  const instants = [...offsets].map((offsetMs) => wallMs - offsetMs)
  const shown = instants.filter((atMs) => atMs + zone.offsetMs(atMs) === wallMs).sort((a, b) => a - b)
  const gap = near.find((c) => wallMs >= c.atMs + c.offsetBeforeMs && wallMs < c.atMs + c.offsetAfterMs)
  return { instants: shown, gap }
}
