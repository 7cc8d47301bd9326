// From a call to a job in Redis: checks, makes the job, adds it; and again, when the connection broke.

import type { Clock } from '../clock.ts'
import type { NewDelayed, NewOfOurs } from '../delayed/delayed.ts'
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

/** What the jobs of a call carry of where they are made. */
export function carriedBy({ timeoutSeconds }: CallSettings): CarriedOptions | undefined {
  const here = carriedHere()
  return timeoutSeconds === undefined ? here : { ...here, timeoutSeconds }
}

/** Makes the job of a request, without its lock. @throws InvalidArgumentError before anything is written. */
export function prepareUnlocked(
  { job, args, queue, dueSeconds }: Request,
  settings: CallSettings,
  nowMs: number,
  carried: CarriedOptions | undefined,
): Prepared {
  const className = jobName(job)
  const { id, payload } = newJob({
    className,
    args,
    queue,
    plannedSeconds: dueSeconds ?? Math.floor(nowMs / 1000),
    nowMs,
    format: settings.format,
    tracked: isToBeTracked(job, settings),
    carried,
  })
  // Written out, because every job goes through here and spreading costs as much as encoding one.
  return { id, payload, queue, dueSeconds, className, madeMs: nowMs, lock: undefined }
}

/** Makes the job of a request. @throws InvalidArgumentError before anything is written. */
export function prepare(request: Request, settings: CallSettings, nowMs: number): Prepared {
  const prepared = prepareUnlocked(request, settings, nowMs, carriedBy(settings))
  const { job, args, queue } = request
  const rule = ruleOf(job, settings)
  if (!rule) return prepared
  const isTracked = settings.format === 'php' && isToBeTracked(job, settings)
  return { ...prepared, lock: lockOf(rule, { job, args, queue, isTracked }) }
}

function mayRepeat(jobs: readonly Prepared[]): boolean {
  return jobs.every(({ id }) => id !== null && isTracked(id))
}

/** How long a producer keeps trying when Redis is away, in milliseconds. */
const patienceMs = 15_000
const pauseMs = 100

function isLater(job: Prepared): job is Prepared & NewDelayed {
  return job.dueSeconds !== null
}

function isOurs(job: Prepared & NewDelayed): job is Prepared & NewOfOurs {
  return job.id !== null
}

function addLater(
  rooms: Rooms,
  jobs: readonly (Prepared & NewDelayed)[],
  again: boolean,
): Promise<{ redisNowMs: number }> {
  return !again && jobs.every(isOurs) ? rooms.delayed.addNew(jobs) : rooms.delayed.add(jobs, again)
}

/** Jobs for now and jobs for later are two calls. */
async function addMany(
  rooms: Rooms,
  jobs: readonly Prepared[],
  again: boolean,
): Promise<{ redisNowMs: number }> {
  if (jobs.every(isLater)) return addLater(rooms, jobs, again)
  const later = jobs.filter(isLater)
  const pushed = rooms.queues.push(jobs.filter((job) => !isLater(job)))
  if (later.length === 0) return pushed
  const [reply] = await Promise.all([pushed, addLater(rooms, later, again)])
  return reply
}

/** The commonest call of all, one tracked job for the first time, goes a shorter way. */
function addOnce(rooms: Rooms, jobs: readonly Prepared[], again: boolean): Promise<{ redisNowMs: number }> {
  const [job] = jobs
  if (job === undefined || again || jobs.length > 1) return addMany(rooms, jobs, again)
  const { id, dueSeconds, queue, payload, className, madeMs } = job
  if (id === null || !isTracked(id)) return addMany(rooms, jobs, again)
  if (dueSeconds === null) return rooms.queues.pushOne(job, { id, className, enqueuedMs: madeMs })
  return rooms.delayed.addOne({ dueSeconds, queue, payload, id })
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

interface Attempt {
  readonly error: unknown
  /** The jobs may have reached Redis. */
  readonly again: boolean
}

/** @throws what the caller is to be told, when there is no point in another attempt */
function checkPoint(
  { rooms, clock }: Place,
  jobs: readonly Prepared[],
  last: Attempt,
  deadlineMs: number,
): void {
  const { error, again } = last
  if (error instanceof UnconfirmedError) throw inDoubt(rooms, jobs, error)
  if (!isConnectionTrouble(error)) throw explain(error, rooms.connection)
  const isLate = clock.nowMs() >= deadlineMs || rooms.connection.redis.status === 'end'
  if (again && (isLate || !mayRepeat(jobs))) throw inDoubt(rooms, jobs, error)
  if (isLate) throw explain(error, rooms.connection)
}

/**
 * Sends jobs. When the connection breaks in the middle they are sent again, and the script leaves out those that
 * are there already; jobs that it could not recognise (without id or status) are not tried twice.
 * @throws RedisError nothing was added; EnqueueInDoubtError it may have been
 */
export function sendUntilTold<T>(
  place: Place,
  jobs: readonly Prepared[],
  send: (again: boolean) => Promise<T>,
  isRepeated = false,
): Promise<T> {
  const { rooms, clock } = place
  const deadlineMs = clock.nowMs() + patienceMs
  if (rooms.connection.resends && !mayRepeat(jobs)) warnOfResending(rooms.connection)
  const attempt = (again: boolean): Promise<T> => {
    const wasSent = rooms.connection.watchSending()
    return send(again).catch(async (error: unknown) => {
      // What has timed out may still wait to be sent.
      const last = { error, again: again || wasSent() || isTimeout(error) }
      checkPoint(place, jobs, last, deadlineMs)
      await clock.sleep(pauseMs)
      return attempt(last.again)
    })
  }
  return attempt(isRepeated)
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
