// Delayed jobs that have failed before, and wait for their next try: their status tells of it.

import type { Rooms } from '../rooms.ts'
import type { DelayedJob } from './delayed-search.ts'

/** Adds to each how often it has been performed and why it failed: one command for all of them. */
export async function withRetries(rooms: Rooms, jobs: readonly DelayedJob[]): Promise<DelayedJob[]> {
  const ids = jobs.flatMap(({ id }) => (id === null ? [] : [id]))
  const told = await rooms.statuses.retries(ids)
  return jobs.map((job) => ({ ...job, ...(job.id === null ? {} : told.get(job.id)) }))
}
