// One look over queues and delayed jobs, for metrics and for checks, of bounded work.

import { decodePayload } from '../job/codec.ts'
import { plannedSeconds } from '../job/id.ts'
import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'

const surveyScript = defineScript(new URL('./survey.lua', import.meta.url))

/** Of more due seconds than these the jobs are not counted. */
export const mostSeconds = 1_000
/** A script must not hold Redis up. */
const queuesPerCall = 200
/** A larger payload is not read to learn how old it is. */
const longestPayload = 65_536

export interface QueueSurvey {
  readonly name: string
  readonly jobs: number
  readonly paused: boolean
  /** How long the next job has been waiting; null for none, or for a job that does not tell. */
  readonly oldestAgeMs: number | null
}

export interface Survey {
  readonly redisNowMs: number
  /** The first due second, null when nothing is delayed. */
  readonly nextDueSeconds: number | null
  readonly dueSeconds: number
  /** Jobs in the first `mostSeconds` due seconds. */
  readonly delayedJobs: number
  readonly overdueJobs: number
  readonly failedJobs: number
  readonly workers: number
  readonly processed: number
  readonly failed: number
  /** Every worker of every system is paused. */
  readonly allPaused: boolean
  /** How many queues there are; `queues` may hold fewer. */
  readonly queueCount: number
  readonly queues: readonly QueueSurvey[]
}

/**
 * A delayed job waits since it was due, every other since it was enqueued; null when it does not tell. A job that
 * is tried again counts from its first time. Ids that php-resque made say nothing of when.
 */
export function waitingSinceMs(id: string | null, queueTimeMs: number | null, nowMs: number): number | null {
  if (queueTimeMs === null) return null
  const plannedMs = id === null ? 0 : plannedSeconds(id) * 1000
  return plannedMs <= nowMs ? Math.max(queueTimeMs, plannedMs) : queueTimeMs
}

function ageMs(payload: string, nowMs: number): number | null {
  try {
    const { id, queueTimeMs } = decodePayload(payload)
    const sinceMs = waitingSinceMs(id, queueTimeMs, nowMs)
    return sinceMs === null ? null : Math.max(0, nowMs - sinceMs)
  } catch {
    return null
  }
}

function readQueues(names: readonly string[], reply: readonly unknown[], nowMs: number): QueueSurvey[] {
  return names.map((name, index) => {
    const [jobs, paused, oldest] = reply.slice(headLength + index * 3, headLength + index * 3 + 3)
    const oldestAgeMs = oldest === '' ? null : ageMs(String(oldest), nowMs)
    return { name, jobs: Number(jobs), paused: paused === 1, oldestAgeMs }
  })
}

/** Before the queues. */
const headLength = 10

function readHead(reply: readonly unknown[]): Omit<Survey, 'queues' | 'queueCount'> {
  const [now, first, seconds, delayed, overdue, failures, workers, processed, failed, pause] = reply
  return {
    redisNowMs: Number(now),
    nextDueSeconds: first === '' ? null : Number(first),
    dueSeconds: Number(seconds),
    delayedJobs: Number(delayed),
    overdueJobs: Number(overdue),
    failedJobs: Number(failures),
    workers: Number(workers),
    processed: Number(processed),
    failed: Number(failed),
    allPaused: pause === 'true',
  }
}

async function look(store: Store, seconds: number, names: readonly string[]): Promise<readonly unknown[]> {
  const { redis, keys, scriptNow } = store
  const { schedule, pausedQueues, failed, workers, processed, failedCount, pauseAll } = keys
  const scriptKeys = [schedule, pausedQueues, failed, workers, processed, failedCount, pauseAll]
  const args = [scriptNow(), keys.queuePrefix, keys.bucketPrefix, seconds, longestPayload, ...names]
  return replyList(await surveyScript.run(redis, scriptKeys, args))
}

/** @param mostQueues of more queues than these, in alphabetical order, nothing is asked */
export async function survey(store: Store, mostQueues: number): Promise<Survey> {
  const all = mostQueues === 0 ? [] : (await store.redis.smembers(store.keys.queues)).sort()
  const wanted = all.slice(0, mostQueues)
  const firstNames = wanted.slice(0, queuesPerCall)
  const reply = await look(store, mostSeconds, firstNames)
  const head = readHead(reply)
  const queues = readQueues(firstNames, reply, head.redisNowMs)
  for (let from = queuesPerCall; from < wanted.length; from += queuesPerCall) {
    const names = wanted.slice(from, from + queuesPerCall)
    queues.push(...readQueues(names, await look(store, 0, names), head.redisNowMs))
  }
  return { ...head, queueCount: all.length, queues }
}
