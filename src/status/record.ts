// php-resque's status record, with members of ours that it ignores:
//
//   {"status":2,"updated":<s>,"started":<s>,"result":null,"class":"SendEmail","queue":"mail",…,"updated_ms":<ms>}
//
//   status     php-resque's code, and 63 delayed, 64 cancelled
//   updated    unix second of the last change          started    unix second of enqueueing, not of running
//   result     what perform returned, as JSON          attempts   performed so often, when more than once
//   running_ms when the last attempt began             error      {"name","message"} of the last failure
//   due        unix second, when delayed with a record progress   0 to 100
//   parked     name of the limit for which the job waits, while it does
//   progress_message  what was said with it            result_bytes  of a result that was too large to keep

import { type JobState, type StateCode, stateOf } from '../job/state.ts'

export interface JobError {
  readonly name: string
  readonly message: string
}

/** What `status(id)` tells. Times are Dates; a time that is not known yet is left out. */
export interface JobStatus {
  readonly id: string
  readonly state: JobState
  /** php-resque's number of the state. */
  readonly code: StateCode
  readonly class: string | null
  readonly queue: string | null
  readonly args?: readonly unknown[]
  readonly enqueuedAt?: Date
  readonly updatedAt?: Date
  readonly dueAt?: Date
  readonly startedAt?: Date
  readonly finishedAt?: Date
  /** How often it has been performed. */
  readonly attempts: number
  readonly error?: JobError
  readonly result?: unknown
  /** How large the result was, in bytes of JSON, when it was too large to be kept: `result` is null then. */
  readonly resultTooLargeBytes?: number
  /** 0 to 100. */
  readonly progress?: number
  readonly progressMessage?: string
}

type Fields = Record<string, unknown>

function parse(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Fields) : null
  } catch {
    return null
  }
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function errorOf(value: unknown): JobError | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { name, message } = value as Fields
  return { name: text(name) ?? 'Error', message: text(message) ?? '' }
}

function at<Name extends string>(name: Name, ms: number | undefined): { [key in Name]?: Date } {
  return ms === undefined ? {} : ({ [name]: new Date(ms) } as { [key in Name]: Date })
}

function times(fields: Fields, state: JobState, updatedMs: number | undefined): Partial<JobStatus> {
  const seconds = (value: unknown) => (typeof value === 'number' ? value * 1000 : undefined)
  const ended = state === 'complete' || state === 'failed' || state === 'cancelled'
  const runningMs = number(fields['running_ms']) ?? (state === 'running' ? updatedMs : undefined)
  return {
    ...at('enqueuedAt', seconds(fields['started'])),
    ...at('updatedAt', updatedMs),
    ...at('dueAt', seconds(fields['due'])),
    ...at('startedAt', runningMs),
    ...at('finishedAt', ended ? updatedMs : undefined),
  }
}

function performedTimes(fields: Fields, state: JobState, endedBadly: number): number {
  const known = number(fields['attempts'])
  if (known !== undefined) return known
  return endedBadly + (state === 'running' || state === 'complete' || state === 'failed' ? 1 : 0)
}

/** `42.5`, or `42.5 page 3 of 7`. */
function readProgress(said: string): Partial<JobStatus> {
  const [percent = '', message] = said.split(/ (.*)/s, 2)
  return { progress: Number(percent), ...(message === undefined ? {} : { progressMessage: message }) }
}

function progressOf(fields: Fields, state: JobState, beside: BesideRecord): Partial<JobStatus> {
  const progress = number(fields['progress'])
  if (progress === undefined)
    return state === 'running' && beside.progress !== null ? readProgress(beside.progress) : {}
  const message = text(fields['progress_message'])
  return { progress, ...(message === null ? {} : { progressMessage: message }) }
}

function resultOf(fields: Fields, state: JobState): Partial<JobStatus> {
  if (state !== 'complete') return {}
  const bytes = number(fields['result_bytes'])
  return {
    result: fields['result'] ?? null,
    ...(bytes === undefined ? {} : { resultTooLargeBytes: bytes }),
  }
}

/** What is known of a job beside its record. */
export interface BesideRecord {
  /** What it said of its progress while it runs. */
  readonly progress: string | null
  /** How often an attempt failed or its worker died. */
  readonly endedBadly: number
}

/** Reads a record of ours or of php-resque; null when it is neither. */
export function readStatus(id: string, record: string, beside: BesideRecord): JobStatus | null {
  const fields = parse(record)
  const code = number(fields?.['status'])
  const state = code === undefined ? undefined : stateOf(code)
  if (fields === null || state === undefined) return null
  const updatedMs = number(fields['updated_ms']) ?? (number(fields['updated']) ?? Number.NaN) * 1000
  const error = errorOf(fields['error'])
  return {
    id,
    state,
    code: code as StateCode,
    class: text(fields['class']),
    queue: text(fields['queue']),
    ...times(fields, state, Number.isNaN(updatedMs) ? undefined : updatedMs),
    attempts: performedTimes(fields, state, beside.endedBadly),
    ...(error === undefined ? {} : { error }),
    ...resultOf(fields, state),
    ...progressOf(fields, state, beside),
  }
}
