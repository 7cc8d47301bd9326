// Looks for records on the failed list, page by page, without changing it.

import type { Failure } from '../job/failure.ts'
import type { Store } from '../redis/store.ts'
import { type Entry, type FailedJob, failedJob, keyOf, pageSize, readEntries } from './entries.ts'
import type { Matches } from './filter.ts'
import { walk, walkBack } from './walk.ts'

export type Order = 'oldest' | 'newest'

/** The records between two positions of an order, the first one included; junk is left out. */
export async function range(store: Store, order: Order, start: number, count: number): Promise<FailedJob[]> {
  const total = await store.redis.llen(store.keys.failed)
  const first = start < 0 ? total + start : start
  const [a, b] = [Math.max(0, first), Math.min(total, first + count)]
  const [from, to] = order === 'oldest' ? [a, b] : [total - b, total - a]
  const found: FailedJob[] = []
  for (let at = from; at < to; at += pageSize) {
    const { entries } = await readEntries(store, at, Math.min(pageSize, to - at))
    found.push(...entries.map(failedJob).filter((job) => job !== null))
  }
  return order === 'oldest' ? found : found.reverse()
}

async function firstMatches(
  store: Store,
  matches: Matches,
  order: Order,
  most: number,
): Promise<FailedJob[]> {
  const found: FailedJob[] = []
  const add = (job: FailedJob | null): boolean => {
    if (found.length < most && job !== null && matches(job)) found.push(job)
    return found.length < most
  }
  if (order === 'newest') {
    await walkBack(store, ({ entries }) => entries.toReversed().map(failedJob).every(add))
  } else {
    await walk(store, async ({ entries }) =>
      entries.map(failedJob).every(add) ? entries.map(({ key }) => ({ stays: key })) : null,
    )
  }
  return found
}

/** The records that match, between two positions among those; a negative start counts from the other end. */
export async function search(
  store: Store,
  matches: Matches,
  order: Order,
  start: number,
  count: number,
): Promise<FailedJob[]> {
  if (count === 0) return []
  if (start >= 0) return (await firstMatches(store, matches, order, start + count)).slice(start)
  const other = order === 'oldest' ? 'newest' : 'oldest'
  return (await firstMatches(store, matches, other, -start)).reverse().slice(0, count)
}

/** The newest entry that a test holds for. */
async function newestWhere(store: Store, test: (entry: Entry) => boolean): Promise<Entry | null> {
  let found: Entry | undefined
  await walkBack(store, ({ entries }) => {
    found = entries.findLast(test)
    return found === undefined
  })
  return found ?? null
}

const isKey = (text: string): boolean => /^[0-9a-f]{40}$/.test(text)

/** Where a record is now: one that was read before, or one by its key, or the newest one of a job's id. */
export async function locate(store: Store, named: Failure | string): Promise<Entry | null> {
  if (typeof named === 'string') {
    if (isKey(named)) return newestWhere(store, ({ key }) => key === named)
    // Most records need not be decoded: plain letters and digits stand in JSON as they are.
    const isPlain = /^[\w-]+$/.test(named)
    return newestWhere(
      store,
      (entry) => (!isPlain || entry.bytes.includes(named)) && failedJob(entry)?.id === named,
    )
  }
  const { record, key = keyOf(record) } = named as Partial<FailedJob> & Failure
  // A text with a replacement character may have had other bytes in Redis: then only the key names them.
  if (record.includes('\ufffd')) return newestWhere(store, (entry) => entry.key === key)
  const index: unknown = await store.redis.lpos(store.keys.failed, record)
  return typeof index === 'number' ? { index, bytes: Buffer.from(record), key: keyOf(record) } : null
}
