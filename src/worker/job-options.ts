// What a job class says of itself is checked when a worker starts, and not when its first job has failed.

import { ConfigurationError } from '../errors.ts'
import type { JobClass } from '../job/job.ts'

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
}

function isBackoff(value: unknown): boolean {
  if (value === undefined || value === 'exponential' || value === 'linear') return true
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((seconds) => Number.isFinite(seconds) && seconds >= 0)
  )
}

function problemOfRetry(retry: unknown): string | null {
  if (typeof retry !== 'object' || retry === null)
    return `retry must be { limit, backoff }, got ${shown(retry)}`
  const { limit, backoff } = retry as { readonly limit?: unknown; readonly backoff?: unknown }
  const isLimit = Number.isInteger(limit) || limit === Number.POSITIVE_INFINITY
  if (!isLimit || Number(limit) < 0)
    return `retry.limit must be a whole number, 0 or more, got ${shown(limit)}`
  if (isBackoff(backoff)) return null
  return `retry.backoff must be "exponential", "linear" or a list of seconds, got ${shown(backoff)}`
}

function problemOf({ retry, timeoutSeconds }: JobClass): string | null {
  const problem = retry === undefined ? null : problemOfRetry(retry)
  if (problem !== null || timeoutSeconds === undefined) return problem
  if (typeof timeoutSeconds === 'number' && timeoutSeconds > 0) return null
  return `timeoutSeconds must be a number above 0, got ${shown(timeoutSeconds)}`
}

/** @throws ConfigurationError for a `retry` or a `timeoutSeconds` that cannot be right */
export function checkJobOptions(name: string, jobClass: JobClass): void {
  const problem = problemOf(jobClass)
  if (problem !== null)
    throw new ConfigurationError(`the job class ${name}: ${problem}. Correct the static property.`)
}
