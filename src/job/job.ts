// What a user's job is: a class with a `perform` method. `Job` is a base class for comfort, not a must.

import type { RecurringMark } from './codec.ts'
import type { JobPlugin } from './perform-plugin.ts'
import type { When } from './times.ts'
import type { UniqueOptions } from './unique.ts'

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
  /** Id of the job that enqueued this one, or null. */
  readonly parent: string | null
  /** The W3C trace context that the job carries; a plugin that traces puts its own span's here. */
  trace: Readonly<Record<string, string>> | null
  /** Adds a line to the job's log, which is kept with its status (the last 100 lines of 2,000 characters each). */
  log(line: string): void
  /**
   * Says how far the job is; `status(id)` shows it. @param percent 0 to 100 @param message such as `page 3 of 7`;
   * its first 500 characters are kept
   */
  progress(percent: number, message?: string): void
  /** Enqueues a job from inside this one, over the worker's connection: the new one's `parent` is this one's id. */
  readonly enqueue: Enqueuer['enqueue']
  readonly enqueueTo: Enqueuer['enqueueTo']
  readonly enqueueAt: Enqueuer['enqueueAt']
  readonly enqueueIn: Enqueuer['enqueueIn']
}

/** What a job may enqueue with: a client has these calls. All resolve to the new job's id. */
export interface Enqueuer {
  enqueue<C extends JobClass>(job: C, ...args: ArgsOf<C>): Promise<string | null>
  enqueue(job: string, ...args: unknown[]): Promise<string | null>
  enqueueTo<C extends JobClass>(queue: string, job: C, ...args: ArgsOf<C>): Promise<string | null>
  enqueueTo(queue: string, job: string, ...args: unknown[]): Promise<string | null>
  enqueueAt<C extends JobClass>(date: When, job: C, ...args: ArgsOf<C>): Promise<string | null>
  enqueueAt(date: When, job: string, ...args: unknown[]): Promise<string | null>
  enqueueIn<C extends JobClass>(seconds: number, job: C, ...args: ArgsOf<C>): Promise<string | null>
  enqueueIn(seconds: number, job: string, ...args: unknown[]): Promise<string | null>
}

/** Base class: gives `perform` a typed `this.job`. Any class with a `perform` method is a job as well. */
export abstract class Job {
  declare readonly job: JobContext
  abstract perform(...args: never[]): unknown
}

/** Seconds until the next try, or `'stop'`: this failure is the last. @param attempt which try has failed, from 1 */
export type BackoffFunction = (attempt: number, error: unknown) => number | 'stop'
export type Backoff = 'exponential' | 'linear' | readonly number[] | BackoffFunction

/** An error's name, or its class: the names of its parent classes count as well. */
// biome-ignore lint/suspicious/noExplicitAny: whatever an error class wants to be made of
export type ErrorKind = string | (abstract new (...args: any[]) => object)

export interface RetryOptions {
  /** How often a failed job is tried again. */
  readonly limit: number
  /**
   * `exponential` (default): 15 s, 30 s, 60 s, … up to a day; `linear`: 15 s, 30 s, 45 s, …; a list of seconds,
   * whose last counts for all further tries; or a function.
   */
  readonly backoff?: Backoff
  /** Each wait is drawn evenly from what `backoff` says up to so much more: 0.2 is up to 20 %; `true` is 50 %. */
  readonly jitter?: number | boolean
  /** Only these errors are tried again. */
  readonly only?: readonly ErrorKind[]
  /** These errors are not tried again, also where `only` names them. */
  readonly except?: readonly ErrorKind[]
}

/** So many jobs may begin within so many seconds, whichever those seconds are. */
export interface Rate {
  readonly count: number
  readonly seconds: number
}

/** How much of something may go on, across all workers. */
export interface LimitOptions {
  /** How many jobs at a time. */
  readonly concurrency?: number
  readonly rate?: Rate
}

export interface JobLimits extends LimitOptions {
  /**
   * Counts jobs apart by what it returns for their args; null or undefined: this job is not limited. It is asked
   * by the worker before each job, and must not wait.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the args are the user's own
  readonly key?: (...args: any[]) => string | number | null | undefined
}

/** What a job class may say of itself, as static properties. */
export interface JobOptions {
  /** The job's name in Redis, where it is not the class's: `Billing::Invoice` (Ruby), `App\\Jobs\\Send` (PHP). Not inherited. */
  readonly jobName?: string
  readonly queue?: string
  readonly retry?: RetryOptions
  readonly limits?: JobLimits
  readonly timeoutSeconds?: number
  /** false: the status of these jobs is not tracked (faster, less memory). */
  readonly track?: boolean
  /** One job of a key at a time; true: one with the same args. See docs/unique.md. */
  readonly unique?: UniqueOptions | boolean
  /** Called around what happens to jobs of this class, in this order; see docs/hooks.md. */
  readonly plugins?: readonly JobPlugin[]
  /**
   * Asked by a scheduler that has the class, instead of enqueueing a job whose time has come: it sees to the job
   * itself (Ruby's `Klass.scheduled`). May be asked again when the scheduler dies meanwhile.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the args are the user's own
  scheduled?(queue: string, className: string, ...args: any[]): unknown
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
