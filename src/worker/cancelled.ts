// The end of a job that was cancelled while it ran.

import type { DecodedJob } from '../job/codec.ts'
import type { Outcome } from '../running/running.ts'
import type { Context } from './context.ts'
import { attemptMembers, jobEvent, statusText } from './outcome.ts'
import type { Performer } from './perform.ts'
import type { Performance } from './performance.ts'

export function cancelled(
  { reserved, startedMs }: Performance,
  job: DecodedJob,
  context: Context,
  { events, time }: Performer,
): Outcome {
  events.emit('cancelled', { ...jobEvent(context), durationMs: time.nowMs() - startedMs })
  const members = `,"result":null${attemptMembers(context, startedMs)}`
  return { kind: 'cancelled', job: reserved, status: statusText(job, reserved.queue, members) }
}
