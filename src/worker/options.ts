// What a worker can be told, with its defaults and limits.

import { InvalidArgumentError } from '../errors.ts'
import type { Rooms, RoomsOptions } from '../rooms.ts'
import type { JobSource } from './job-classes.ts'

export interface WorkerOptions extends RoomsOptions {
  /** A client whose connection and namespace to use; or give `redis` and `namespace`. */
  readonly resque?: { readonly rooms: Rooms }
  /** In order of priority: `'mail,low'`, `['mail', 'low']`, `'*'`, `'mail_*,!mail_test'`. */
  readonly queues: string | readonly string[]
  readonly jobs: JobSource
  /** How many jobs at a time. Default 10. */
  readonly concurrency?: number
  /** How often to look for jobs of producers that do not wake us, in seconds. Default 1. */
  readonly intervalSeconds?: number
  /** How long jobs in hand may go on after `stop`, in seconds, before they are put back. Default 25. */
  readonly termTimeoutSeconds?: number
}

/** The numbers of the options, checked. */
export interface WorkerNumbers {
  readonly concurrency: number
  readonly intervalMs: number
  readonly termTimeoutMs: number
}

export const workerDefaults = { concurrency: 10, intervalSeconds: 1, termTimeoutSeconds: 25 } as const

const mostSlots = 1_000

function checked(name: string, value: number, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value
  throw new InvalidArgumentError(
    name,
    value,
    `${name} must be a number from ${least} to ${most}, got ${JSON.stringify(value)}.`,
  )
}

/** @throws InvalidArgumentError for a number that cannot be right */
export function workerNumbers(options: WorkerOptions): WorkerNumbers {
  const { concurrency, intervalSeconds, termTimeoutSeconds } = { ...workerDefaults, ...options }
  return {
    concurrency: Math.floor(checked('concurrency', concurrency, 1, mostSlots)),
    intervalMs: 1_000 * checked('intervalSeconds', intervalSeconds, 0.01, 3_600),
    termTimeoutMs: 1_000 * checked('termTimeoutSeconds', termTimeoutSeconds, 0, 86_400),
  }
}

export interface StopOptions {
  /** Wait for the jobs in hand for as long as they take. */
  readonly finish?: boolean
  /** How long they may go on, in seconds. Default: the term timeout. */
  readonly withinSeconds?: number
}

export function stopWithinMs({ finish = false, withinSeconds }: StopOptions, termTimeoutMs: number): number {
  if (finish) return Number.POSITIVE_INFINITY
  return withinSeconds === undefined
    ? termTimeoutMs
    : 1_000 * checked('withinSeconds', withinSeconds, 0, 86_400)
}
