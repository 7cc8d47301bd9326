// Many jobs at once: a few hundred to a script call, a few calls under way at a time.

import type { Clock } from '../clock.ts'
import { InvalidArgumentError, ResqueError } from '../errors.ts'
import type { JobClass } from '../job/job.ts'
import type { When } from '../job/times.ts'
import type { Rooms } from '../rooms.ts'
import { add, type Prepared } from './enqueue.ts'

export interface BulkItem {
  readonly job: JobClass | string
  readonly args?: readonly unknown[]
  readonly queue?: string
  /** When it is due; without `at` and `in` it is enqueued now. */
  readonly at?: When
  /** Seconds from now. */
  readonly in?: number
}

const jobsPerCall = 250
const callsUnderWay = 4

function checkItem(item: BulkItem | null | undefined): BulkItem {
  if (typeof item === 'object' && item !== null) return item
  const got = item === null ? 'null' : typeof item
  throw new InvalidArgumentError('items', item, `an item is an object { job, args, … }, got ${got}.`)
}

/** @throws InvalidArgumentError naming every bad item (at most ten), before anything is written. */
export function prepareAll(
  items: readonly BulkItem[],
  prepareItem: (item: BulkItem) => Prepared,
): Prepared[] {
  if (!Array.isArray(items)) {
    const why = 'items must be an array of { job, args, queue, at, in }, one for each job.'
    throw new InvalidArgumentError('items', items, why)
  }
  const prepared: Prepared[] = []
  const problems: string[] = []
  items.forEach((item: BulkItem | null, index) => {
    try {
      prepared.push(prepareItem(checkItem(item)))
    } catch (error) {
      if (!(error instanceof ResqueError)) throw error
      problems.push(`item ${index}: ${error.message}`)
    }
  })
  if (problems.length === 0) return prepared
  const shown = problems.slice(0, 10).join('\n')
  throw new InvalidArgumentError(
    'items',
    items,
    `${problems.length} of ${items.length} jobs are wrong, so none was enqueued:\n${shown}`,
  )
}

/** Adds the jobs in calls of bounded size, with bounded parallelism. */
export async function addAll(rooms: Rooms, clock: Clock, jobs: readonly Prepared[]): Promise<void> {
  let next = 0
  const carry = async (): Promise<void> => {
    while (next < jobs.length) {
      const from = next
      next += jobsPerCall
      await add(rooms, clock, jobs.slice(from, from + jobsPerCall))
    }
  }
  await Promise.all(Array.from({ length: callsUnderWay }, carry))
}

const cancelsUnderWay = 16

/** Cancels jobs by their ids, some at a time. Resolves to how many were cancelled. */
export async function cancelAll(
  ids: readonly string[],
  cancel: (id: string) => Promise<boolean>,
): Promise<number> {
  let [next, cancelled] = [0, 0]
  const carry = async (): Promise<void> => {
    while (next < ids.length) if (await cancel(ids[next++] ?? '')) cancelled++
  }
  await Promise.all(Array.from({ length: cancelsUnderWay }, carry))
  return cancelled
}
