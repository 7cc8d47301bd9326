// One job through its steps: read the payload, find the class, perform, and say what became of it. A job's own
// failure is an outcome here, never an exception that travels.

import type { Emitter } from '../events.ts'
import { type DecodedJob, decodePayload } from '../job/codec.ts'
import type { Rooms } from '../rooms.ts'
import type { Outcome, Reserved } from '../running/running.ts'
import type { Statuses } from '../status/status.ts'
import { type Abort, Context } from './context.ts'
import type { JobClasses } from './job-classes.ts'
import { completed, failed, jobEvent, poisoned } from './outcome.ts'
import { runJob } from './run-job.ts'

/** Runs a job, here or in a process of its own, and resolves to its result. @throws what the job throws */
export type RunJob = (className: string, context: Context, abort: Abort) => Promise<unknown> | unknown

export interface Performer {
  readonly classes: JobClasses
  readonly run: RunJob
  readonly events: Emitter
  readonly statuses: Statuses
  /** Redis's clock, as well as this machine knows it. */
  readonly time: RedisTime
  /** Id of a slot's worker, for failure records. */
  workerId(slot: number): string
}

/** What time it is at Redis. Whoever gets a reply that tells it sets the offset to this machine's clock. */
export interface RedisTime {
  offsetMs: number
  nowMs(): number
}

export function makePerformer(
  { clock, statuses }: Rooms,
  classes: JobClasses,
  events: Emitter,
  workerId: (slot: number) => string,
): Performer {
  const time: RedisTime = { offsetMs: 0, nowMs: () => clock.nowMs() + time.offsetMs }
  const run: RunJob = (className, context, abort) => runJob(classes.get(className), context, abort)
  return { classes, run, events, statuses, time, workerId }
}

/** A job while it is performed. */
export interface Performance {
  readonly reserved: Reserved
  readonly abort: Abort
  readonly startedMs: number
}

/** Performs a job that is in hand. Never rejects. */
export async function perform(performance: Performance, performer: Performer): Promise<Outcome> {
  const { reserved, abort } = performance
  let job: DecodedJob
  try {
    job = decodePayload(reserved.payload)
  } catch (error) {
    return poisoned(reserved, error, performer)
  }
  const context = new Context(reserved, job, abort, performer.statuses, performer.events)
  if (performer.events.has('reserved')) performer.events.emit('reserved', jobEvent(context))
  try {
    const result = await performer.run(job.className, context, abort)
    if (context.said !== undefined) await context.said
    return completed(performance, job, context, result, performer)
  } catch (error) {
    if (context.said !== undefined) await context.said
    return failed(performance, job, context, error, performer)
  }
}
