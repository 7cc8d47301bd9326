// Whether a failed job is tried again, and after how long: its class says so, unless the error itself does.

import type { BackoffFunction, ErrorKind, JobClass, RetryOptions } from '../job/job.ts'

const baseSeconds = 15
const longestDelaySeconds = 86_400
/** A longer wait than a century is a mistake, such as milliseconds or a date. */
const longestSaneSeconds = 100 * 366 * 86_400
/** How often a job of a class without `retry` may ask for another try by RetryIn. */
export const retryInLimit = 25
/** What `jitter: true` stands for. */
const usualJitter = 0.5

/** A job that has failed. */
export interface Failing {
  readonly jobClass: JobClass
  /** How often it has failed, this time included. */
  readonly failures: number
  readonly error: unknown
}

export interface Verdict {
  /** Whole seconds until the job is tried again, or null when this failure is its last. */
  readonly delaySeconds: number | null
  /** Set when the class's own backoff function threw or returned nonsense, and the default was taken. */
  readonly problem?: unknown
}

const giveUp: Verdict = { delaySeconds: null }

function exponentialSeconds(failures: number): number {
  return Math.min(baseSeconds * 2 ** Math.min(failures - 1, 30), longestDelaySeconds)
}

// An error may come from another process or another realm, where its classes are others of the same names.
function namesOf(error: unknown): Set<unknown> {
  const names = new Set<unknown>()
  if (typeof error !== 'object' || error === null) return names
  names.add((error as { readonly name?: unknown }).name)
  for (let at: unknown = Object.getPrototypeOf(error); at !== null; at = Object.getPrototypeOf(at))
    names.add((at as { readonly constructor?: { readonly name?: unknown } }).constructor?.name)
  return names
}

function isAmong(kinds: readonly ErrorKind[], error: unknown): boolean {
  const names = namesOf(error)
  return kinds.some((kind) => names.has(typeof kind === 'string' ? kind : kind.name))
}

function isWorthATry({ only, except }: RetryOptions, error: unknown): boolean {
  if (only !== undefined && !isAmong(only, error)) return false
  return except === undefined || !isAmong(except, error)
}

/** The seconds of a RetryIn, or null for another error. */
function askedSeconds(error: unknown): number | null {
  const { name, seconds } = (error ?? {}) as { readonly name?: unknown; readonly seconds?: unknown }
  return name === 'RetryIn' && typeof seconds === 'number' && seconds >= 0 ? seconds : null
}

interface Wait {
  readonly seconds: number | 'stop'
  readonly problem?: unknown
}

function isWait(value: unknown): value is number | 'stop' {
  return value === 'stop' || (typeof value === 'number' && value >= 0 && value <= longestSaneSeconds)
}

function shown(value: unknown): string {
  return value instanceof Promise
    ? 'a promise'
    : typeof value === 'string'
      ? JSON.stringify(value)
      : String(value)
}

function askFunction(backoff: BackoffFunction, { failures, error }: Failing): Wait {
  try {
    const wait: unknown = backoff(failures, error)
    if (isWait(wait)) return { seconds: wait }
    if (wait instanceof Promise) wait.catch(() => undefined)
    throw new TypeError(`it must return seconds or "stop", and returned ${shown(wait)}`)
  } catch (problem) {
    return { seconds: exponentialSeconds(failures), problem }
  }
}

function waitOf({ backoff = 'exponential' }: RetryOptions, failing: Failing): Wait {
  const { failures } = failing
  if (backoff === 'exponential') return { seconds: exponentialSeconds(failures) }
  if (backoff === 'linear') return { seconds: baseSeconds * failures }
  if (typeof backoff === 'function') return askFunction(backoff, failing)
  return { seconds: backoff[Math.min(failures, backoff.length) - 1] ?? baseSeconds }
}

function jittered(seconds: number, jitter: number | boolean | undefined): number {
  if (jitter === undefined || jitter === false) return seconds
  return seconds * (1 + Math.random() * (jitter === true ? usualJitter : jitter))
}

function wholeSeconds(seconds: number): number {
  return Math.max(1, Math.ceil(Math.min(seconds, longestSaneSeconds)))
}

function judgeReadable(failing: Failing): Verdict {
  const { failures, error } = failing
  const { retry } = failing.jobClass
  if ((error as { readonly name?: unknown } | null | undefined)?.name === 'DiscardJob') return giveUp
  const asked = askedSeconds(error)
  if (asked !== null)
    return failures <= (retry?.limit ?? retryInLimit) ? { delaySeconds: wholeSeconds(asked) } : giveUp
  if (retry === undefined || failures > retry.limit || !isWorthATry(retry, error)) return giveUp
  const { seconds, ...rest } = waitOf(retry, failing)
  if (seconds === 'stop') return giveUp
  return { delaySeconds: wholeSeconds(jittered(seconds, retry.jitter)), ...rest }
}

/** Never throws, whatever the class's functions do. */
export function judge(failing: Failing): Verdict {
  try {
    return judgeReadable(failing)
  } catch {
    return giveUp // the error itself throws when it is looked at
  }
}
