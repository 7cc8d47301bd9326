// Enqueueing as whoever traces sees it: one span for a call, for one job or many.

import type { JobClass } from '../job/job.ts'
import { jobName } from '../job/names.ts'
import { tracer } from '../job/tracer.ts'

/** A call, as far as it is known before it was checked. */
export interface TracedCall {
  readonly job: JobClass | string
  readonly queue: string | undefined
  readonly due: number | null
  readonly count: number
}

function queueOfCall({ job, queue }: TracedCall): string {
  return queue ?? (typeof job === 'string' ? undefined : job.queue) ?? '(default)'
}

function nameOfCall({ job }: TracedCall): string {
  try {
    return jobName(job)
  } catch {
    return '(unnamed)' // the call is refused in a moment, and the span tells why
  }
}

/** Whether somebody traces: else nothing need be put together for them. */
export function isTraced(): boolean {
  return tracer() !== undefined
}

/** Enqueues, within a span when somebody traces. */
export function traced<T>(
  call: TracedCall,
  enqueue: () => Promise<T>,
  idsOf: (told: T) => readonly (string | null)[],
): Promise<T> {
  const present = tracer()
  if (present === undefined) return enqueue()
  const { count, due: dueSeconds } = call
  const publishing = { className: nameOfCall(call), queue: queueOfCall(call), count, dueSeconds }
  return present.publish(publishing, enqueue, idsOf)
}
