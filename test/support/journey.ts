// What the journeys share: where each job is according to Redis itself, how often it was performed, programs to
// kill, and the daemons that bring everything to its end afterwards.

import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import { isTracked } from '../../src/job/id.ts'
import { isFinal, type JobState, stateOf } from '../../src/job/state.ts'
import { journalJobs, type Mood } from './actors/jobs.mjs'
import { ensureBuilt, type Program, runNode } from './child.ts'
import { eventually } from './eventually.ts'
import type { World } from './world.ts'

type WorkerOptions = Parameters<World['worker']>[0]

/** One line of the journal: a job was performed. */
export interface Entry {
  readonly id: string
  readonly args: readonly unknown[]
  readonly attempt: number
  readonly recurring: { readonly name: string; readonly plannedMs: number } | null
  readonly atMs: number
}

/** Beside the namespace, so that it is none of the product's keys. */
export function journalKey({ namespace }: World): string {
  return `journal-of-${namespace}`
}

/** Lets every Gated job end. */
export async function openGate(world: World): Promise<void> {
  await world.redis.set(`${journalKey(world)}:gate`, 'open')
}

/** Every performance so far, in order. */
export async function journal(world: World): Promise<Entry[]> {
  const lines = await world.redis.lrange(journalKey(world), 0, -1)
  return lines.map((line) => JSON.parse(line) as Entry)
}

/** How often each job was performed, by id. */
export async function performances(world: World): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const { id } of await journal(world)) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}

function idIn(payload: unknown): string {
  return (payload as { readonly id: string }).id
}

/** The payloads of one key, and the station that the key stands for; none for other keys. */
async function contents({ redis, keys }: World, key: string): Promise<[JobState, unknown[]]> {
  const list = async () => (await redis.lrange(key, 0, -1)).map((text) => JSON.parse(text) as unknown)
  if (key.startsWith(keys.queuePrefix) || key === keys.asked) return ['waiting', await list()]
  if (key === keys.failed)
    return ['failed', (await list()).map((record) => (record as { payload: unknown }).payload)]
  if (key.startsWith(keys.bucketPrefix) && key !== keys.lastEnqueuedAt) return ['delayed', await list()]
  if (key.startsWith(keys.workerPrefix) && !key.endsWith(':started')) {
    const record = JSON.parse((await redis.get(key)) ?? '') as { token?: string; payload: unknown }
    // Without the number of a reservation it shows a job that is in the hand.
    return ['running', /^[0-9a-f]+$/.test(record.token ?? '') ? [] : [record.payload]]
  }
  if (key.startsWith(keys.handPrefix)) {
    const fields = Object.entries(await redis.hgetall(key)).filter(([field]) => field.startsWith('p'))
    return ['running', fields.map(([, payload]) => JSON.parse(payload) as unknown)]
  }
  return ['waiting', []]
}

/** Every place in which each job is: a look at all of Redis that no program of ours takes part in. */
export async function stations(world: World): Promise<Map<string, JobState[]>> {
  const { redis, namespace, keys } = world
  const found = new Map<string, JobState[]>()
  const add = (id: string, state: JobState): unknown => found.set(id, [...(found.get(id) ?? []), state])
  for (const key of await redis.keys(`${namespace}:*`)) {
    const [state, payloads] = await contents(world, key)
    for (const payload of payloads) add(idIn(payload), state)
  }
  for (const key of await redis.keys(`${keys.jobPrefix}*:status`)) {
    const { status } = JSON.parse((await redis.get(key)) ?? '{}') as { status: number }
    const state = stateOf(status)
    if (state === 'complete' || state === 'cancelled') add(key.slice(keys.jobPrefix.length, -7), state)
  }
  return found
}

export type ActorName = 'worker' | 'quick-worker' | 'scheduler' | 'client'

/** Starts one process of test/support/actors; `url` is how it reaches Redis. */
export function startActor(name: ActorName, world: World, url: string, part: object = {}): Program {
  ensureBuilt()
  const path = fileURLToPath(new URL(`./actors/${name}.mjs`, import.meta.url))
  const place = { url, namespace: world.namespace, journalUrl: world.url, journal: journalKey(world) }
  return runNode([path, JSON.stringify({ ...place, ...part })])
}

/** The options of a worker, in this process, that performs the jobs of the journeys. */
export function journeyWorker(world: World, mood?: Mood): Pick<WorkerOptions, 'queues' | 'jobs'> {
  return { queues: '*', jobs: journalJobs(world.redis, journalKey(world), mood) }
}

/** Everything that died is taken for dead at once, not after the usual half minute. */
export async function buryTheDead({ redis, keys, rooms }: World): Promise<void> {
  await redis.del(keys.leader)
  await eventually(async () => {
    if ((await rooms.running.requeueOrphans(1)).processes > 0) throw new Error('more may be dead')
  })
}

export interface Ending {
  readonly timeoutMs?: number
  readonly mood?: Mood
}

/** A fresh scheduler and a fresh worker, until neither has anything left to do. */
export async function bringToEnd(
  world: World,
  { timeoutMs = 10_000, mood = {} }: Ending = {},
): Promise<void> {
  const worker = world.worker(journeyWorker(world, mood))
  const scheduler = world.scheduler()
  await Promise.all([worker.start(), scheduler.start()])
  await eventually(
    async () => {
      // A job that moves while this looks may be seen nowhere: only the second look tells.
      for (let look = 0; look < 2; look++) {
        const open = [...(await stations(world))].filter(([, states]) =>
          states.some((state) => !isFinal(state)),
        )
        if (open.length > 0) throw new Error(`not at their end: ${JSON.stringify(open)}`)
      }
    },
    { timeoutMs, intervalMs: 25 },
  )
  await Promise.all([worker.stop(), scheduler.stop()])
}

/** What is due in an hour is due at once. */
export async function hurry({ resque }: World): Promise<void> {
  const soonMs = Date.now() + 60_000
  for (const { id, dueAt } of await resque.delayed.list()) {
    if (id !== null && dueAt.getTime() > soonMs) await resque.reschedule(id, Date.now() / 1000)
  }
}

/** Every job is in one place and nowhere else, and its status says so. */
export async function expectOnePlaceEach(
  { resque }: World,
  found: ReadonlyMap<string, readonly JobState[]>,
): Promise<void> {
  for (const [id, states] of found) {
    expect(states).toHaveLength(1)
    if (isTracked(id)) expect((await resque.status(id))?.state).toBe(states[0])
  }
}

/** The ids that a client was told, one for each enqueue that was acknowledged. */
export function acknowledged({ lines }: Program): string[] {
  return lines.flatMap((line) => {
    const { answer } = JSON.parse(line.replace(/^\S+ /, '') || '{}') as { answer?: unknown }
    return typeof answer === 'string' ? [answer] : []
  })
}

/** Closes or kills at the end of the test. */
export function atEnd<T extends { stop(): Promise<void> }>(started: T): T {
  onTestFinished(() => started.stop())
  return started
}
