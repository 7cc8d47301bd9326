// A job's id: 32 hex digits, as php-resque's are, but not random all through. They say when the job is
// due, so that a delayed job is found by its id without an index that every job would pay for:
//
//   digits  0-9   the second for which the job was first planned (40 bits). The highest bit, never needed
//                 for a time, says that the job's status is not tracked.
//   digits 10-17  a hash of class and args: equal jobs share it, whatever their key order or spelling. Decimal
//                 digits only: scripts put them into the integers of the delayed index as they are, without
//                 reckoning, and a set of integers takes Redis 8 bytes an entry instead of some 60.
//   digits 18-31  random

import { randomFillSync } from 'node:crypto'

const randomBytesEach = 7
const pool = Buffer.alloc(randomBytesEach * 512)
let poolOffset = pool.length

function randomDigits(): string {
  if (poolOffset === pool.length) {
    randomFillSync(pool)
    poolOffset = 0
  }
  const digits = pool.toString('hex', poolOffset, poolOffset + randomBytesEach)
  poolOffset += randomBytesEach
  return digits
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

/** FNV-1a over UTF-16 units. Only ever a hint where to look: whoever uses it compares the values too. */
function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}

/** 8 decimal digits that are the same for equal class and args. */
export function jobDigest(className: string, args: readonly unknown[], argsJson: string): string {
  const canonical = isPlain(args) ? argsJson : canonicalJson(args)
  return String(hash32(`${className} ${canonical}`) % 100_000_000).padStart(8, '0')
}

const untrackedBit = 2 ** 39

export interface NewId {
  readonly plannedSeconds: number
  readonly digest: string
  readonly tracked: boolean
}

export function newId({ plannedSeconds, digest, tracked }: NewId): string {
  const time = (tracked ? plannedSeconds : plannedSeconds + untrackedBit).toString(16).padStart(10, '0')
  return time + digest + randomDigits()
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
