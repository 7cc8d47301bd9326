// What became of a job, as the scripts take it: its end, its status record, its failure record. Events of it are
// told here, because here it is known.

import type { JobEvent } from '../events.ts'
import { type DecodedJob, decodePayload } from '../job/codec.ts'
import { beginning, type ErrorText, errorText, failureMembers } from '../job/failure.ts'
import { isId, isTracked } from '../job/id.ts'
import type { Outcome, Reserved, StatusText } from '../running/running.ts'
import type { Context } from './context.ts'
import type { Performance, Performer } from './perform.ts'
import { retryDelaySeconds } from './retries.ts'

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

export function jobEvent(context: Context): JobEvent {
  return { id: context.id, class: context.className, queue: context.queue, attempt: context.attempt }
}

export function completed(
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

export function failed(
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

export function poisoned(reserved: Reserved, thrown: unknown, performer: Performer): Outcome {
  const event = { id: null, class: '(unreadable)', queue: reserved.queue, attempt: 1 }
  performer.events.emit('failed', { ...event, durationMs: 0, error: thrown })
  const failure = failureMembers(errorText(thrown), performer.workerId(reserved.slot), reserved.queue)
  return { kind: 'poison', job: reserved, status: null, failure }
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
