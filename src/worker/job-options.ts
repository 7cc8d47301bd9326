// What a job class says of itself is checked when a worker starts, and not when its first job has failed.

import { readUnique } from '../client/unique.ts'
import { ConfigurationError } from '../errors.ts'
import type { JobClass } from '../job/job.ts'
import { checkQueueName } from '../job/names.ts'
import { didYouMean } from '../nearest.ts'
import { problemOfLimit } from './limits.ts'

function shown(value: unknown): string {
  if (typeof value === 'function') return `a function ${value.name}`.trim()
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
}

/** The complaint about a member that nobody reads, or null. */
function problemOfNames(option: string, given: object, known: readonly string[]): string | null {
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown === undefined) return null
  return `${option}.${unknown} is not known.${didYouMean(unknown, [...known])} It has ${known.join(', ')}`
}

function isBackoff(value: unknown): boolean {
  if (value === undefined || value === 'exponential' || value === 'linear') return true
  if (typeof value === 'function') return true
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((seconds) => Number.isFinite(seconds) && seconds >= 0)
  )
}

function isJitter(value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return true
  return typeof value === 'number' && value >= 0 && value <= 1
}

function isErrorList(value: unknown): boolean {
  if (value === undefined) return true
  const isKind = (kind: unknown): boolean =>
    (typeof kind === 'string' && kind !== '') || (typeof kind === 'function' && kind.name !== '')
  return Array.isArray(value) && value.length > 0 && value.every(isKind)
}

function isRetryLimit(value: unknown): boolean {
  return (Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && Number(value) >= 0
}

interface Rule {
  readonly isRight: (value: unknown) => boolean
  readonly what: string
}

const errorList = 'a list of error names or classes, such as [TypeError, "TimeoutError"]'
const retryRules: Readonly<Record<string, Rule>> = {
  limit: { isRight: isRetryLimit, what: 'a whole number, 0 or more' },
  backoff: {
    isRight: isBackoff,
    what: '"exponential", "linear", a list of seconds or a function (attempt, error) => seconds',
  },
  jitter: { isRight: isJitter, what: 'a number from 0 to 1, or true' },
  only: { isRight: isErrorList, what: errorList },
  except: { isRight: isErrorList, what: errorList },
}

function problemOfRetry(retry: unknown): string | null {
  if (retry === undefined) return null
  if (typeof retry !== 'object' || retry === null)
    return `retry must be { limit, backoff }, got ${shown(retry)}`
  const given = retry as Readonly<Record<string, unknown>>
  for (const [name, { isRight, what }] of Object.entries(retryRules))
    if (!isRight(given[name])) return `retry.${name} must be ${what}, got ${shown(given[name])}`
  return problemOfNames('retry', given, Object.keys(retryRules))
}

function problemOfLimits(limits: unknown): string | null {
  if (limits === undefined) return null
  const problem = problemOfLimit('limits', limits)
  if (problem !== null) return problem
  const given = limits as { readonly key?: unknown }
  if (given.key !== undefined && typeof given.key !== 'function')
    return `limits.key must be a function of the job's args that returns a text, got ${shown(given.key)}`
  return problemOfNames('limits', given, ['concurrency', 'rate', 'key'])
}

function problemOfTimeout(timeoutSeconds: unknown): string | null {
  if (timeoutSeconds === undefined || (typeof timeoutSeconds === 'number' && timeoutSeconds > 0)) return null
  return `timeoutSeconds must be a number above 0, got ${shown(timeoutSeconds)}`
}

function problemOfPlugins(plugins: unknown): string | null {
  const isPlugin = (one: unknown): boolean => typeof one === 'object' && one !== null
  if (plugins === undefined || (Array.isArray(plugins) && plugins.every(isPlugin))) return null
  return `plugins must be a list of objects with hooks, got ${shown(plugins)}`
}

function problemOfTrack(track: unknown): string | null {
  if (track === undefined || typeof track === 'boolean') return null
  return `track must be true or false, got ${shown(track)}`
}

function problemOfScheduled(scheduled: unknown): string | null {
  if (scheduled === undefined || typeof scheduled === 'function') return null
  return `scheduled must be a function (queue, name, ...args), got ${shown(scheduled)}`
}

/** What a check that throws has to complain of. */
function complaintOf(given: unknown, check: (given: never) => unknown): string | null {
  if (given === undefined || given === null) return null
  try {
    check(given as never)
    return null
  } catch (error) {
    return (error as Error).message.replace(/\.$/, '')
  }
}

/** @throws ConfigurationError for a static property that cannot be right */
export function checkJobOptions(name: string, jobClass: JobClass): void {
  const { queue, track, unique, retry, limits, timeoutSeconds, plugins, scheduled } = jobClass
  const problem =
    complaintOf(queue, checkQueueName) ??
    problemOfTrack(track) ??
    complaintOf(unique, readUnique) ??
    problemOfScheduled(scheduled) ??
    problemOfRetry(retry) ??
    problemOfLimits(limits) ??
    problemOfTimeout(timeoutSeconds) ??
    problemOfPlugins(plugins)
  if (problem !== null)
    throw new ConfigurationError(`the job class ${name}: ${problem}. Correct the static property.`)
}
