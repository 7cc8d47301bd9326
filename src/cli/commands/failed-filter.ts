// The flags that say which failed jobs are meant, and the filter that they make.

import { Option } from 'commander'
import { ConfigurationError, InvalidArgumentError } from '../../errors.ts'
import type { FailedFilter } from '../../failed/filter.ts'
import { parseDuration } from '../../recurring/every.ts'
import type { Session } from './session.ts'

const moment = '2h or 7d ago, 2027-01-01T09:00:00Z, or unix seconds'

export function filterOptions(): Option[] {
  return [
    new Option('--class <name>', 'only jobs of this class'),
    new Option('--queue <name>', 'only jobs of this queue'),
    new Option('--exception <name>', 'only this kind of error'),
    new Option('--text <text>', 'only where the error, its backtrace, the class or the args contain this'),
    new Option('--since <time>', `only what failed then or later: ${moment}`),
    new Option('--until <time>', 'only what failed before'),
    new Option('--retried', 'only what was retried and kept'),
    new Option('--unreadable', 'only what is no failure record at all'),
  ]
}

/** Below this a number is a duration in seconds; from it on, in the year 2001, it is a moment. */
const firstUnixSeconds = 1_000_000_000

function readMoment(value: unknown, flag: string, nowMs: number): Date | undefined {
  if (value === undefined) return undefined
  const text = String(value)
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) >= firstUnixSeconds) return new Date(Number(text) * 1000)
  const date = /^\d{4}-/.test(text) ? new Date(text) : null
  if (date !== null && !Number.isNaN(date.getTime())) return date
  try {
    return new Date(nowMs - parseDuration(text, flag) * 1000)
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    throw new ConfigurationError(`${flag} is ${JSON.stringify(text)}: this is no time. Write ${moment}.`)
  }
}

const textFlags = ['class', 'queue', 'exception', 'text'] as const

/** The filter of the flags. @throws ConfigurationError for an empty text, or a time that is none */
export function readFilter({ flags, clock }: Session): FailedFilter {
  const filter: Record<string, unknown> = {}
  for (const name of textFlags) {
    const value = flags[name]
    if (value === '') throw new ConfigurationError(`--${name} is empty: say which ${name}, or leave it out.`)
    if (value !== undefined) filter[name] = value
  }
  const from = readMoment(flags['since'], '--since', clock.nowMs())
  const to = readMoment(flags['until'], '--until', clock.nowMs())
  if (from !== undefined) filter['from'] = from
  if (to !== undefined) filter['to'] = to
  for (const name of ['retried', 'unreadable']) if (flags[name] === true) filter[name] = true
  return filter
}

export function isFiltered(filter: FailedFilter): boolean {
  return Object.keys(filter).length > 0
}
