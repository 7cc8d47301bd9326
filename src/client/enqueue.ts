// From a call to a job in Redis: checks, makes the job, adds it; and again, when the connection broke.

import type { Clock } from '../clock.ts'
import type { NewDelayed } from '../delayed/delayed.ts'
import { EnqueueInDoubtError, UnconfirmedError } from '../errors.ts'
import { carriedHere } from '../job/ambient.ts'
import type { CarriedOptions } from '../job/codec.ts'
import { isTracked } from '../job/id.ts'
import type { JobClass } from '../job/job.ts'
import { jobName } from '../job/names.ts'
import { type NewJob, newJob } from '../job/new-job.ts'
import type { UniqueLock } from '../job/unique.ts'
import { explain, isConnectionTrouble, isTimeout } from '../redis/connection.ts'
import { warnOfResending } from '../redis/resending.ts'
import type { Rooms } from '../rooms.ts'
import type { Placement } from '../unique/unique.ts'
import type { CallSettings } from './settings.ts'
import { lockOf, readUnique, type UniqueRule } from './unique.ts'

/** Where jobs go, and by which clock. */
export interface Place {
  readonly rooms: Rooms
  readonly clock: Clock
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
  readonly className: string
  /** When it was made, as its payload says. */
  readonly madeMs: number
  /** Of a job of which there is to be one at a time. */
  readonly lock: UniqueLock | undefined
}

function isToBeTracked(job: JobClass | string, { track, callTrack }: CallSettings): boolean {
  return callTrack ?? (track && (typeof job === 'string' || job.track !== false))
}

/** The rule by which a job is unique, when it is. */
export function ruleOf(job: JobClass | string, { unique }: CallSettings): UniqueRule | false | undefined {
  if (unique !== undefined || typeof job === 'string' || job.unique === undefined) return unique
  return readUnique(job.unique)
}

function carriedBy({ timeoutSeconds }: CallSettings): CarriedOptions | undefined {
  const here = carriedHere()
  return timeoutSeconds === undefined ? here : { ...here, timeoutSeconds }
}

/** Makes the job of a request. @throws InvalidArgumentError before anything is written. */
export function prepare(request: Request, settings: CallSettings, nowMs: number): Prepared {
  const { job, args, queue, dueSeconds } = request
  const tracked = isToBeTracked(job, settings)
  const className = jobName(job)
  const { id, payload } = newJob({
    className,
    args,
    queue,
    plannedSeconds: dueSeconds ?? Math.floor(nowMs / 1000),
    nowMs,
    format: settings.format,
    tracked,
    carried: carriedBy(settings),
  })
  const rule = ruleOf(job, settings)
  // Written out, because every job goes through here and spreading costs as much as encoding one.
  if (!rule) return { id, payload, queue, dueSeconds, className, madeMs: nowMs, lock: undefined }
  const isTracked = tracked && settings.format === 'php'
  const lock = lockOf(rule, { job, args, queue, isTracked })
  return { id, payload, queue, dueSeconds, className, madeMs: nowMs, lock }
}

function mayRepeat(jobs: readonly Prepared[]): boolean {
  return jobs.every(({ id }) => id !== null && isTracked(id))
}

/** How long a producer keeps trying when Redis is away, in milliseconds. */
const patienceMs = 15_000
const pauseMs = 100

/** The commonest call of all goes a shorter way. null: it cannot. */
async function addOne(rooms: Rooms, job: Prepared): Promise<{ redisNowMs: number } | null> {
  const { id, dueSeconds, queue, payload, className, madeMs } = job
  if (id === null || !isTracked(id)) return null
  if (dueSeconds === null) return rooms.queues.pushOne(job, { id, className, enqueuedMs: madeMs })
  return rooms.delayed.addOne({ dueSeconds, queue, payload }, id)
}

async function addOnce(
  rooms: Rooms,
  jobs: readonly Prepared[],
  again: boolean,
): Promise<{ redisNowMs: number }> {
  const [only] = jobs
  const added = jobs.length === 1 && only !== undefined && !again ? await addOne(rooms, only) : null
  if (added !== null) return added
  const later: NewDelayed[] = []
  const now: Prepared[] = []
  for (const job of jobs) {
    const { dueSeconds, queue, payload } = job
    if (dueSeconds === null) now.push(job)
    else later.push({ dueSeconds, queue, payload })
  }
  if (now.length === 0) return rooms.delayed.add(later, again)
  const pushed = rooms.queues.push(now)
  if (later.length === 0) return pushed
  const [reply] = await Promise.all([pushed, rooms.delayed.add(later, again)])
  return reply
}

function inDoubt(rooms: Rooms, jobs: readonly Prepared[], error: unknown): EnqueueInDoubtError {
  const ids = jobs.map(({ id }) => id)
  const cause = explain(error, rooms.connection)
  const what =
    error instanceof UnconfirmedError
      ? 'a job was added, but a failover may lose it'
      : 'the connection broke while a job was added; it may be there or not'
  const cure = ids.includes(null)
    ? 'Look for it before you enqueue it again.'
    : 'Ask status(id) before you enqueue it again.'
  return new EnqueueInDoubtError(ids, `${what} (${ids.join(', ')}). ${cure} ${cause.message}`, { cause })
}

/**
 * Sends jobs. When the connection breaks in the middle they are sent again, and the script leaves out those that
 * are there already; jobs that it could not recognise (without id or status) are not tried twice.
 * @throws RedisError nothing was added; EnqueueInDoubtError it may have been
 */
export async function sendUntilTold<T>(
  { rooms, clock }: Place,
  jobs: readonly Prepared[],
  send: (again: boolean) => Promise<T>,
  isRepeated = false,
): Promise<T> {
  const deadlineMs = clock.nowMs() + patienceMs
  if (!mayRepeat(jobs)) warnOfResending(rooms.connection)
  for (let again = isRepeated; ; ) {
    const wasSent = rooms.connection.watchSending()
    try {
      return await send(again)
    } catch (error) {
      if (error instanceof UnconfirmedError) throw inDoubt(rooms, jobs, error)
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

/** Adds jobs, each of them once. @param isRepeated some may be there already, from an earlier call */
export function add(
  place: Place,
  jobs: readonly Prepared[],
  isRepeated = false,
): Promise<{ redisNowMs: number }> {
  return sendUntilTold(place, jobs, (again) => addOnce(place.rooms, jobs, again), isRepeated)
}

/** Adds a job of which there is to be one at a time, or leaves it to the one that has its key. */
export function addUnique(place: Place, job: Prepared & { readonly lock: UniqueLock }): Promise<Placement> {
  return sendUntilTold(place, [job], () => place.rooms.unique.add({ ...job, id: job.id ?? '' }))
}
