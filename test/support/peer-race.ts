// A race in which node-resque and ours make, promote, move, cancel and perform the same jobs, at random.

import { setTimeout as delay } from 'node:timers/promises'
import type { Queue } from 'node-resque'
import type { Resque } from '../../src/client/resque.ts'
import type { Scheduler } from '../../src/scheduler/scheduler.ts'
import { nodeScheduler } from './node-resque.ts'
import type { Tally } from './tally.ts'
import type { World } from './world.ts'

const raceMs = 5_000

/** mulberry32: a number from 0 to 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface Parties {
  readonly here: World
  readonly ruby: Resque
  readonly node: Queue
  readonly counted: Tally
  readonly random: () => number
}

/** Makes a job, now or for a time of the race. Resolves to its id, when it has one. */
async function make({ here, ruby, node, counted, random }: Parties, name: number): Promise<string | null> {
  const { Count } = counted.jobs
  const maker = Math.floor(random() * 3)
  const dueMs = random() < 0.3 ? null : Date.now() + random() * raceMs
  if (maker === 0) {
    if (dueMs === null) await node.enqueue('counts', 'Count', [name])
    else await node.enqueueAt(dueMs, 'counts', 'Count', [name])
    return null
  }
  const client = maker === 1 ? ruby : here.resque
  return dueMs === null ? client.enqueue(Count, name) : client.enqueueAt(new Date(dueMs), Count, name)
}

/** One call that meddles with the job. Resolves to how many jobs it has taken out. */
async function meddle(parties: Parties, name: number, id: string | null): Promise<number> {
  const { here, node, counted, random } = parties
  const { Count } = counted.jobs
  const { delayed, queues } = here.resque
  const soon = new Date(Date.now() + random() * 1_500)
  const calls: (() => Promise<unknown>)[] = [
    () => delayed.remove(Count, name),
    () => queues.dequeue(Count, name),
    async () => (await node.delDelayed('counts', 'Count', [name])).length,
    () => node.del('counts', 'Count', [name]),
    async () => void (await delayed.enqueueNow(Count, name)),
  ]
  if (id !== null) {
    calls.push(() => here.resque.cancel(id))
    calls.push(async () => void (await here.resque.reschedule(id, soon)))
  }
  const call = calls[Math.floor(random() * calls.length)]
  return Number((await call?.()) ?? 0)
}

/** The life of one job. Resolves to how often it was taken out. */
export async function live(parties: Parties, name: number): Promise<number> {
  const { random } = parties
  await delay(random() * raceMs)
  const id = await make(parties, name)
  let taken = 0
  while (random() < 0.4) {
    await delay(random() * 1_000)
    taken += await meddle(parties, name, id)
  }
  return taken
}

/**
 * The lead goes back and forth: a scheduler stops, and another of its kind takes its place. Resolves to how many kinds
 * have led.
 */
export async function passTheLead(here: World, signal: AbortSignal): Promise<number> {
  let ours: Scheduler = here.scheduler()
  let theirs = await nodeScheduler(here, { leaderLockTimeout: 3 })
  await ours.start()
  const leaders = new Set<string>()
  const restartOurs = async (): Promise<void> => {
    await ours.stop()
    await delay(200)
    ours = here.scheduler()
    await ours.start()
  }
  const restartTheirs = async (): Promise<void> => {
    await theirs.end()
    theirs = await nodeScheduler(here, { leaderLockTimeout: 3 })
  }
  while (!signal.aborted) {
    await delay(400)
    leaders.add(ours.isLeading ? 'ours' : theirs.leader ? 'theirs' : 'none')
    await (ours.isLeading ? restartOurs() : restartTheirs())
  }
  return leaders.size
}
