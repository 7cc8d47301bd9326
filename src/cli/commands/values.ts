// Reads what people type, times, counts and arguments, and writes what they read.

import { Option } from 'commander'
import { ConfigurationError, InvalidArgumentError } from '../../errors.ts'
import { parseDuration } from '../../recurring/every.ts'
import { printable } from '../output.ts'
import type { Session } from './session.ts'

export const countOption = (unset: number): Option =>
  new Option('--count <number>', 'how many at most').default(String(unset), String(unset))

/** @throws ConfigurationError unless it is a whole number from 1 on */
export function readCount(value: unknown): number {
  const count = Number(value)
  if (Number.isSafeInteger(count) && count >= 1) return count
  throw new ConfigurationError(`--count is ${JSON.stringify(value)}: it must be a whole number from 1 on.`)
}

export const atOption = (): Option =>
  new Option('--at <time>', 'when it is due: 2027-01-01T09:00:00Z, or unix seconds')

export const inOption = (): Option => new Option('--in <duration>', 'in how long it is due: 90, 5m, 1h30m')

/** @throws ConfigurationError for what is no time; `name` says where it was given */
export function readTime(text: string, name: string): Date {
  const date = /^\d+(\.\d+)?$/.test(text) ? new Date(Number(text) * 1000) : new Date(text)
  if (!Number.isNaN(date.getTime())) return date
  const how = 'Write 2027-01-01T09:00:00Z (without the Z it is the time of this machine), or unix seconds.'
  throw new ConfigurationError(`${name} is ${JSON.stringify(text)}: this is no time. ${how}`)
}

/** A time given by --at, or seconds from now given by --in; null when neither was. @throws ConfigurationError */
export function readDue(
  flags: Readonly<Record<string, unknown>>,
): { readonly at: Date } | { readonly inSeconds: number } | null {
  const { at, in: delay } = flags
  if (at !== undefined && delay !== undefined) {
    throw new ConfigurationError('--at and --in were both given: a job is due once. Give one of them.')
  }
  if (at !== undefined) return { at: readTime(String(at), '--at') }
  if (delay === undefined) return null
  try {
    return { inSeconds: parseDuration(String(delay), '--in') }
  } catch (error) {
    throw error instanceof InvalidArgumentError ? new ConfigurationError(error.message) : error
  }
}

/** No time from now is a time that is past by whichever clock. */
function dateIn(seconds: number, nowMs: number): Date {
  return new Date(seconds === 0 ? 0 : nowMs + seconds * 1000)
}

/** The time that --at or --in gives. @throws ConfigurationError when neither does */
export function dueDate({ flags, clock }: Pick<Session, 'flags' | 'clock'>): Date {
  const due = readDue(flags)
  if (due === null) throw new ConfigurationError('when is the job to run? Give --at TIME or --in DURATION.')
  return 'at' in due ? due.at : dateIn(due.inSeconds, clock.nowMs())
}

/** A word as an argument of a job: JSON for numbers, true, false, null, lists and maps; else the text itself. */
export function readArg(word: string): unknown {
  if (!/^\s*([[{]|-?\d|true\b|false\b|null\b)/.test(word)) return word
  try {
    const value: unknown = JSON.parse(word)
    // Digits that a number cannot hold, such as those of a card, stay a text.
    return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? word : value
  } catch {
    return word
  }
}

/** All arguments as one JSON list. @throws ConfigurationError */
export function readArgsJson(text: string): readonly unknown[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigurationError(
      `--args-json is no JSON: ${why}. Write a list: --args-json '["ann@example.com", 7]'.`,
    )
  }
  if (Array.isArray(value)) return value
  throw new ConfigurationError(`--args-json must be a list of the arguments: write [${text}].`)
}

const longestArgs = 60

/** Arguments for a table: JSON, cut when long. */
export function argsText(args: readonly unknown[]): string {
  const text = args.map((arg) => JSON.stringify(arg)).join(', ')
  return printable(text.length > longestArgs ? `${text.slice(0, longestArgs - 1)}…` : text)
}

/** `2026-11-23T02:06:01Z`; `-` for none. */
export function timeText(date: Date | null | undefined): string {
  if (date === null || date === undefined || Number.isNaN(date.getTime())) return '-'
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z')
}

const units = [
  { name: 'd', lengthSeconds: 86_400 },
  { name: 'h', lengthSeconds: 3_600 },
  { name: 'm', lengthSeconds: 60 },
]

/** The two largest units of a duration: `2d 3h`, `5m 10s`, `12s`. */
export function spanText(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000)
  const index = units.findIndex(({ lengthSeconds }) => seconds >= lengthSeconds)
  const unit = units[index]
  if (unit === undefined) return `${seconds}s`
  const smaller = units[index + 1] ?? { name: 's', lengthSeconds: 1 }
  const rest = Math.floor((seconds % unit.lengthSeconds) / smaller.lengthSeconds)
  const main = `${Math.floor(seconds / unit.lengthSeconds)}${unit.name}`
  return rest === 0 ? main : `${main} ${rest}${smaller.name}`
}

/** `in 5m 10s`, or `overdue by 3s`. */
export function untilText(ms: number): string {
  return ms >= 0 ? `in ${spanText(ms)}` : `overdue by ${spanText(ms)}`
}
