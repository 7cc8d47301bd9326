// What a worker can be told, with its defaults and limits.

import { InvalidArgumentError } from '../errors.ts'
import type { Rooms, RoomsOptions } from '../rooms.ts'
import type { AttendantOptions } from './attendants.ts'
import type { Fleet } from './conduct.ts'
import type { JobSource } from './job-classes.ts'
import type { QueueLimits } from './limits.ts'
import { mostAhead } from './prefetch.ts'
import type { QueueOrder } from './queue-order.ts'

export interface WorkerOptions extends RoomsOptions, AttendantOptions {
  /** A client whose connection and namespace to use; or give `redis` and `namespace`. */
  readonly resque?: { readonly rooms: Rooms }
  /** In order of priority: `'mail,low'`, `['mail', 'low']`, `'*'`, `'mail_*,!mail_test'`; or with weights: `'mail:5,low:1'`. */
  readonly queues: string | readonly string[]
  /** Classes; or give `jobFiles`, or both. */
  readonly jobs?: JobSource
  /** Files and folders with job classes, loaded when the worker runs. */
  readonly jobFiles?: string | readonly string[]
  /** Which queue comes first: always the same, or each in turn. Weights in `queues` draw lots. Default `strict`. */
  readonly order?: QueueOrder
  /** How much of a queue may go on, across all workers that say the same. Classes have `static limits`. */
  readonly limits?: { readonly queues?: QueueLimits }
  /** How many jobs at a time. Default 10. */
  readonly concurrency?: number
  /**
   * `none`: no job is taken before it can begin. `auto`, the default: where jobs end within a fraction of a millisecond, as many are
   * taken ahead as can be performed within some 5 ms; those that have not begun after 50 ms go back. Never with
   * isolation, and not while a class or a queue has limits.
   */
  readonly prefetch?: 'auto' | 'none'
  /** How often to look for jobs of producers that do not wake us, in seconds. Default 1. */
  readonly intervalSeconds?: number
  /** How long jobs in hand may go on after `stop`, in seconds, before they are put back. Default 25. */
  readonly termTimeoutSeconds?: number
  /** How long a job may take, in seconds, unless its class or its call says otherwise. Default: no limit. */
  readonly timeoutSeconds?: number | undefined
  /** How long a job may go on when it has been told to end (timeout, cancel), in seconds. Default 5. */
  readonly killGraceSeconds?: number
  /** The worker stops when so many jobs run on after their timeout. Default: never. Not with isolation. */
  readonly maxStuck?: number | undefined
  /** `process`: each slot performs its jobs in a process of its own; needs `jobFiles`. Default `none`. */
  readonly isolation?: 'none' | 'process'
  /**
   * With isolation: a job's process that takes more memory than this, in megabytes, is killed. Without: a worker whose
   * process takes more finishes the jobs in hand and stops, to be replaced. Default: no limit.
   */
  readonly maxMemoryMb?: number | undefined
  /** A worker that has performed so many jobs finishes those in hand and stops, to be replaced. Default: never. */
  readonly maxJobs?: number | undefined
  /** For the processes that `resque-worker --processes` starts: their master. */
  readonly fleet?: Fleet | undefined
  /** With isolation: a process is replaced after so many jobs. Default: never. */
  readonly jobsPerChild?: number | undefined
}

/** The numbers of the options, checked. */
export interface WorkerNumbers {
  readonly concurrency: number
  readonly intervalMs: number
  readonly termTimeoutMs: number
  readonly timeoutSeconds: number | undefined
  readonly killGraceSeconds: number
  readonly maxStuck: number
  readonly maxMemoryMb: number | null
  readonly jobsPerChild: number
  readonly maxJobs: number
  readonly mostAhead: number
}

export const workerDefaults = {
  concurrency: 10,
  intervalSeconds: 1,
  termTimeoutSeconds: 25,
  killGraceSeconds: 5,
} as const

const mostSlots = 1_000

function checked(name: string, value: number, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value
  throw new InvalidArgumentError(
    name,
    value,
    `${name} must be a number from ${least} to ${most}, got ${JSON.stringify(value)}.`,
  )
}

function checkedIfGiven<Unset>(
  name: string,
  value: number | undefined,
  least: number,
  most: number,
  unset: Unset,
): number | Unset {
  return value === undefined ? unset : checked(name, value, least, most)
}

const never = Number.POSITIVE_INFINITY
const longestTimeoutSeconds = 2_000_000
const leastMemoryMb = 32

function jobNumbers(options: WorkerOptions) {
  const { timeoutSeconds, maxStuck, maxMemoryMb, jobsPerChild, maxJobs } = options
  const killGraceSeconds = options.killGraceSeconds ?? workerDefaults.killGraceSeconds
  return {
    timeoutSeconds: checkedIfGiven('timeoutSeconds', timeoutSeconds, 0.001, longestTimeoutSeconds, undefined),
    killGraceSeconds: checked('killGraceSeconds', killGraceSeconds, 0, 86_400),
    maxStuck: checkedIfGiven('maxStuck', maxStuck, 1, never, never),
    maxMemoryMb: checkedIfGiven('maxMemoryMb', maxMemoryMb, leastMemoryMb, never, null),
    jobsPerChild: checkedIfGiven('jobsPerChild', jobsPerChild, 1, never, never),
    maxJobs: checkedIfGiven('maxJobs', maxJobs, 1, never, never),
  }
}

function checkPrefetch(prefetch: 'auto' | 'none' = 'auto'): 'auto' | 'none' {
  if (prefetch === 'auto' || prefetch === 'none') return prefetch
  throw new InvalidArgumentError(
    'prefetch',
    prefetch,
    `prefetch must be "auto" or "none", got ${JSON.stringify(prefetch)}.`,
  )
}

/** @throws InvalidArgumentError for a number that cannot be right */
export function workerNumbers(options: WorkerOptions): WorkerNumbers {
  const { concurrency, intervalSeconds, termTimeoutSeconds } = { ...workerDefaults, ...options }
  return {
    concurrency: Math.floor(checked('concurrency', concurrency, 1, mostSlots)),
    intervalMs: 1_000 * checked('intervalSeconds', intervalSeconds, 0.01, 3_600),
    termTimeoutMs: 1_000 * checked('termTimeoutSeconds', termTimeoutSeconds, 0, 86_400),
    mostAhead: checkPrefetch(options.prefetch) === 'none' || options.isolation === 'process' ? 0 : mostAhead,
    ...jobNumbers(options),
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
