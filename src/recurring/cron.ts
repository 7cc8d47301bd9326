// When a cron entry fires. Wall time is one thing and instants are another: the fields are matched in wall
// time (cron-wall.ts), and this file maps the matches to instants by the rule of Debian's cron:
//
// - clocks go forward: a job at fixed times whose time is skipped runs once, at the moment of the change;
//   a job with * in hour or minute (a wildcard job) just follows the new clock;
// - clocks go back: a job at fixed times runs in the first pass of the repeated time only; a wildcard job
//   keeps its pace and runs in both;
// - a change of more than three hours (Samoa skipped a whole day in 2011) is a correction of the calendar:
//   every job follows the new clock.
//
// Nothing is remembered between calls: the same question has the same answer after a restart.

import type { CronFields } from './cron-fields.ts'
import { readCronText } from './cron-text.ts'
import { nextWall } from './cron-wall.ts'
import type { ClockChange, Zone } from './cron-zone.ts'
import { instantsOf, nearMs, processZoneName, zoneNamed } from './cron-zone.ts'

export interface Cron {
  /** The text as it was given. */
  readonly text: string
  readonly timezone: string
  /** The zone that the text itself names, or null. */
  readonly zoneInText: string | null
  /** `wildcard`: hour or minute (or second) begins with `*` or names every value. */
  readonly kind: 'fixed' | 'wildcard'
  readonly fields: CronFields
  /** What is allowed but probably not meant, in words. */
  readonly warnings: readonly string[]
  /** The first occurrence after `afterMs` (epoch ms), a whole second; null when there will be none. */
  nextMs(afterMs: number): number | null
  /** The last occurrence before `beforeMs` (epoch ms); null when there was none. */
  previousMs(beforeMs: number): number | null
}

interface Plan {
  readonly fields: CronFields
  readonly zone: Zone
  readonly kind: 'fixed' | 'wildcard'
}

const correctionMs = 3 * 3_600_000
const horizonMs = 41 * 366 * 86_400_000
const latestMs = 8.64e15 - 2 * horizonMs

/**
 * Reads a cron text: 5 fields, or 6 with seconds first, or `@daily` and its kind, and maybe a zone at the end.
 * The zone is that of the text, else `options.timezone`, else the process's own (as in Ruby).
 * @throws InvalidArgumentError naming the field and what is allowed there
 */
export function parseCron(text: string, options: { timezone?: string } = {}): Cron {
  const defaultZone = options.timezone ?? processZoneName()
  const key = `${defaultZone} ${text}`
  const known = parsed.get(key)
  if (known !== undefined) return known
  const cron = parseAnew(text, defaultZone)
  if (parsed.size >= mostParsed) parsed.clear()
  parsed.set(key, cron)
  return cron
}

/** Many entries share few crons, and each is read several times: when loaded, planned, described and listed. */
const parsed = new Map<string, Cron>()
const mostParsed = 2_000

function parseAnew(text: string, defaultZone: string): Cron {
  const { fields, kind, warnings, timezone } = readCronText(text)
  const zone = zoneNamed(timezone ?? defaultZone)
  const plan = { fields, kind, zone }
  return {
    ...{ text, kind, fields, warnings, timezone: zone.name, zoneInText: timezone },
    nextMs: (afterMs) => nextInstant(plan, afterMs),
    previousMs: (beforeMs) => previousInstant(plan, beforeMs),
  }
}

function nextInstant(plan: Plan, afterMs: number): number | null {
  if (!(Math.abs(afterMs) < latestMs)) return null
  const after = Math.floor(afterMs / 1000) * 1000
  const wall = after + plan.zone.offsetMs(after)
  const near = plan.zone.changes(after - nearMs, after + nearMs)
  const passed = near.find((change) => inSecondPass(change, after) && !followsClock(plan, change))
  if (passed !== undefined) return firstFrom(plan, passed.atMs + passed.offsetBeforeMs - 1000, after)
  const again = near.find((change) => inFirstPass(change, after) && followsClock(plan, change))
  if (again !== undefined && !matchesBefore(plan, wall, again))
    return firstFrom(plan, again.atMs + again.offsetAfterMs - 1000, again.atMs - 1)
  return firstFrom(plan, wall, after)
}

/** Wildcard jobs go by the new clock; all jobs do when the calendar itself was corrected. */
function followsClock(plan: Plan, change: ClockChange): boolean {
  return plan.kind === 'wildcard' || Math.abs(change.offsetAfterMs - change.offsetBeforeMs) > correctionMs
}

function inFirstPass(change: ClockChange, atMs: number): boolean {
  return atMs < change.atMs && atMs + change.offsetBeforeMs >= change.atMs + change.offsetAfterMs
}

function inSecondPass(change: ClockChange, atMs: number): boolean {
  return atMs >= change.atMs && atMs + change.offsetAfterMs < change.atMs + change.offsetBeforeMs
}

function matchesBefore(plan: Plan, wallMs: number, change: ClockChange): boolean {
  const next = nextWall(plan.fields, wallMs)
  return next !== null && next < change.atMs + change.offsetBeforeMs
}

/** The first instant after `after` of a match later than `wallMs`. */
function firstFrom(plan: Plan, wallMs: number, after: number): number | null {
  let wall = nextWall(plan.fields, wallMs)
  while (wall !== null && wall < wallMs + horizonMs) {
    const { instants, gap } = instantsOf(plan.zone, wall)
    const instant = instants.find((atMs) => atMs > after)
    if (instant !== undefined) return instant
    if (gap !== undefined && !followsClock(plan, gap)) return gap.atMs
    wall = nextWall(plan.fields, gap === undefined ? wall : gap.atMs + gap.offsetAfterMs - 1000)
  }
  return null
}

/**
 * The last occurrence is where "what comes next" jumps over `beforeMs`. Looking for that jump with the
 * forward search keeps both directions consistent by construction, also around clock changes.
 */
function previousInstant(plan: Plan, beforeMs: number): number | null {
  if (!(Math.abs(beforeMs) < latestMs)) return null
  const comesBefore = (afterMs: number) => {
    const next = nextInstant(plan, afterMs)
    return next !== null && next < beforeMs ? next : null
  }
  let reachMs = 60_000
  let found = comesBefore(beforeMs - reachMs)
  while (found === null && reachMs < horizonMs) {
    reachMs *= 4
    found = comesBefore(beforeMs - reachMs)
  }
  return found === null ? null : lastFrom(found, beforeMs, comesBefore)
}

/** The last occurrence lies in [last, end] all the time; each step halves that or finds a later one. */
function lastFrom(found: number, beforeMs: number, comesBefore: (afterMs: number) => number | null): number {
  let last = found
  let end = beforeMs
  while (end > last) {
    const middle = last + Math.floor((end - last) / 2000) * 1000
    const later = comesBefore(middle)
    if (later === null) end = middle
    else last = later
  }
  return last
}
