// From a call to a job in Redis: checks, makes the job, adds it; and again, when the connection broke.

import type { Clock } from '../clock.ts'
import { EnqueueInDoubtError } from '../errors.ts'
import type { PayloadFormat } from '../job/codec.ts'
import { isTracked } from '../job/id.ts'
import type { JobClass } from '../job/job.ts'
import { jobName } from '../job/names.ts'
import { type NewJob, newJob } from '../job/new-job.ts'
import { explain, isConnectionTrouble, isTimeout } from '../redis/connection.ts'
import type { Rooms } from '../rooms.ts'

export interface EnqueueSettings {
  readonly format: PayloadFormat
  readonly track: boolean
}

export interface Request {
  readonly job: JobClass | string
  readonly args: readonly unknown[]
  readonly queue: string
  /** null: now. */
  readonly dueSeconds: number | null
}

export interface Prepared extends NewJob {
  readonly dueSeconds: number | null
}

/** Makes the job of a request. @throws InvalidArgumentError before anything is written. */
export function prepare(
  { job, args, queue, dueSeconds }: Request,
  settings: EnqueueSettings,
  nowMs: number,
): Prepared {
  const tracked = settings.track && (typeof job === 'string' || job.track !== false)
  const plannedSeconds = dueSeconds ?? Math.floor(nowMs / 1000)
  const made = newJob({
    className: jobName(job),
    args,
    queue,
    plannedSeconds,
    nowMs,
    format: settings.format,
    tracked,
  })
  return { ...made, dueSeconds }
}

function mayRepeat(jobs: readonly Prepared[]): boolean {
  return jobs.every(({ id }) => id !== null && isTracked(id))
}

/** How long a producer keeps trying when Redis is away, in milliseconds. */
const patienceMs = 15_000
const pauseMs = 100

async function addOnce(
  rooms: Rooms,
  jobs: readonly Prepared[],
  again: boolean,
): Promise<{ redisNowMs: number }> {
  const later = jobs.flatMap(({ dueSeconds, queue, payload }) =>
    dueSeconds === null ? [] : [{ dueSeconds, queue, payload }],
  )
  const now = jobs.filter(({ dueSeconds }) => dueSeconds === null)
  if (now.length === 0) return rooms.delayed.add(later, again)
  const pushed = rooms.queues.push(now)
  if (later.length === 0) return pushed
  const [reply] = await Promise.all([pushed, rooms.delayed.add(later, again)])
  return reply
}

function inDoubt(rooms: Rooms, jobs: readonly Prepared[], error: unknown): EnqueueInDoubtError {
  const ids = jobs.map(({ id }) => id)
  const cause = explain(error, rooms.connection)
  const cure = ids.includes(null)
    ? 'Look for it before you enqueue it again.'
    : 'Ask status(id) before you enqueue it again.'
  return new EnqueueInDoubtError(
    ids,
    `the connection broke while a job was added; it may be there or not (${ids.join(', ')}). ${cure} ${cause.message}`,
    { cause },
  )
}

/**
 * Adds jobs. When the connection breaks in the middle they are added again, and the script leaves out those
 * that are there already; jobs that it could not recognise (without id or status) are not tried twice.
 * @throws RedisError nothing was added; EnqueueInDoubtError it may have been
 */
export async function add(
  rooms: Rooms,
  clock: Clock,
  jobs: readonly Prepared[],
): Promise<{ redisNowMs: number }> {
  const deadlineMs = clock.nowMs() + patienceMs
  for (let again = false; ; ) {
    const wasSent = rooms.connection.watchSending()
    try {
      return await addOnce(rooms, jobs, again)
    } catch (error) {
      if (!isConnectionTrouble(error)) throw explain(error, rooms.connection)
      // What has timed out may still wait to be sent.
      again ||= wasSent() || isTimeout(error)
      const isLate = clock.nowMs() >= deadlineMs || rooms.connection.redis.status === 'end'
      if (again && (isLate || !mayRepeat(jobs))) throw inDoubt(rooms, jobs, error)
      if (isLate) throw explain(error, rooms.connection)
      await clock.sleep(pauseMs)
    }
  }
}
