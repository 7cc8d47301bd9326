// What a job class or a worker says of limits, read and checked: how much of something may go on, across all
// workers, and the names under which that is counted.

import { createHash } from 'node:crypto'
import { ConfigurationError } from '../errors.ts'
import type { JobLimits, LimitOptions } from '../job/job.ts'
import { checkQueueName } from '../job/names.ts'
import type { Limit } from '../running/limits.ts'

/** More places than this are no limit any more, and starts beyond this would fill Redis. */
const mostPlaces = 100_000
const longestWindowSeconds = 31 * 86_400
const longestKey = 200

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= mostPlaces
}

function problemOfRate(option: string, rate: unknown): string | null {
  const { count, seconds } = (rate ?? {}) as { readonly count?: unknown; readonly seconds?: unknown }
  if (!isCount(count))
    return `${option}.rate.count must be a whole number from 1 to ${mostPlaces}, got ${JSON.stringify(count)}`
  if (typeof seconds === 'number' && seconds >= 0.001 && seconds <= longestWindowSeconds) return null
  return `${option}.rate.seconds must be a number up to ${longestWindowSeconds} (31 days), got ${JSON.stringify(seconds)}`
}

/** What is wrong with a limit, or null. @param option how messages call it */
export function problemOfLimit(option: string, limit: unknown): string | null {
  if (typeof limit !== 'object' || limit === null)
    return `${option} must be { concurrency, rate: { count, seconds } }, got ${JSON.stringify(limit) ?? typeof limit}`
  const { concurrency, rate } = limit as { readonly concurrency?: unknown; readonly rate?: unknown }
  if (concurrency === undefined && rate === undefined)
    return `${option} must have a concurrency or a rate: it would limit nothing`
  if (concurrency !== undefined && !isCount(concurrency)) {
    const got = JSON.stringify(concurrency)
    return `${option}.concurrency must be a whole number from 1 to ${mostPlaces}, got ${got}`
  }
  return rate === undefined ? null : problemOfRate(option, rate)
}

/** The limit under a name that is known already. */
export function limitNamed(name: string, { concurrency, rate }: LimitOptions): Limit {
  const windowMs = rate === undefined ? 0 : Math.ceil(rate.seconds * 1_000)
  return { name, concurrency: concurrency ?? 0, count: rate?.count ?? 0, windowMs }
}

// A key may hold anything, and so may the name of a class from elsewhere.
const classMark = 'class/'

function escaped(className: string): string {
  return className.replace(/[%/]/g, (character) => (character === '%' ? '%25' : '%2F'))
}

function shortened(key: string): string {
  if (key.length <= longestKey && !/\p{Surrogate}/u.test(key)) return key
  return createHash('sha1').update(key).digest('hex')
}

/** The limit of a job's class. @param key what the class counts it under, or null when it has no `key` */
export function classLimit(className: string, key: string | null, limits: JobLimits): Limit {
  const name = `${classMark}${escaped(className)}`
  return limitNamed(key === null ? name : `${name}/${shortened(key)}`, limits)
}

/** Whose limit has this name, or null for one that is no class's. */
export function readClassLimitName(name: string): { className: string; hasKey: boolean } | null {
  if (!name.startsWith(classMark)) return null
  const rest = name.slice(classMark.length)
  const end = rest.indexOf('/')
  const className = (end === -1 ? rest : rest.slice(0, end)).replaceAll('%2F', '/').replaceAll('%25', '%')
  return { className, hasKey: end !== -1 }
}

/** Limits by the queue's name. */
export type QueueLimits = Readonly<Record<string, LimitOptions>>

/** @throws ConfigurationError, InvalidArgumentError for limits of queues that cannot be right */
export function readQueueLimits(queues: QueueLimits | undefined): Map<string, Limit> {
  const limits = new Map<string, Limit>()
  for (const [queue, options] of Object.entries(queues ?? {})) {
    checkQueueName(queue)
    const problem = problemOfLimit(`limits.queues[${JSON.stringify(queue)}]`, options)
    if (problem !== null) throw new ConfigurationError(`${problem}. Correct the worker's options.`)
    limits.set(queue, limitNamed(`queue/${queue}`, options))
  }
  return limits
}
