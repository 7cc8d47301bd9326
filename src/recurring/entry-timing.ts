// When an entry runs: its `cron` or `every`, each alone or in a list with options, its time zone, and from when
// until when. Names of the options are rufus-scheduler's, which Ruby hands them to.

import { nearest } from '../nearest.ts'
import { parseCron } from './cron.ts'
import { nextWall } from './cron-wall.ts'
import { isZoneName, unknownZone } from './cron-zone.ts'
import type { EntryConfig } from './entry-values.ts'
import { isMap, readCount, readMoment, readSeconds, readText, shown } from './entry-values.ts'
import { parseEvery } from './every.ts'
import type { Findings } from './problem.ts'

export interface Timing {
  readonly kind: 'cron' | 'every' | 'manual'
  readonly cron: string | null
  readonly everySeconds: number | null
  readonly timezone: string | null
  readonly firstInSeconds: number | null
  readonly firstAtMs: number | null
  readonly startsAtMs: number | null
  readonly endsAtMs: number | null
  readonly limit: number | null
}

type Kind = 'cron' | 'every'

/** Options that change when a job runs; the others of rufus-scheduler concern threads we do not have. */
const timingOptions = ['first_in', 'first_at', 'last_at', 'times', 'first', 'last']
const idleOptions = ['tag', 'tags', 'name', 'timeout', 'mutex', 'overlap', 'blocking', 'job', 'discard_past']

export function readTiming(findings: Findings, config: EntryConfig, defaultZone: string | null): Timing {
  const kind = kindOf(findings, config)
  const { value, options } = kind === 'manual' ? { value: null, options: {} } : unwrap(findings, config, kind)
  const zoneKey = readZone(findings, config)
  const cron = kind === 'cron' ? readCron(findings, value, zoneKey ?? defaultZone) : null
  const timezone = cron?.timezone ?? zoneKey ?? defaultZone
  if (cron !== null && cron.timezone !== null && zoneKey !== null && cron.timezone !== zoneKey)
    findings.error(
      'timezone',
      `timezone is ${zoneKey}, but the cron ends with ${cron.timezone}. Keep one of them.`,
    )
  const bounds = readBounds(findings, { config, options, timezone })
  const everySeconds = kind === 'every' ? readInterval(findings, value) : null
  return { kind, cron: cron?.text ?? null, everySeconds, timezone, ...bounds }
}

/** Ruby's order: cron wins over every; an entry with neither runs by hand only. */
function kindOf(findings: Findings, config: EntryConfig): Kind | 'manual' {
  const has = (key: string) => (config[key] ?? null) !== null
  if (has('cron') && has('every'))
    findings.warn('every', 'cron and every are both given: cron is used, as in Ruby.')
  if (has('cron')) return 'cron'
  if (has('every')) return 'every'
  if (has('never') || config['enabled'] === false) return 'manual'
  const empty = ['cron', 'every'].find((key) => key in config)
  if (empty !== undefined) findings.warn(empty, `${empty} is empty: the entry runs only by hand.`)
  return 'manual'
}

function unwrap(
  findings: Findings,
  config: EntryConfig,
  kind: Kind,
): { value: unknown; options: EntryConfig } {
  const given = config[kind]
  if (!Array.isArray(given)) return { value: given, options: {} }
  const [value, options = {}, ...rest] = given
  if (rest.length > 0 || !isMap(options)) {
    findings.error(
      kind,
      `${kind} must be a text, or a list of a text and a map of options, not ${shown(given)}.`,
    )
    return { value, options: {} }
  }
  checkOptions(findings, kind, options)
  return { value, options }
}

function checkOptions(findings: Findings, kind: Kind, options: EntryConfig): void {
  for (const key of Object.keys(options)) {
    if (idleOptions.includes(key)) findings.warn(kind, `the option "${key}" has no effect here.`)
    else if (!timingOptions.includes(key)) {
      const near = nearest(key, timingOptions)
      const guess = near === undefined ? `Known are ${timingOptions.join(', ')}.` : `Did you mean "${near}"?`
      findings.error(kind, `unknown option "${key}" of ${kind}. ${guess}`)
    }
  }
}

function readZone(findings: Findings, config: EntryConfig): string | null {
  const zone = readText(findings, config, 'timezone')
  if (zone === null || isZoneName(zone)) return zone
  findings.error('timezone', unknownZone(zone))
  return null
}

function readCron(
  findings: Findings,
  value: unknown,
  zone: string | null,
): { text: string; timezone: string | null } | null {
  if (typeof value !== 'string') {
    findings.error('cron', `cron must be a text in quotes such as "30 2 * * *", not ${shown(value)}.`)
    return null
  }
  const cron = findings.attempt('cron', () => parseCron(value, zone === null ? {} : { timezone: zone }))
  if (cron === undefined) return null
  for (const warning of cron.warnings) findings.warn('cron', `cron "${value}": ${warning}.`)
  if (nextWall(cron.fields, 0) === null)
    findings.warn('cron', `cron "${value}" never fires: there is no such day.`)
  return { text: value, timezone: cron.zoneInText }
}

function readInterval(findings: Findings, value: unknown): number | null {
  if (typeof value === 'string' || typeof value === 'number')
    return findings.attempt('every', () => parseEvery(value)) ?? null
  findings.error('every', `every must be a duration such as 30s or 1h30m, not ${shown(value)}.`)
  return null
}

type Bounds = Pick<Timing, 'firstInSeconds' | 'firstAtMs' | 'startsAtMs' | 'endsAtMs' | 'limit'>

function readBounds(
  findings: Findings,
  given: { config: EntryConfig; options: EntryConfig; timezone: string | null },
): Bounds {
  const options = withFirst(given.options)
  const moment = (from: EntryConfig, key: string) =>
    readMoment(findings, from, { key, timezone: given.timezone })
  const startsAtMs = moment(given.config, 'starts_at')
  const endsAtMs = moment(given.config, 'ends_at') ?? moment(options, 'last_at')
  if (startsAtMs !== null && endsAtMs !== null && endsAtMs < startsAtMs)
    findings.error('ends_at', 'ends_at is before starts_at, so the entry would never run.')
  return {
    firstInSeconds: readSeconds(findings, options, 'first_in', null),
    firstAtMs: moment(options, 'first_at'),
    startsAtMs,
    endsAtMs,
    limit: readCount(findings, given.config, 'limit') ?? readCount(findings, options, 'times'),
  }
}

/** rufus-scheduler takes `first: now`, and `first` and `last` for durations as well as dates. */
function withFirst(options: EntryConfig): EntryConfig {
  const { first, last, ...rest } = options
  if (last !== undefined)
    return withFirst({ ...rest, last_at: last, ...(first === undefined ? {} : { first }) })
  if (first === undefined) return rest
  if (/^(now|immediate(ly)?|0)$/.test(String(first))) return { ...rest, first_in: 0 }
  return /^\d{4}-/.test(String(first)) ? { ...rest, first_at: first } : { ...rest, first_in: first }
}
