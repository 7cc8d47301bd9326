// What a user's job is: a class with a `perform` method. `Job` is a base class for comfort, not a must.

import type { RecurringMark } from './codec.ts'

/** What a running job may know and say of itself: `this.job` in `perform`. */
export interface JobContext {
  /** null when the job was enqueued by Ruby or Node, which give jobs no id. */
  readonly id: string | null
  readonly className: string
  readonly queue: string
  readonly args: readonly unknown[]
  /** 1 for the first time, 2 after a failure that was retried or a worker that died with it, … */
  readonly attempt: number
  /** Aborts when the job should end: its timeout is over, or the worker stops. */
  readonly signal: AbortSignal
  /** The occurrence, for a job that a recurring entry enqueued; else null. */
  readonly recurring: RecurringMark | null
  /** Adds a line to the job's log, which is kept with its status (the last 100 lines). */
  log(line: string): void
  /** Says how far the job is; `status(id)` shows it. @param percent 0 to 100 */
  progress(percent: number): void
}

/** Base class: gives `perform` a typed `this.job`. Any class with a `perform` method is a job as well. */
export abstract class Job {
  declare readonly job: JobContext
  abstract perform(...args: never[]): unknown
}

export type Backoff = 'exponential' | 'linear' | readonly number[]

export interface RetryOptions {
  /** How often a failed job is tried again. */
  readonly limit: number
  /** `exponential` (default): 15 s, 30 s, 60 s, …; `linear`: 15 s, 30 s, 45 s, …; or a list of seconds. */
  readonly backoff?: Backoff
}

/** What a job class may say of itself, as static properties. */
export interface JobOptions {
  readonly queue?: string
  readonly retry?: RetryOptions
  readonly timeoutSeconds?: number
  /** false: the status of these jobs is not tracked (faster, less memory). */
  readonly track?: boolean
}

/** A job instance. php-resque's `setUp` and `tearDown` run before and after `perform`. */
export interface JobInstance {
  job?: JobContext
  // biome-ignore lint/suspicious/noExplicitAny: the args of perform are the user's own; the calls check them
  perform(...args: any[]): unknown
  setUp?(): unknown
  tearDown?(): unknown
}

/** A class whose instances have `perform`. */
export type JobClass = (new () => JobInstance) & JobOptions

/** The arguments that `perform` of a job class takes. */
export type ArgsOf<C extends JobClass> = Parameters<InstanceType<C>['perform']>
