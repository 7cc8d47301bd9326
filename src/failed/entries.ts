// Entries of the failed list as they lie in Redis. They are kept as bytes, since what another system wrote need
// not be UTF-8, and are named by the SHA-1 of these.

import { createHash } from 'node:crypto'
import { type Failure, readFailure } from '../job/failure.ts'
import { memberSpan } from '../job/member.ts'
import type { Store } from '../redis/store.ts'

/** An entry, at the position where it was read: 0 is the oldest. */
export interface Entry {
  readonly index: number
  readonly bytes: Buffer
  readonly key: string
}

/** A failure with its place on the list. */
export interface FailedJob extends Failure {
  /** SHA-1 of the entry's bytes, in hex: names it wherever it moves. */
  readonly key: string
  /** Position when it was read, 0 for the oldest. It moves when older entries are taken off. */
  readonly index: number
}

/** How many entries one command reads: they are decoded in one go, and nobody else's turn must wait long. */
export const pageSize = 250

export function keyOf(record: Buffer | string): string {
  return createHash('sha1').update(record).digest('hex')
}

export interface Entries {
  readonly entries: readonly Entry[]
  /** Length of the list at that moment. */
  readonly total: number
  /** Where `last` was found, looking from the newest. */
  readonly lastIndex: number | null
}

/** Entries that have come in since the start of a walk, before its end is looked for no further. */
const newestLookedAt = 1_000

/** Up to `count` entries from a position, from the newest when that is negative, all at the same moment. */
export async function readEntries(
  { redis, keys }: Store,
  start: number,
  count: number,
  last: Buffer | null = null,
): Promise<Entries> {
  const end = start + count - 1
  const pipeline = redis.multi().llen(keys.failed)
  pipeline.lrangeBuffer(keys.failed, start, start < 0 && end >= 0 ? -1 : end)
  if (last !== null) pipeline.lpos(keys.failed, last, 'RANK', -1, 'MAXLEN', newestLookedAt)
  const replies = ((await pipeline.exec()) ?? []).map(([error, reply]) => {
    if (error) throw error
    return reply
  })
  const total = Number(replies[0])
  const first = start < 0 ? Math.max(0, total + start) : start
  const entries = (replies[1] as Buffer[]).map((bytes, row) => ({
    index: first + row,
    bytes,
    key: keyOf(bytes),
  }))
  return { entries, total, lastIndex: typeof replies[2] === 'number' ? replies[2] : null }
}

/** The failure in an entry, or null for what is no record. */
export function failedJob({ index, bytes, key }: Entry): FailedJob | null {
  const failure = readFailure(bytes.toString('utf8'))
  return failure === null ? null : { ...failure, key, index }
}

/** Whether there is a job in it that a worker could be given. */
export function isRetriable({ payload, queue, ...failure }: Failure): boolean {
  return payload !== null && failure.class !== null && queue !== ''
}

/** What retry.lua is told of a record: where in its bytes the payload is, and where its mark is or belongs. */
export function retryItem({ index, bytes, key }: Entry, queue: string): (string | number)[] {
  const text = bytes.toString('latin1') // a character for each byte; all of JSON's own signs are one byte
  const payload = memberSpan(text, 'payload') ?? { from: 0, to: 0 }
  const brace = text.lastIndexOf('}')
  const mark = memberSpan(text, 'retried_at') ?? { from: brace, to: brace }
  return [index, key, queue, payload.from + 1, payload.to, mark.from + 1, mark.to + 1]
}
