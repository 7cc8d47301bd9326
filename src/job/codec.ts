// The bytes of a job. With include/payload.lua, its twin for scripts, the only place that knows a field of a
// payload. Written: php-resque's fields in an order that Ruby's and our scripts can rely on,
//
//   {"class":…,"args":[…],"queue":…,"id":"<32 hex>","queue_time":<seconds.mmm>}
//
// Scripts read queue and id off the END of this text. That is sound for any valid JSON: the last brace closes
// the whole object, the digits before it are its last member, and a `"` that follows a comma can only open a
// name, so nothing inside a string or a nested object can look like this tail.
//
// Read: whatever Ruby, PHP and Node Resque write, with any key order and escaping. A payload that came from
// Redis is never encoded again: its bytes are kept and moved by the scripts.

import { InvalidPayloadError } from '../errors.ts'
import { remembered } from './remembered.ts'

/** `php`: with id, tracked. `ruby`: exactly Ruby's bytes, without an id. */
export type PayloadFormat = 'php' | 'ruby'

export interface NewPayload {
  readonly className: string
  /** The args as JSON text: they are encoded once, for the payload and for the id. */
  readonly argsJson: string
  readonly queue: string
  readonly id: string
  readonly queueTimeMs: number
  /** Of the recurring entry that made this job, if one did. */
  readonly recurring?: RecurringMark | undefined
  readonly options?: CarriedOptions | undefined
}

/** What a call said of its job beside the args. It travels in the payload's `options`, which others pass over. */
export interface CarriedOptions {
  readonly timeoutSeconds?: number
  /** Id of the job that enqueued this one. */
  readonly parent?: string
  /** W3C trace context: `traceparent`, `tracestate`, `baggage`. */
  readonly trace?: Readonly<Record<string, string>>
}

/** Which occurrence a job is: readable as `this.job.recurring`. Times are epoch milliseconds. */
export interface RecurringMark {
  readonly name: string
  readonly plannedMs: number
  readonly previousMs: number | null
}

// Each piece goes as far as it can: texts are put together of few pieces, and most are those of the job before.
const opening = remembered((className: string) => `{"class":${JSON.stringify(className)},"args":`)
const queueMember = remembered((queue: string) => `,"queue":${JSON.stringify(queue)}`)
const upToId = remembered((queue: string) => `${queueMember(queue)},"id":"`)
const afterId = remembered((ms: number) => `","queue_time":${(ms / 1000).toFixed(3)}}`)

function recurringMember(mark: RecurringMark | undefined): string {
  if (mark === undefined) return ''
  const { name, plannedMs, previousMs } = mark
  return `,"recurring":${JSON.stringify({ name, planned_ms: plannedMs, previous_ms: previousMs })}`
}

function optionsMember(options: CarriedOptions | undefined): string {
  if (options === undefined) return ''
  const { timeoutSeconds, parent, trace } = options
  const json = JSON.stringify({ timeout: timeoutSeconds, parent, trace })
  return json === '{}' ? '' : `,"options":${json}`
}

/** Our payload, the same in a queue and in a bucket. */
export function encodePayload({
  className,
  argsJson,
  queue,
  id,
  queueTimeMs,
  recurring,
  options,
}: NewPayload): string {
  const members = recurringMember(recurring) + optionsMember(options)
  return opening(className) + argsJson + members + upToId(queue) + id + afterId(queueTimeMs)
}

/** Exactly Ruby's delayed payload; the scripts cut `queue` off again when it goes into a queue. */
export function encodeRubyPayload(className: string, argsJson: string, queue: string): string {
  return `${opening(className)}${argsJson}${queueMember(queue)}}`
}

/** Exactly node-resque's payload. */
export function encodeNodePayload(className: string, argsJson: string, queue: string): string {
  return `{"class":${JSON.stringify(className)}${queueMember(queue)},"args":${argsJson}}`
}

export interface DecodedJob {
  readonly className: string
  readonly args: readonly unknown[]
  readonly queue: string | null
  readonly id: string | null
  /** php-resque's `prefix`: part of the name of the status key. */
  readonly prefix: string
  readonly queueTimeMs: number | null
  readonly recurring: RecurringMark | null
  readonly options: CarriedOptions
  /** Written by this library, with an id. */
  readonly isOurs: boolean
}

/** PHP may write the same fields, but not in this order and to the millisecond. */
const ourTail = /"id":"[0-9a-f]{32}","queue_time":\d+\.\d{3}\}$/
/** No tail is longer: there is no need to search a long payload for its end. */
const longestTail = 80

function argsOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function recurringOf(value: unknown): RecurringMark | null {
  if (typeof value !== 'object' || value === null) return null
  const { name, planned_ms, previous_ms } = value as Record<string, unknown>
  if (typeof name !== 'string' || typeof planned_ms !== 'number') return null
  return { name, plannedMs: planned_ms, previousMs: typeof previous_ms === 'number' ? previous_ms : null }
}

const noOptions: CarriedOptions = {}

function textMembers(value: unknown): Record<string, string> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const texts = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return texts.length === 0 ? undefined : Object.fromEntries(texts)
}

function optionsOf(value: unknown): CarriedOptions {
  if (typeof value !== 'object' || value === null) return noOptions
  const { timeout, parent, trace } = value as Record<string, unknown>
  const traceTexts = textMembers(trace)
  return {
    ...(typeof timeout === 'number' && timeout > 0 ? { timeoutSeconds: timeout } : {}),
    ...(typeof parent === 'string' ? { parent } : {}),
    ...(traceTexts === undefined ? {} : { trace: traceTexts }),
  }
}

function parse(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new InvalidPayloadError(`the payload is not JSON: ${(cause as Error).message}`, { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidPayloadError(`the payload is no JSON object: ${text.slice(0, 80)}`)
  }
  return value as Record<string, unknown>
}

/** From the id's digits on, a payload of ours ends in so many characters, and in these. */
const endLength = 62
const ourEnd = /[0-9a-f]{32}","queue_time":\d{10}\.\d{3}\}$/y

/** How the last payload of ours began, and what stood before its id. */
let last = { className: '', opening: '', queue: '', beforeId: '' }

function noteOurs({ className, queue }: { readonly className: string; readonly queue: string }): void {
  if (className === last.className && queue === last.queue) return
  last = { className, opening: opening(className), queue, beforeId: upToId(queue) }
}

/** What few ask for is read when they do: for a job that does nothing, making this is much of the work. */
class AlikeJob implements DecodedJob {
  readonly className: string
  readonly args: readonly unknown[]
  readonly queue: string
  readonly #text: string

  constructor(className: string, args: readonly unknown[], queue: string, text: string) {
    this.className = className
    this.args = args
    this.queue = queue
    this.#text = text
  }

  get id(): string {
    const idAt = this.#text.length - endLength
    return this.#text.slice(idAt, idAt + 32)
  }

  get queueTimeMs(): number {
    return Math.round(Number(this.#text.slice(-15, -1)) * 1000)
  }

  get prefix(): string {
    return ''
  }

  get recurring(): null {
    return null
  }

  get options(): CarriedOptions {
    return noOptions
  }

  get isOurs(): boolean {
    return true
  }
}

/**
 * Reads a payload that has all but args, id and time in common with the last one of ours; null for any other. Only the args
 * are parsed. That is sound: what stands between is one JSON array or no JSON at all, so that there are no other members.
 */
function decodeAlike(text: string): DecodedJob | null {
  const { className, opening: head, queue, beforeId } = last
  const idAt = text.length - endLength
  const argsEnd = idAt - beforeId.length
  ourEnd.lastIndex = idAt
  if (argsEnd <= head.length || head === '' || text[argsEnd - 1] !== ']') return null
  if (!text.startsWith(head) || !text.startsWith(beforeId, argsEnd) || !ourEnd.test(text)) return null
  const args = arrayOrNull(text.slice(head.length, argsEnd))
  return args === null ? null : new AlikeJob(className, args, queue, text)
}

function arrayOrNull(text: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

/**
 * Reads a payload of any of the four systems. Missing or null args are none; args that are no array are one
 * argument, as the Ruby scheduler takes them.
 * @throws InvalidPayloadError for what is no job at all.
 */
export function decodePayload(text: string): DecodedJob {
  return decodeAlike(text) ?? decodeAny(text)
}

function decodeAny(text: string): DecodedJob {
  const fields = parse(text)
  const className = textOrNull(fields['class'])
  if (className === null) throw new InvalidPayloadError('the payload names no class.')
  const queue = textOrNull(fields['queue'])
  const queueTime = fields['queue_time']
  const isOurs = queue !== null && ourTail.test(text.slice(-longestTail))
  if (isOurs) noteOurs({ className, queue })
  return {
    className,
    args: argsOf(fields['args']),
    queue,
    id: textOrNull(fields['id']),
    prefix: textOrNull(fields['prefix']) ?? '',
    queueTimeMs: typeof queueTime === 'number' ? Math.round(queueTime * 1000) : null,
    recurring: recurringOf(fields['recurring']),
    options: optionsOf(fields['options']),
    isOurs,
  }
}
