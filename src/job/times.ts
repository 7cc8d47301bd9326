// When a job is due: what the public calls accept, as whole seconds. A fraction is rounded up, because a job
// must never run early (Ruby truncates, node-resque rounds, so both may be early).

import { InvalidArgumentError } from '../errors.ts'

/** Anything with the milliseconds of a moment: a luxon DateTime, a Temporal-like object. */
export interface DateTimeLike {
  toMillis(): number
}

/** A Date, a luxon DateTime, or unix seconds. */
export type When = Date | DateTimeLike | number

/** The last second of the year 9999: the longest the API takes. */
export const latestSeconds = 253_402_300_799

/** Seconds above this are later than the year 5138; the same digits as milliseconds are later than 1973. */
const surelyMilliseconds = 100_000_000_000

function refuse(argument: string, value: unknown, message: string): never {
  throw new InvalidArgumentError(argument, value, message)
}

function fromNumber(seconds: number): number {
  if (!Number.isFinite(seconds)) refuse('date', seconds, `enqueueAt needs a time, got ${seconds}.`)
  if (Math.abs(seconds) < surelyMilliseconds) return seconds
  const hint = `${seconds} can only be milliseconds; numbers are unix seconds. Pass ${seconds} / 1000 or new Date(${seconds}).`
  return refuse('date', seconds, hint)
}

function isDateTimeLike(value: unknown): value is DateTimeLike {
  return typeof value === 'object' && value !== null && typeof (value as DateTimeLike).toMillis === 'function'
}

function secondsFrom(when: unknown): number {
  if (typeof when === 'number') return fromNumber(when)
  if (when instanceof Date) return when.getTime() / 1000
  if (isDateTimeLike(when)) return when.toMillis() / 1000
  const got = when === null ? 'null' : typeof when === 'string' ? JSON.stringify(when) : typeof when
  const cure = typeof when === 'string' ? ` Write new Date(${got}).` : ''
  return refuse('date', when, `enqueueAt needs a Date, a luxon DateTime or unix seconds, got ${got}.${cure}`)
}

/**
 * The whole second at which a job is due, rounded up.
 * @throws InvalidArgumentError for an invalid date, NaN, a text, milliseconds, or a year after 9999.
 */
export function dueSeconds(when: When): number {
  const seconds = secondsFrom(when)
  if (Number.isNaN(seconds))
    refuse('date', when, 'the date is invalid (its time is NaN). Check what it was made from.')
  if (seconds > latestSeconds)
    refuse('date', when, `the date lies after the year 9999 (unix second ${seconds}).`)
  return Math.max(0, Math.ceil(seconds))
}

/**
 * Checks the seconds of enqueueIn: a finite number, 0 or more, and no more than the years there are.
 * @throws InvalidArgumentError
 */
export function checkDelaySeconds(delaySeconds: unknown): asserts delaySeconds is number {
  if (typeof delaySeconds === 'number' && Number.isFinite(delaySeconds) && delaySeconds >= 0) {
    if (delaySeconds <= latestSeconds) return
    refuse('seconds', delaySeconds, `${delaySeconds} seconds from now lies after the year 9999.`)
  }
  const got = typeof delaySeconds === 'string' ? JSON.stringify(delaySeconds) : String(delaySeconds)
  refuse('seconds', delaySeconds, `enqueueIn needs a number of seconds, 0 or more, got ${got}.`)
}
