// What became of a job, as the scripts take it: its end, its status record, its failure record. Events of it are
// told here, because here it is known.

import type { JobEvent } from '../events.ts'
import { type DecodedJob, decodePayload } from '../job/codec.ts'
import { errorMember, errorText, failureMembers } from '../job/failure.ts'
import { isTracked } from '../job/id.ts'
import { remembered } from '../job/remembered.ts'
import type { Outcome, Reserved, StatusText } from '../running/running.ts'
import type { Context } from './context.ts'
import type { Performer } from './perform.ts'
import type { Performance } from './performance.ts'
import { judge, type Verdict } from './retries.ts'

/** A result larger than this is not kept with the status: its size is, in its place. */
const longestResultBytes = 100_000

function resultMembers(result: unknown): string {
  if (result === undefined) return ',"result":null'
  try {
    const json = JSON.stringify(result) ?? 'null'
    const bytes = json.length * 4 > longestResultBytes ? Buffer.byteLength(json) : 0
    return bytes > longestResultBytes ? `,"result":null,"result_bytes":${bytes}` : `,"result":${json}`
  } catch {
    return ',"result":null'
  }
}

const classMember = remembered((className: string) => `,"class":${JSON.stringify(className)}`)
const queueMember = remembered((queue: string) => `,"queue":${JSON.stringify(queue)}`)

/** Whether there may be a status; one of a foreign job only where its producer began it. */
function mayBeTracked({ id, isOurs }: DecodedJob): boolean {
  return id !== null && (!isOurs || isTracked(id))
}

/** What the status record says after `updated`, or null for a job whose status nobody tracks. */
export function statusText(job: DecodedJob, queue: string, members: string): StatusText | null {
  const { id, prefix, className, queueTimeMs, isOurs } = job
  if (id === null || !mayBeTracked(job)) return null
  const started = queueTimeMs === null ? '' : `,"started":${Math.floor(queueTimeMs / 1000)}`
  const name = prefix === '' ? id : `${prefix}_${id}`
  return {
    name,
    onlyIfTracked: !isOurs,
    members: started + classMember(className) + queueMember(queue) + members,
  }
}

export function attemptMembers(context: Context, startedMs: number): string {
  let progress = context.percent === undefined ? '' : `,"progress":${context.percent}`
  if (context.message !== undefined) progress += `,"progress_message":${JSON.stringify(context.message)}`
  return `,"attempts":${context.attempt},"running_ms":${startedMs}${progress}`
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
  if (!mayBeTracked(job)) return { kind: 'complete', job: reserved, status: null }
  const members = `${resultMembers(result)}${attemptMembers(context, startedMs)}`
  return { kind: 'complete', job: reserved, status: statusText(job, reserved.queue, members) }
}

/** The end of a job that was not to be performed: as in Ruby and PHP it is done, and no failure. */
export function vetoed(
  { reserved, startedMs }: Performance,
  job: DecodedJob,
  context: Context,
  { message }: Error,
  { events }: Performer,
): Outcome {
  events.emit('vetoed', { ...jobEvent(context), reason: message })
  const members = `,"result":null${attemptMembers(context, startedMs)}`
  return { kind: 'complete', job: reserved, status: statusText(job, reserved.queue, members) }
}

/** Whether it is tried again. A class that is not here cannot say so; its jobs fail for good. */
function verdictOn(context: Context, reserved: Reserved, thrown: unknown, performer: Performer): Verdict {
  const jobClass = performer.classes.find(context.className)
  if (jobClass === undefined) return { delaySeconds: null }
  const verdict = judge({ jobClass, failures: reserved.failures + 1, error: thrown })
  if (verdict.problem === undefined) return verdict
  const instead = `the job is tried again after ${verdict.delaySeconds} s`
  const event = { ...jobEvent(context), option: 'retry.backoff', error: verdict.problem, instead } as const
  performer.events.emit('optionFailed', event)
  return verdict
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
  const { delaySeconds } = verdictOn(context, reserved, thrown, performer)
  if (delaySeconds !== null) {
    performer.events.emit('retried', { ...jobEvent(context), error: thrown, delaySeconds })
    return {
      kind: 'retry',
      job: reserved,
      status,
      dueSeconds: Math.ceil(performer.time.nowMs() / 1000 + delaySeconds),
    }
  }
  const nowMs = performer.time.nowMs()
  performer.events.emit('failed', { ...jobEvent(context), durationMs: nowMs - startedMs, error: thrown })
  const worker = performer.workerId(reserved.slot)
  performer.attending.sinks.tell({ context, queue: reserved.queue, thrown, worker, nowMs })
  return {
    kind: 'failed',
    job: reserved,
    status,
    failure: withAttempts(failureMembers(error, worker, reserved.queue), context.attempt),
  }
}

/** A member of our own, which Ruby passes over; a job that failed the first time has exactly Ruby's. */
function withAttempts(members: string, attempts: number): string {
  return attempts === 1 ? members : `${members.slice(0, -1)},"attempts":${attempts}}`
}

export function poisoned(reserved: Reserved, thrown: unknown, performer: Performer): Outcome {
  const event = { id: null, class: '(unreadable)', queue: reserved.queue, attempt: 1 }
  performer.events.emit('failed', { ...event, durationMs: 0, error: thrown })
  const worker = performer.workerId(reserved.slot)
  const { queue } = reserved
  performer.attending.sinks.tell({ context: null, queue, thrown, worker, nowMs: performer.time.nowMs() })
  const failure = failureMembers(errorText(thrown), worker, queue)
  return { kind: 'poison', job: reserved, status: null, failure }
}

function backWith(job: DecodedJob, reserved: Reserved): Outcome {
  return { kind: 'back', job: reserved, status: statusText(job, reserved.queue, ',"result":null') }
}

/** The outcome of a job that is put back because the worker stops. */
export function givenBack({ reserved }: Performance, performer: Performer): Outcome {
  try {
    const job = decodePayload(reserved.payload)
    const attempt = reserved.failures + reserved.deaths + 1
    performer.events.emit('givenBack', { id: job.id, class: job.className, queue: reserved.queue, attempt })
    return backWith(job, reserved)
  } catch {
    return { kind: 'back', job: reserved, status: null }
  }
}

/** The same for one that was taken ahead and has not begun: nobody was told that it had been taken. */
export function takenBack(reserved: Reserved): Outcome {
  try {
    return backWith(decodePayload(reserved.payload), reserved)
  } catch {
    return { kind: 'back', job: reserved, status: null }
  }
}
