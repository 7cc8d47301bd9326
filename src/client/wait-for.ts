// waitFor: looks where a job is until it has ended, woken by word of its end.

import type { Clock } from '../clock.ts'
import { InvalidArgumentError, WaitTimeoutError } from '../errors.ts'
import { isFinal } from '../job/state.ts'
import type { JobStatus } from '../status/record.ts'
import type { EndWatch } from './watch.ts'

function stillOpen({ id, state, queue }: JobStatus, timeoutSeconds: number): WaitTimeoutError {
  const cure = `Is a worker running for queue "${queue}"?`
  return new WaitTimeoutError(`job ${id} is still ${state} after ${timeoutSeconds} s. ${cure}`)
}

function checkTimeout(timeoutSeconds: unknown): void {
  if (typeof timeoutSeconds === 'number' && timeoutSeconds >= 0) return
  const why = `timeoutSeconds must be a number of seconds, 0 or more, got ${timeoutSeconds}.`
  throw new InvalidArgumentError('timeoutSeconds', timeoutSeconds, why)
}

/** The status of a job that has ended, or null when nothing is known of it. @throws WaitTimeoutError */
export async function waitForEnd(
  watch: EndWatch,
  clock: Clock,
  id: string,
  timeoutSeconds: number,
  look: () => Promise<JobStatus | null>,
): Promise<JobStatus | null> {
  checkTimeout(timeoutSeconds)
  const deadlineMs = clock.nowMs() + timeoutSeconds * 1000
  await watch.open(timeoutSeconds * 1000)
  for (;;) {
    const leftMs = Math.max(0, deadlineMs - clock.nowMs())
    const next = watch.next(id, leftMs)
    try {
      const status = await look()
      if (status === null || isFinal(status.state)) return status
      if (leftMs === 0) throw stillOpen(status, timeoutSeconds)
      await next.word
    } finally {
      next.stop()
    }
  }
}
