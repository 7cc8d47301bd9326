// What is in the stations, as a test wants to see it: the jobs that wait in queues, and those that wait for their time.

import type { Resque } from '../client/resque.ts'
import { decodePayload } from '../job/codec.ts'
import type { JobClass } from '../job/job.ts'
import { jobName } from '../job/names.ts'

/** A job that waits in a queue. */
export interface EnqueuedJob {
  readonly class: string
  readonly args: readonly unknown[]
  readonly queue: string
  readonly id: string | null
}

/** A job that waits for its time. */
export interface WaitingForTime extends EnqueuedJob {
  readonly at: Date
}

const atATime = 1_000

async function payloadsOf(resque: Resque, queue: string): Promise<string[]> {
  const payloads: string[] = []
  for (;;) {
    const some = await resque.queues.peek(queue, payloads.length, atATime)
    payloads.push(...some)
    if (some.length < atATime) return payloads
  }
}

/** Jobs waiting in the queues, in order; of one class when it is named. */
export async function enqueuedJobs(resque: Resque, job?: JobClass | string): Promise<EnqueuedJob[]> {
  const wanted = job === undefined ? undefined : jobName(job)
  const jobs: EnqueuedJob[] = []
  for (const queue of await resque.queues.names()) {
    for (const payload of await payloadsOf(resque, queue)) {
      const { className, args, id } = decodePayload(payload)
      if (wanted === undefined || className === wanted) jobs.push({ class: className, args, queue, id })
    }
  }
  return jobs
}

/** Jobs waiting for their time, the next one first; of one class when it is named. */
export async function delayedJobs(resque: Resque, job?: JobClass | string): Promise<WaitingForTime[]> {
  const wanted = job === undefined ? undefined : jobName(job)
  const all = await resque.delayed.list(Number.MAX_SAFE_INTEGER)
  return all.flatMap(({ class: name, args, queue, id, dueAt }) =>
    name === null || (wanted !== undefined && name !== wanted)
      ? []
      : [{ class: name, args, queue: queue ?? '', id, at: dueAt }],
  )
}
