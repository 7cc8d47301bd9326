// Adds jobs to the delayed set: a single one, new ones of ours, any jobs. Three scripts do it, since the fewer cases a
// script knows the less it costs.

import { digestOf } from '../job/id.ts'
import { defineScript, type ScriptArgument } from '../redis/script.ts'
import { addLine, replyList, type Store } from '../redis/store.ts'

const delayOneScript = defineScript(new URL('./delay-one.lua', import.meta.url))
const delayScript = defineScript(new URL('./delay.lua', import.meta.url))
const delayAnyScript = defineScript(new URL('./delay-any.lua', import.meta.url))

export interface NewDelayed {
  readonly dueSeconds: number
  readonly queue: string
  readonly payload: string
}

/** A job of ours: it has an id. */
export interface NewOfOurs extends NewDelayed {
  readonly id: string
}

/** Jobs of one second and queue go as one argument. */
function groupsOf(jobs: readonly NewDelayed[]): ScriptArgument[] {
  const seconds = new Map<number, Map<string, string>>()
  for (const { dueSeconds, queue, payload } of jobs) {
    const queues = seconds.get(dueSeconds) ?? new Map<string, string>()
    seconds.set(dueSeconds, queues)
    addLine(queues, queue, payload)
  }
  return [...seconds].flatMap(([second, queues]) =>
    [...queues].flatMap(([queue, lines]) => [second, queue, lines]),
  )
}

/** Nearly all calls are for one second. */
function bySecond(jobs: readonly NewOfOurs[]): Iterable<readonly [number, readonly NewOfOurs[]]> {
  const first = jobs[0]?.dueSeconds ?? 0
  if (jobs.every(({ dueSeconds }) => dueSeconds === first)) return [[first, jobs]]
  const seconds = new Map<number, NewOfOurs[]>()
  for (const job of jobs) {
    const those = seconds.get(job.dueSeconds)
    if (those === undefined) seconds.set(job.dueSeconds, [job])
    else those.push(job)
  }
  return seconds
}

/** What delay.lua is told of jobs. */
function inOrderOfSeconds(jobs: readonly NewOfOurs[]): {
  /** See include/sort-hints.lua. */
  readonly hints: string
  readonly pairs: number[]
  readonly payloads: string[]
} {
  let hints = ''
  const pairs: number[] = []
  const payloads: string[] = []
  for (const [second, those] of bySecond(jobs)) {
    pairs.push(second, those.length)
    hints += `${second} `
    for (const { id, payload } of those) {
      hints += digestOf(id)
      payloads.push(payload)
    }
    hints += ' '
  }
  return { hints, pairs, payloads }
}

/** Adds jobs; those already due by Redis's clock go into their queues. Resolves to that clock. */
export async function addAny(
  { redis, keys, scriptNow }: Store,
  jobs: readonly NewDelayed[],
  again: boolean,
): Promise<{ redisNowMs: number }> {
  const reply = await delayAnyScript.run(
    redis,
    [keys.schedule, keys.queues],
    [
      scriptNow(),
      keys.bucketPrefix,
      keys.queuePrefix,
      keys.jobPrefix,
      keys.wake,
      keys.timestampsPrefix,
      again ? '1' : '',
      keys.delayedIndexPrefix,
      ...groupsOf(jobs),
    ],
  )
  return { redisNowMs: Number(replyList(reply)[0]) }
}

/** The same for new jobs of ours, for a third of the price. */
export async function addNew(store: Store, jobs: readonly NewOfOurs[]): Promise<{ redisNowMs: number }> {
  const { redis, keys, scriptNow } = store
  const { hints, pairs, payloads } = inOrderOfSeconds(jobs)
  const reply = await delayScript.run(
    redis,
    [keys.schedule, keys.status(jobs[0]?.id ?? ''), keys.unsortedHints],
    [scriptNow(), keys.bucketPrefix, hints, pairs.length / 2, ...pairs, ...payloads],
  )
  // The second of one of them may have come, and nothing was added.
  return reply === '' ? addAny(store, jobs, false) : { redisNowMs: Number(reply) }
}

/** The same for a single one that is tracked. */
export function addOne(store: Store, job: NewOfOurs): Promise<{ redisNowMs: number }> {
  const { redis, keys, scriptNow } = store
  const { id, dueSeconds, payload } = job
  const digest = digestOf(id)
  const index = keys.delayedIndexPrefix + digest.slice(0, 4)
  const names = [keys.schedule, keys.bucket(dueSeconds), keys.status(id), index]
  const args = [scriptNow(), dueSeconds, payload, `1${digest.slice(4)}${dueSeconds}`]
  const sent = delayOneScript.run(redis, names, args)
  return sent.then((redisNowMs) =>
    redisNowMs === '' ? addAny(store, [job], false) : { redisNowMs: Number(redisNowMs) },
  )
}
