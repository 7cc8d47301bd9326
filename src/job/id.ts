// A job's id: 32 hex digits, as php-resque's are, but not random ones. They say when the job is due and when it was
// made, so that a delayed job is found by its id without an index that every job would pay for:
//
//   digits  0-9   the second for which the job was first planned (40 bits). The highest bit, never needed
//                 for a time, says that the job's status is not tracked.
//   digits 10-17  a hash of class and args: equal jobs share it, whatever their key order or spelling. Decimal
//                 digits only: scripts put them into the integers of the delayed index as they are, without
//                 reckoning, and a set of integers takes Redis 8 bytes an entry instead of some 60.
//   digits 18-22  when it was made: the slot of 64 ms that its queue_time lies in, modulo 2^20 (18.6 hours)
//   digits 23-31  a count of the ids that this process has made (36 bits). It starts anywhere.
//
// Jobs join a bucket nearly in the order of slot and count, so that one is found there by halving
// (include/bucket-order.lua). Ids of one process never collide. Two processes can make the same id only of equal
// jobs, for the same second, in the same slot; if they make n and m ids meanwhile, they do so with a probability of
// about (n + m) / 2^36: for a thousand each that is 1 in 34 million. Who knows one id can guess its siblings: an id
// is a name, no secret.

import { randomInt } from 'node:crypto'
import { remembered } from './remembered.ts'

const slotMs = 64
const slotsInAll = 2 ** 20
const slotDigits = remembered((slot: number) => (slot % slotsInAll).toString(16).padStart(5, '0'))

// The count is kept as 24 bits, whose text is needed as it is for thousands of ids, and 12 bits, whose texts are ready.
const upperCounts = 2 ** 24
const lowerDigits = Array.from({ length: 2 ** 12 }, (_, lower) => lower.toString(16).padStart(3, '0'))
const upperDigits = remembered((upper: number) => upper.toString(16).padStart(6, '0'))
let upper = randomInt(upperCounts)
let lower = randomInt(lowerDigits.length)

function nextCount(): string {
  lower++
  if (lower === lowerDigits.length) {
    lower = 0
    upper = (upper + 1) % upperCounts
  }
  return upperDigits(upper) + lowerDigits[lower]
}

/** JSON with object keys sorted, so that equal values have equal texts (1.0 and 1 are one number here). */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

function isPlain(args: readonly unknown[]): boolean {
  return args.every((arg) => arg === null || typeof arg !== 'object')
}

const hashStart = 0x811c9dc5
/** Node keeps texts in many forms (whole, as a part of another, …), and would look `text.charCodeAt` up for each anew. */
const codeAt = String.prototype.charCodeAt

/**
 * FNV-1a over UTF-16 units, which goes on from the hash of the text before. Only ever a hint where to look: whoever
 * uses it compares the values too.
 */
function hash32(text: string, start: number): number {
  let hash = start | 0 // a small integer from the start: reckoning is twice as fast then
  const { length } = text
  for (let index = 0; index < length; index++) {
    hash = Math.imul(hash ^ codeAt.call(text, index), 0x01000193)
  }
  return hash >>> 0
}

const classHash = remembered((className: string) => hash32(`${className} `, hashStart))

/** 8 decimal digits that are the same for equal class and args. */
export function jobDigest(className: string, args: readonly unknown[], argsJson: string): string {
  const canonical = isPlain(args) ? argsJson : canonicalJson(args)
  const hash = hash32(canonical, classHash(className))
  return String(100_000_000 + (hash % 100_000_000)).slice(1)
}

const untrackedBit = 2 ** 39

export interface NewId {
  readonly plannedSeconds: number
  /** When it is made: the same milliseconds as in the job's queue_time. */
  readonly nowMs: number
  readonly digest: string
  readonly tracked: boolean
}

const timeDigits = remembered((seconds: number) => seconds.toString(16).padStart(10, '0'))

export function newId({ plannedSeconds, nowMs, digest, tracked }: NewId): string {
  const time = timeDigits(tracked ? plannedSeconds : plannedSeconds + untrackedBit)
  return time + digest + slotDigits(Math.floor(nowMs / slotMs)) + nextCount()
}

/** The digest in an id of ours. */
export function digestOf(id: string): string {
  return id.slice(10, 18)
}

export function isId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}

export function isTracked(id: string): boolean {
  return id.charCodeAt(0) < 0x38
}

/** The second for which the job was first planned; meaningless for ids that php-resque made. */
export function plannedSeconds(id: string): number {
  const seconds = Number.parseInt(id.slice(0, 10), 16)
  return seconds >= untrackedBit ? seconds - untrackedBit : seconds
}
