// Where a job is: its status record, or, for a delayed job, the bucket it waits in.

import { decodePayload } from '../job/codec.ts'
import { stateCodes } from '../job/state.ts'
import type { Rooms } from '../rooms.ts'
import type { JobStatus } from '../status/record.ts'

function delayedStatus(id: string, payload: string, dueSeconds: number, record: JobStatus | null): JobStatus {
  const job = decodePayload(payload)
  return {
    id,
    state: 'delayed',
    code: stateCodes.delayed,
    class: job.className,
    queue: job.queue,
    args: job.args,
    ...(job.queueTimeMs === null ? {} : { enqueuedAt: new Date(job.queueTimeMs) }),
    dueAt: new Date(dueSeconds * 1000),
    attempts: record?.attempts ?? 0,
    ...(record?.error === undefined ? {} : { error: record.error }),
  }
}

/** A job that moves between the two looks is met on the second round. */
const rounds = 3

/** The status of a job, or null when nothing is known of it. */
export async function lookUp(rooms: Rooms, id: string): Promise<JobStatus | null> {
  for (let round = 0; round < rounds; round++) {
    const record = await rooms.statuses.read(id)
    if (record !== null && record.state !== 'delayed') return record
    const found = await rooms.delayed.locate(id)
    if (found !== null) return delayedStatus(id, found.payload, found.dueSeconds, record)
  }
  return null
}
