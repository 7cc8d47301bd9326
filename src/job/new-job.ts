// Makes a new job: its id and its bytes, checked before anything is written.

import { InvalidArgumentError } from '../errors.ts'
import { checkArgs } from './args.ts'
import {
  type CarriedOptions,
  encodePayload,
  encodeRubyPayload,
  type PayloadFormat,
  type RecurringMark,
} from './codec.ts'
import { jobDigest, newId } from './id.ts'

export interface NewJob {
  /** null for a payload in Ruby's format, which has none. */
  readonly id: string | null
  readonly payload: string
  readonly queue: string
}

export interface NewJobOptions {
  readonly className: string
  readonly args: readonly unknown[]
  readonly queue: string
  /** The second for which it is planned: when it is due, or now. */
  readonly plannedSeconds: number
  readonly nowMs: number
  readonly format: PayloadFormat
  readonly tracked: boolean
  readonly recurring?: RecurringMark
  readonly carried?: CarriedOptions | undefined
}

/** 16 MB: far above any sane job, far below what one Redis string or a script's argument can hold. */
const longestArgs = 16 * 1024 * 1024

function encodeArgs(args: readonly unknown[]): string {
  checkArgs(args)
  const json = JSON.stringify(args)
  if (json.length <= longestArgs) return json
  throw new InvalidArgumentError(
    'args',
    args,
    `the args are ${json.length} characters of JSON, more than ${longestArgs}. Store the data elsewhere and pass its name.`,
  )
}

/** Ten of them are no more than a job's args may be, even if each character is escaped. */
function isShort(arg: unknown): boolean {
  if (typeof arg === 'string') return arg.length < longestArgs / 100
  return typeof arg !== 'object' || arg === null
}

/** Checks args as `newJob` does, without making a text of them where they are short for certain. */
export function checkJobArgs(args: readonly unknown[]): void {
  checkArgs(args)
  if (args.length > 10 || !args.every(isShort)) encodeArgs(args)
}

/** @throws InvalidArgumentError when the args cannot be carried by JSON. */
export function newJob(options: NewJobOptions): NewJob {
  const { className, args, queue, plannedSeconds, nowMs, format, tracked, recurring, carried } = options
  const argsJson = encodeArgs(args)
  if (format === 'ruby') return { id: null, payload: encodeRubyPayload(className, argsJson, queue), queue }
  const id = newId({ plannedSeconds, nowMs, digest: jobDigest(className, args, argsJson), tracked })
  const payload = encodePayload({
    className,
    argsJson,
    queue,
    id,
    queueTimeMs: nowMs,
    recurring,
    options: carried,
  })
  return { id, payload, queue }
}
