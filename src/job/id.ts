// A job's id: 32 hex digits, as php-resque's are, but not random all through. They say when the job is
// due, so that a delayed job is found by its id without an index that every job would pay for:
//
//   digits  0-9   the second for which the job was first planned (40 bits). The highest bit, never needed
//                 for a time, says that the job's status is not tracked.
//   digits 10-17  a hash of class and args: equal jobs share it, whatever their key order or spelling. Decimal
//                 digits only: scripts put them into the integers of the delayed index as they are, without
//                 reckoning, and a set of integers takes Redis 8 bytes an entry instead of some 60.
//   digits 18-31  random

import { randomBytes } from 'node:crypto'
import { remembered } from './remembered.ts'

const randomDigitsEach = 14
/** So many jobs share one call for random bytes. */
const jobsEach = 128
let pool = ''
let poolOffset = 0

function randomDigits(): string {
  if (poolOffset === pool.length) {
    pool = randomBytes((jobsEach * randomDigitsEach) / 2).toString('hex')
    poolOffset = 0
  }
  const start = poolOffset
  poolOffset += randomDigitsEach
  return pool.slice(start, poolOffset)
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

/**
 * FNV-1a over UTF-16 units, which goes on from the hash of the text before. Only ever a hint where to look: whoever
 * uses it compares the values too.
 */
function hash32(text: string, start: number): number {
  let hash = start | 0 // a small integer from the start: reckoning is twice as fast then
  const { length } = text
  for (let index = 0; index < length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
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
  readonly digest: string
  readonly tracked: boolean
}

const timeDigits = remembered((seconds: number) => seconds.toString(16).padStart(10, '0'))

export function newId({ plannedSeconds, digest, tracked }: NewId): string {
  const time = timeDigits(tracked ? plannedSeconds : plannedSeconds + untrackedBit)
  return time + digest + randomDigits()
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
