// Reads single values of an entry: texts, switches, durations, moments, arguments, environments. Each reader
// reports what is wrong and returns a harmless value, so that one run finds all problems.

import { instantsOf, processZoneName, zoneNamed } from './cron-zone.ts'
import { parseDuration } from './every.ts'
import type { Findings } from './problem.ts'

/** The map of an entry, as read from YAML or JSON. A key with null counts as missing. */
export type EntryConfig = Readonly<Record<string, unknown>>

export function isMap(value: unknown): value is EntryConfig {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** The value in a message: short, and as JSON shows it. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

export function readText(findings: Findings, config: EntryConfig, key: string): string | null {
  const value = config[key] ?? null
  if (value === null || (typeof value === 'string' && value.trim() !== '')) return value
  if (typeof value === 'number') return String(value)
  findings.error(key, `${key} must be a text, not ${shown(value)}. Leave the key out if there is none.`)
  return null
}

export function readSwitch(findings: Findings, config: EntryConfig, key: string, unset: boolean): boolean {
  const value = config[key] ?? unset
  if (typeof value === 'boolean') return value
  if (value === 'true' || value === 'false') return value === 'true'
  findings.error(key, `${key} must be true or false, not ${shown(value)}.`)
  return unset
}

export function readChoice<const T extends string>(
  findings: Findings,
  config: EntryConfig,
  choice: { key: string; allowed: readonly [T, ...T[]]; unset: T },
): T {
  const value = config[choice.key] ?? choice.unset
  const found = choice.allowed.find((allowed) => allowed === value)
  if (found === undefined)
    findings.error(
      choice.key,
      `${choice.key} must be one of ${choice.allowed.join(', ')}, not ${shown(value)}.`,
    )
  return found ?? choice.unset
}

/** A duration in seconds, 0 allowed. */
export function readSeconds<T extends number | null>(
  findings: Findings,
  config: EntryConfig,
  key: string,
  unset: T,
): number | T {
  const value = config[key] ?? null
  if (value === null) return unset
  if (typeof value === 'string' || typeof value === 'number')
    return findings.attempt(key, () => parseDuration(value, key)) ?? unset
  findings.error(key, `${key} must be a duration such as 30s or 10m, not ${shown(value)}.`)
  return unset
}

export function readCount(findings: Findings, config: EntryConfig, key: string): number | null {
  const given = config[key] ?? null
  const value = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given
  if (value === null || (typeof value === 'number' && Number.isSafeInteger(value) && value > 0)) return value
  findings.error(key, `${key} must be a whole number from 1 on, not ${shown(value)}.`)
  return null
}

const momentPattern = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?)?\s*(z|utc|[+-]\d\d:?\d\d)?$/i

/** A moment in epoch milliseconds: ISO text (without offset it is wall time in `timezone`), or epoch seconds. */
export function readMoment(
  findings: Findings,
  config: EntryConfig,
  place: { key: string; timezone: string | null },
): number | null {
  const value = config[place.key] ?? null
  if (value === null) return null
  const momentMs = typeof value === 'number' ? momentOfSeconds(value) : momentOfText(value, place.timezone)
  if (momentMs !== null) return momentMs
  const example = '2027-01-01T09:00:00Z, or 2027-01-01 09:00 in the time zone of the entry'
  findings.error(place.key, `${place.key} must be a date, for example ${example}, not ${shown(value)}.`)
  return null
}

/** A number past the year 5000 can only be milliseconds: it is refused. */
function momentOfSeconds(seconds: number): number | null {
  return seconds >= 0 && seconds < 1e11 ? Math.ceil(seconds) * 1000 : null
}

function momentOfText(value: unknown, timezone: string | null): number | null {
  const [, day, time, second, zone] = momentPattern.exec(String(value).trim()) ?? []
  if (day === undefined) return null
  const wallMs = Date.parse(`${day}T${time ?? '00:00'}${second ?? ':00'}Z`)
  if (Number.isNaN(wallMs) || new Date(wallMs).toISOString().slice(0, 10) !== day) return null
  if (zone !== undefined && /^(z|utc)$/i.test(zone)) return wallMs
  const { instants, gap } = instantsOf(zoneNamed(zone ?? timezone ?? processZoneName()), wallMs)
  return instants[0] ?? gap?.atMs ?? null
}

/** Ruby's rule: a list is the arguments, null and false are none, anything else is one argument. */
export function readArgs(findings: Findings, config: EntryConfig): readonly unknown[] {
  const value = config['args'] ?? false
  const unfit = notJson(value)
  if (unfit !== null)
    findings.error(
      'args',
      `args can hold what JSON can, and ${unfit} is not such a value. Write it as a text in quotes.`,
    )
  if (value === false) return []
  return Array.isArray(value) ? value : [value]
}

const deepestNesting = 100

/** What JSON (or Ruby's reader of it) cannot carry in a value, in words; null when all is well. */
function notJson(value: unknown, depth = 0): string | null {
  if (depth > deepestNesting) return `a list or map more than ${deepestNesting} levels deep`
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null
  if (typeof value === 'number') {
    const exact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
    return exact ? null : String(value)
  }
  if (!Array.isArray(value) && !isMap(value))
    return typeof value === 'object' ? 'a tagged value' : String(value)
  for (const part of Object.values(value)) {
    const unfit = notJson(part, depth + 1)
    if (unfit !== null) return unfit
  }
  return null
}

/** The environments of an entry: `rails_env`, else `env`; a list, or a text with commas or blanks between. */
export function readEnvironments(findings: Findings, config: EntryConfig): readonly string[] | null {
  const key = (config['rails_env'] ?? null) === null ? 'env' : 'rails_env'
  const value = config[key] ?? null
  if (value === null) return null
  const parts = Array.isArray(value) ? value : typeof value === 'string' ? value.split(/[\s,]+/) : []
  const names = parts.filter((part): part is string => typeof part === 'string' && part !== '')
  if (names.length === 0)
    findings.error(
      key,
      `${key} names no environment: write production, or [production, staging], not ${shown(value)}.`,
    )
  return names
}
