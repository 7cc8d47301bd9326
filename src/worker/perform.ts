// One job through its steps: read the payload, find the class, perform, and say what became of it. A job's own
// failure is an outcome here, never an exception that travels.

import { DontPerform } from '../errors.ts'
import type { Emitter } from '../events.ts'
import { type DecodedJob, decodePayload } from '../job/codec.ts'
import type { Rooms } from '../rooms.ts'
import type { Outcome } from '../running/running.ts'
import type { Statuses } from '../status/status.ts'
import { callFailureHooks, isAttended, runAround } from './around-job.ts'
import type { Attending } from './attendants.ts'
import { cancelled } from './cancelled.ts'
import { Context } from './context.ts'
import type { GivenUp } from './given-up.ts'
import type { JobClasses } from './job-classes.ts'
import { completed, failed, jobEvent, poisoned, vetoed } from './outcome.ts'
import type { Performance } from './performance.ts'
import { isPromise, runJob } from './run-job.ts'
import { withTimeout } from './time-limit.ts'

/** Runs a job, here or in a process of its own, and resolves to its result. @throws what the job throws */
export type RunJob = (performance: Performance, context: Context) => Promise<unknown> | unknown

export interface Performer {
  readonly classes: JobClasses
  readonly run: RunJob
  readonly events: Emitter
  readonly statuses: Statuses
  readonly limits: Limits
  /** Jobs that nobody waits for any more. */
  readonly givenUp: GivenUp
  readonly attending: Attending
  /** Redis's clock, as well as this machine knows it. */
  readonly time: RedisTime
  /** Id of a slot's worker, for failure records. */
  workerId(slot: number): string
}

/** What a worker allows its jobs. */
export interface Limits {
  /** For jobs that say nothing of it themselves; undefined for as long as it takes. */
  readonly timeoutSeconds: number | undefined
  /** From the word that a job should end until it is ended. */
  readonly graceSeconds: number
}

/** What time it is at Redis. Whoever gets a reply that tells it sets the offset to this machine's clock. */
export interface RedisTime {
  offsetMs: number
  nowMs(): number
}

export interface PerformerParts {
  readonly classes: JobClasses
  readonly events: Emitter
  readonly limits: Limits
  readonly givenUp: GivenUp
  readonly attending: Attending
  /** Undefined: in this very process. */
  readonly run: RunJob | undefined
  workerId(slot: number): string
}

export function makePerformer({ clock, statuses }: Rooms, parts: PerformerParts): Performer {
  const time: RedisTime = { offsetMs: 0, nowMs: () => clock.nowMs() + time.offsetMs }
  const here: RunJob = (_performance, context) => runJob(parts.classes.get(context.className), context)
  return { ...parts, run: parts.run ?? here, statuses, time }
}

/** Runs a job within its timeout: the call's own, else its class's, else the worker's. */
function run(
  performance: Performance,
  job: DecodedJob,
  context: Context,
  performer: Performer,
): Promise<unknown> | unknown {
  const { classes, limits, attending } = performer
  const running = isAttended(attending.hooks)
    ? runAttended(performance, context, performer)
    : performer.run(performance, context)
  const ofClass = classes.find(job.className)?.timeoutSeconds
  const timeoutSeconds = job.options.timeoutSeconds ?? ofClass ?? limits.timeoutSeconds
  return timeoutSeconds === undefined
    ? running
    : within(timeoutSeconds, running, performance, context, performer)
}

// Functions of their own: what may be captured in one is allocated at each of its calls.

function runAttended(performance: Performance, context: Context, performer: Performer): unknown {
  return runAround(performer.attending.hooks, context, () => performer.run(performance, context))
}

function within(
  timeoutSeconds: number,
  running: unknown,
  performance: Performance,
  context: Context,
  { limits, givenUp }: Performer,
): Promise<unknown> {
  const ended = Promise.resolve(running)
  const onGivenUp = (): void => givenUp.add(jobEvent(context), ended)
  const { graceSeconds } = limits
  return withTimeout(ended, performance.ending, { timeoutSeconds, graceSeconds, onGivenUp })
}

/** Not performed well. An `onFailure` hook hears of it before it is decided what becomes of the job. */
async function endBadly(
  performance: Performance,
  job: DecodedJob,
  context: Context,
  thrown: unknown,
  performer: Performer,
): Promise<Outcome> {
  if (performance.isCancelled) return cancelled(performance, job, context, performer)
  if (DontPerform.is(thrown)) return vetoed(performance, job, context, thrown, performer)
  const jobClass = performer.classes.find(job.className)
  await callFailureHooks(jobClass, performer.attending.hooks, context, thrown)
  if (context.said !== undefined) await context.said
  return failed(performance, job, context, thrown, performer)
}

/** Waits for the job, and for what it said on its way to Redis. */
async function endOf(
  running: PromiseLike<unknown> | unknown,
  performance: Performance,
  job: DecodedJob,
  context: Context,
  performer: Performer,
): Promise<Outcome> {
  try {
    const result = await running
    if (context.said !== undefined) await context.said
    return completed(performance, job, context, result, performer)
  } catch (error) {
    if (context.said !== undefined) await context.said
    return await endBadly(performance, job, context, error, performer)
  } finally {
    performer.attending.watch.ended(context)
  }
}

/** A job that is over when its `perform` returns costs no promise. */
function performNow(
  performance: Performance,
  job: DecodedJob,
  context: Context,
  performer: Performer,
): Outcome | Promise<Outcome> {
  const { watch } = performer.attending
  watch.began(context, performance.startedMs - performer.time.offsetMs)
  try {
    const result = run(performance, job, context, performer)
    if (isPromise(result) || context.said !== undefined)
      return endOf(result, performance, job, context, performer)
    const outcome = completed(performance, job, context, result, performer)
    watch.ended(context)
    return outcome
  } catch (error) {
    return endOf(Promise.reject(error), performance, job, context, performer)
  }
}

/** Performs a job that is in hand; the outcome comes at once when the job does nothing to wait for. Never throws. */
export function perform(performance: Performance, performer: Performer): Outcome | Promise<Outcome> {
  const { reserved } = performance
  let job: DecodedJob
  try {
    job = decodePayload(reserved.payload)
  } catch (error) {
    return poisoned(reserved, error, performer)
  }
  const { statuses, events, attending } = performer
  const context = new Context(reserved, job, performance, statuses, events, attending.enqueuer)
  if (performance.isCancelled) return cancelled(performance, job, context, performer)
  if (events.has('reserved')) events.emit('reserved', { ...jobEvent(context), queueTimeMs: job.queueTimeMs })
  return performNow(performance, job, context, performer)
}
