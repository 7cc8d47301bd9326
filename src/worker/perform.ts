// One job through its steps: read the payload, find the class, perform, and say what became of it. A job's own
// failure is an outcome here, never an exception that travels.

import { after } from '../clock.ts'
import { JobTimeoutError } from '../errors.ts'
import type { Emitter, JobEvent } from '../events.ts'
import { type DecodedJob, decodePayload } from '../job/codec.ts'
import { beginning, type ErrorText, errorText, failureMembers } from '../job/failure.ts'
import { isId, isTracked } from '../job/id.ts'
import type { JobClass, JobInstance } from '../job/job.ts'
import type { Rooms } from '../rooms.ts'
import type { Outcome, Reserved, StatusText } from '../running/running.ts'
import type { Statuses } from '../status/status.ts'
import { type Abort, Context } from './context.ts'
import type { JobClasses } from './job-classes.ts'
import { retryDelaySeconds } from './retries.ts'

export interface Performer {
  readonly classes: JobClasses
  readonly events: Emitter
  readonly statuses: Statuses
  /** Redis's clock, as well as this machine knows it. */
  readonly time: RedisTime
  /** Id of a slot's worker, for failure records. */
  workerId(slot: number): string
}

/** What time it is at Redis. Whoever gets a reply that tells it sets the offset to this machine's clock. */
export interface RedisTime {
  offsetMs: number
  nowMs(): number
}

export function makePerformer(
  { clock, statuses }: Rooms,
  classes: JobClasses,
  events: Emitter,
  workerId: (slot: number) => string,
): Performer {
  const time: RedisTime = { offsetMs: 0, nowMs: () => clock.nowMs() + time.offsetMs }
  return { classes, events, statuses, time, workerId }
}

/** A job while it is performed. */
export interface Performance {
  readonly reserved: Reserved
  readonly abort: Abort
  readonly startedMs: number
}

/** A result larger than this is not kept with the status. */
const longestResult = 100_000

function resultJson(result: unknown): string {
  try {
    const text = JSON.stringify(result)
    return text === undefined || text.length > longestResult ? 'null' : text
  } catch {
    return 'null'
  }
}

/** Ours are recognised by the fields that only we write together; see job/codec.ts. */
function isOurs(job: DecodedJob): boolean {
  return job.id !== null && isId(job.id) && job.queue !== null && job.queueTimeMs !== null
}

/** What the status record says after `updated`, or null for a job whose status nobody tracks. */
export function statusText(job: DecodedJob, queue: string, members: string): StatusText | null {
  const { id, prefix, className, queueTimeMs } = job
  if (id === null) return null
  const onlyIfTracked = !isOurs(job)
  if (!onlyIfTracked && !isTracked(id)) return null
  const started = queueTimeMs === null ? '' : `,"started":${Math.floor(queueTimeMs / 1000)}`
  const name = prefix === '' ? id : `${prefix}_${id}`
  return {
    name,
    onlyIfTracked,
    members: `${started},"class":${JSON.stringify(className)},"queue":${JSON.stringify(queue)}${members}`,
  }
}

function attemptMembers(context: Context, startedMs: number): string {
  const progress = context.percent === undefined ? '' : `,"progress":${context.percent}`
  return `,"attempts":${context.attempt},"running_ms":${startedMs}${progress}`
}

function errorMember({ name, message }: ErrorText): string {
  return `,"error":${JSON.stringify({ name, message: beginning(message, 1_000) })}`
}

function jobEvent(context: Context): JobEvent {
  return { id: context.id, class: context.className, queue: context.queue, attempt: context.attempt }
}

async function runSteps(instance: JobInstance, args: readonly unknown[]): Promise<unknown> {
  await instance.setUp?.()
  const result = await instance.perform(...args)
  await instance.tearDown?.()
  return result
}

/** Without isolation a job cannot be stopped from outside: its signal is aborted and its slot is given up. */
function withTimeout(running: Promise<unknown>, timeoutSeconds: number, abort: Abort): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const calledOff = after(timeoutSeconds * 1000, () => {
      const error = new JobTimeoutError(
        `the job took longer than its timeout of ${timeoutSeconds} s. Make it faster, or raise timeoutSeconds.`,
      )
      abort.abort(error)
      reject(error)
    })
    running.then(resolve, reject).finally(calledOff)
  })
}

function start(jobClass: JobClass, context: Context, abort: Abort): Promise<unknown> | unknown {
  const instance = new jobClass()
  instance.job = context
  const plain = instance.setUp === undefined && instance.tearDown === undefined
  const running = plain ? instance.perform(...context.args) : runSteps(instance, context.args)
  if (jobClass.timeoutSeconds === undefined) return running
  return withTimeout(Promise.resolve(running), jobClass.timeoutSeconds, abort)
}

function completed(
  performance: Performance,
  job: DecodedJob,
  context: Context,
  result: unknown,
  performer: Performer,
): Outcome {
  const { reserved, startedMs } = performance
  if (performer.events.has('completed')) {
    const durationMs = performer.time.nowMs() - startedMs
    performer.events.emit('completed', { ...jobEvent(context), durationMs, result })
  }
  const members = `,"result":${resultJson(result)}${attemptMembers(context, startedMs)}`
  return { kind: 'complete', job: reserved, status: statusText(job, reserved.queue, members) }
}

function failed(
  performance: Performance,
  job: DecodedJob,
  context: Context,
  thrown: unknown,
  performer: Performer,
): Outcome {
  const { reserved, startedMs } = performance
  const error = errorText(thrown)
  const members = `,"result":null${attemptMembers(context, startedMs)}${errorMember(error)}`
  const status = statusText(job, reserved.queue, members)
  const jobClass = performer.classes.find(job.className)
  const delaySeconds = jobClass === undefined ? null : retryDelaySeconds(jobClass, reserved.failures + 1)
  if (delaySeconds !== null) {
    performer.events.emit('retried', { ...jobEvent(context), error: thrown, delaySeconds })
    return {
      kind: 'retry',
      job: reserved,
      status,
      dueSeconds: Math.ceil(performer.time.nowMs() / 1000 + delaySeconds),
    }
  }
  performer.events.emit('failed', {
    ...jobEvent(context),
    durationMs: performer.time.nowMs() - startedMs,
    error: thrown,
  })
  return {
    kind: 'failed',
    job: reserved,
    status,
    failure: failureMembers(error, performer.workerId(reserved.slot), reserved.queue),
  }
}

function poisoned(reserved: Reserved, thrown: unknown, performer: Performer): Outcome {
  const event = { id: null, class: '(unreadable)', queue: reserved.queue, attempt: 1 }
  performer.events.emit('failed', { ...event, durationMs: 0, error: thrown })
  const failure = failureMembers(errorText(thrown), performer.workerId(reserved.slot), reserved.queue)
  return { kind: 'poison', job: reserved, status: null, failure }
}

/** Performs a job that is in hand. Never rejects. */
export async function perform(performance: Performance, performer: Performer): Promise<Outcome> {
  const { reserved, abort } = performance
  let job: DecodedJob
  try {
    job = decodePayload(reserved.payload)
  } catch (error) {
    return poisoned(reserved, error, performer)
  }
  const context = new Context(reserved, job, abort, performer.statuses, performer.events)
  if (performer.events.has('reserved')) performer.events.emit('reserved', jobEvent(context))
  try {
    const result = await start(performer.classes.get(job.className), context, abort)
    if (context.said !== undefined) await context.said
    return completed(performance, job, context, result, performer)
  } catch (error) {
    if (context.said !== undefined) await context.said
    return failed(performance, job, context, error, performer)
  }
}

/** The outcome of a job that is put back because the worker stops. */
export function givenBack({ reserved }: Performance, performer: Performer): Outcome {
  try {
    const job = decodePayload(reserved.payload)
    const attempt = reserved.failures + reserved.deaths + 1
    performer.events.emit('givenBack', { id: job.id, class: job.className, queue: reserved.queue, attempt })
    return { kind: 'back', job: reserved, status: statusText(job, reserved.queue, ',"result":null') }
  } catch {
    return { kind: 'back', job: reserved, status: null }
  }
}
