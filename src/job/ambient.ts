// Which job is running around the code that runs: the worker sets it, and what is enqueued meanwhile carries the
// id of that job (`parent`) and its trace. Whoever enqueues outside of a job and traces sets an injector.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { CarriedOptions } from './codec.ts'
import type { JobContext } from './job.ts'

/** The job that is being performed. */
export interface Ambient {
  /** null for a job of Ruby's or Node's, which has no id. */
  readonly jobId: string | null
  /** The W3C trace context (`traceparent`, …) to hand on; asked when there is no injector, or it has nothing. */
  readonly carrier?: () => Readonly<Record<string, string>> | undefined
  /** What `currentJob()` tells. */
  readonly job?: JobContext
}

/** Gives the trace context of this moment, or undefined when nothing is being traced. */
export type TraceInjector = () => Readonly<Record<string, string>> | undefined

let storage: AsyncLocalStorage<Ambient> | undefined
/** Of the job whose synchronous part runs at this moment. */
let atOnce: Ambient | undefined
let injector: TraceInjector | undefined
/** Jobs that go on after their first part, and are not followed. */
let unfollowed = 0
let isAsked = false

/** Runs a function, and all that it awaits, as part of a job. */
export function withAmbient<T>(ambient: Ambient, run: () => T): T {
  storage ??= new AsyncLocalStorage<Ambient>()
  return storage.run(ambient, run)
}

/**
 * What runs from here on, until it first waits, is part of a job; or of none. Returns what it was part of before. It costs
 * nothing, whereas from the first `withAmbient` on node has to follow every promise of the process.
 */
export function switchAmbient(to: Ambient | undefined): Ambient | undefined {
  const before = atOnce
  atOnce = to
  return before
}

/**
 * Following jobs costs node up to a fifth of what an empty job takes, so it is done from the time on when somebody
 * wants it: whoever asks for the current job, enqueues while a job runs, or calls this.
 */
export function followJobs(): void {
  isAsked = true
}

export function areJobsFollowed(): boolean {
  return isAsked
}

/** Counts a job that is not followed; `-1` when it has ended. */
export function countUnfollowed(change: 1 | -1): void {
  unfollowed += change
}

/** The job around the caller, if there is one. */
export function ambient(): Ambient | undefined {
  return atOnce ?? storage?.getStore()
}

/**
 * The job that is being performed around the caller, however deep below `perform` and after whatever it awaited;
 * undefined outside of jobs. Jobs are followed from the first call on: a job that has begun before that call is
 * known up to its first wait only. Call it once where your jobs are loaded, or give workers `followJobs: true`.
 */
export function currentJob(): JobContext | undefined {
  isAsked = true
  return ambient()?.job
}

/** From now on every new job carries what `inject` returns, also outside of jobs; undefined ends it. */
export function setTraceInjector(inject: TraceInjector | undefined): void {
  injector = inject
}

/** What a job that is enqueued here carries of where it came from; undefined for nothing. */
export function carriedHere(): CarriedOptions | undefined {
  if (unfollowed > 0) isAsked = true
  if (storage === undefined && injector === undefined && atOnce === undefined) return undefined
  const around = ambient()
  const trace = injector?.() ?? around?.carrier?.()
  if (!around?.jobId && trace === undefined) return undefined
  return {
    ...(around?.jobId ? { parent: around.jobId } : {}),
    ...(trace === undefined ? {} : { trace }),
  }
}
