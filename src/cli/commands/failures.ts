// Finds records on the failed list: the last ones with their index, and one by its index or its job's id.

import type { FailedJobs } from '../../failed/failed.ts'
import type { Failure } from '../../job/failure.ts'

export interface Found {
  readonly failure: Failure
  /** Position on the list, 0 for the oldest. */
  readonly index: number
}

const pageSize = 500

async function at(failed: FailedJobs, index: number): Promise<Found | null> {
  const [failure] = await failed.list({ start: index, count: 1 })
  return failure === undefined ? null : { failure, index }
}

/** The newest records, the newest last. One by one, since what is no record counts for the index as well. */
export async function lastFailures(failed: FailedJobs, total: number, count: number): Promise<Found[]> {
  const start = Math.max(0, total - count)
  const found = await Promise.all(Array.from({ length: total - start }, (_, row) => at(failed, start + row)))
  return found.filter((item) => item !== null)
}

async function byId(failed: FailedJobs, id: string, total: number): Promise<Found | null> {
  for (let end = total; end > 0; end -= pageSize) {
    const page = await lastFailures(failed, end, pageSize)
    const found = page.findLast(({ failure }) => failure.id === id)
    if (found !== undefined) return found
  }
  return null
}

/** The record with this index, or the newest one of the job with this id. */
export async function failureNamed(failed: FailedJobs, word: string): Promise<Found | null> {
  if (/^\d{1,15}$/.test(word)) return at(failed, Number(word))
  return byId(failed, word, await failed.count())
}

/** Puts all jobs that are on the list now back into their queues. Resolves to how many. */
export async function retryAll(failed: FailedJobs): Promise<number> {
  let left = await failed.count()
  let retried = 0
  let start = 0
  while (left > 0) {
    const page = await failed.list({ start, count: Math.min(pageSize, left) })
    left -= pageSize
    let here = 0
    for (const failure of page) if (await failed.retry(failure)) here++
    retried += here
    // What was retried is off the list; what could not be is passed over.
    start += pageSize - here
  }
  return retried
}
