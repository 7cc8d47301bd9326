// A failure record as Ruby Resque writes it, and reading what Ruby, PHP and Node write.
//
//   {"failed_at":"2026/11/23 02:06:01 UTC","payload":{…},"exception":"TypeError","error":"…","backtrace":[…],
//    "worker":"web1:4711:mail","queue":"mail"}

import { types } from 'node:util'
import { decodePayload } from './codec.ts'
import { rawMember } from './member.ts'

/** An error as the failed list and the status record keep it. */
export interface ErrorText {
  readonly name: string
  readonly message: string
  readonly backtrace: readonly string[]
}

const longestMessage = 10_000
const longestBacktrace = 50
const longestLine = 1_000
/** So many causes of causes, or parts of an AggregateError, are told. */
const mostCauses = 10

/** The beginning of a text, without half of a character at its end. */
export function beginning(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '')
}

function cut(text: string): string {
  if (text.length <= longestMessage) return text
  return `${beginning(text, longestMessage)}… (${text.length} characters)`
}

/** Also an Error of another realm (node:vm), which is no instance of ours. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value)
}

function shortly(value: unknown): string {
  return beginning(isError(value) ? `${value.name}: ${value.message}` : show(value), longestLine)
}

/** The errors that an AggregateError holds. */
function parts(error: Error): string[] {
  const { errors } = error as { readonly errors?: unknown }
  if (!Array.isArray(errors)) return []
  const lines = errors.slice(0, mostCauses).map((one) => `with ${shortly(one)}`)
  return errors.length > mostCauses ? [...lines, `with ${errors.length - mostCauses} more`] : lines
}

function causes(error: Error): string[] {
  const lines = parts(error)
  let { cause } = error
  for (let count = 0; cause !== undefined && count < mostCauses; count++) {
    lines.push(`caused by ${shortly(cause)}`)
    if (!isError(cause)) break
    lines.push(...parts(cause))
    cause = cause.cause
  }
  return lines
}

function show(value: unknown): string {
  if (typeof value === 'function') return `[function ${value.name || 'without a name'}]`
  if (typeof value !== 'object') return String(value)
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

function errorLines(error: Error): string[] {
  const stack: unknown = error.stack
  const lines = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : []
  const told = causes(error)
  const frames = lines
    .slice(0, Math.max(1, longestBacktrace - told.length))
    .map((line) => beginning(line.trim(), longestLine))
  return [...frames, ...told].slice(0, longestBacktrace)
}

function readError(thrown: unknown): ErrorText {
  if (!isError(thrown)) {
    const kind = thrown === null ? 'null' : typeof thrown
    return { name: 'NonError', message: cut(`the job threw ${kind}: ${show(thrown)}`), backtrace: [] }
  }
  const { name, message } = thrown
  return { name: String(name || 'Error'), message: cut(String(message)), backtrace: errorLines(thrown) }
}

/** Whatever a job threw, as text. A value that is no Error is named by its type. Never throws. */
export function errorText(thrown: unknown): ErrorText {
  try {
    return readError(thrown)
  } catch {
    // A getter or a proxy of the job's own threw in turn.
    return { name: 'NonError', message: 'the job threw something that cannot be read', backtrace: [] }
  }
}

/** The members of a failure record after `payload`, with the closing brace; a script puts the rest before it. */
export function failureMembers(error: ErrorText, workerId: string, queue: string): string {
  const { name, message, backtrace } = error
  const members = { exception: name, error: message, backtrace, worker: workerId, queue }
  return `,${JSON.stringify(members).slice(1)}`
}

/** The status record's member for an error, with its leading comma. */
export function errorMember({ name, message }: ErrorText): string {
  return `,"error":${JSON.stringify({ name, message: beginning(message, 1_000) })}`
}

/** One entry of the failed list. */
export interface Failure {
  /** The entry's bytes: they name it. */
  readonly record: string
  readonly failedAt: Date | null
  readonly retriedAt: Date | null
  readonly exception: string
  readonly error: string
  readonly backtrace: readonly string[]
  readonly worker: string
  readonly queue: string
  /** The job, or null when its payload cannot be read. */
  readonly class: string | null
  readonly args: readonly unknown[]
  readonly id: string | null
  /** The payload's bytes, or null. */
  readonly payload: string | null
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Ruby `2026/11/23 02:06:01 UTC`, PHP `Mon Nov 23 02:09:56 UTC 2026` or ISO, Node `Date#toString`. */
function dateOf(value: unknown): Date | null {
  if (typeof value !== 'string') return null
  const php = /^\w{3} (\w{3}) +(\d+) ([\d:]+) (\w+) (\d{4})$/.exec(value)
  const date = new Date(php ? `${php[2]} ${php[1]} ${php[5]} ${php[3]} ${php[4]}` : value)
  return Number.isNaN(date.getTime()) ? null : date
}

function jobOf(payload: string | null): Pick<Failure, 'class' | 'args' | 'id'> {
  try {
    const job = decodePayload(payload ?? '')
    return { class: job.className, args: job.args, id: job.id }
  } catch {
    return { class: null, args: [], id: null }
  }
}

/** Reads an entry of the failed list; null for what is no record (Ruby's `""` while it removes one, junk). */
export function readFailure(record: string): Failure | null {
  let fields: Record<string, unknown>
  try {
    const value: unknown = JSON.parse(record)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
    fields = value as Record<string, unknown>
  } catch {
    return null
  }
  const payload = fields['payload'] === null ? null : rawMember(record, 'payload')
  const backtrace = Array.isArray(fields['backtrace']) ? fields['backtrace'].map(String) : []
  return {
    record,
    failedAt: dateOf(fields['failed_at']),
    retriedAt: dateOf(fields['retried_at']),
    exception: text(fields['exception']),
    error: text(fields['error']),
    backtrace,
    worker: text(fields['worker']),
    queue: text(fields['queue']),
    ...jobOf(payload),
    payload,
  }
}
