// A stage for limits: jobs of a class, a clock that the test moves, and a worker process that it plays.

import type { Admitted, Limit } from '../../src/running/limits.ts'
import type { Exchanged, Reserved } from '../../src/running/running.ts'
import { ManualClock } from './manual-clock.ts'
import { joinProcess, type Process } from './process.ts'
import { type World, world } from './world.ts'

export const one: Limit = { name: 'class/One', concurrency: 1, count: 0, windowMs: 0 }
export const startMs = 1_800_000_000_000

export interface LimitStage {
  readonly here: World
  readonly clock: ManualClock
  readonly ids: readonly string[]
  readonly process: Process
}

/** A process with `slots` slots that knows of limits. */
export async function stage(jobs: number, slots = 3): Promise<LimitStage> {
  const clock = new ManualClock(startMs)
  const here = world({ clock })
  const items = Array.from({ length: jobs }, (_, index) => ({ job: 'One', queue: 'mail', args: [index] }))
  const ids = (await here.resque.enqueueBulk(items)).map(String)
  return { here, clock, ids, process: await joinProcess(here, 'mail', slots) }
}

const noQueues: ReadonlyMap<string, Limit> = new Map()
let reservation = 1_000

interface Step {
  readonly outcomes?: Parameters<Process['exchange']>[0]['outcomes']
  readonly slots?: readonly number[]
  readonly queueLimits?: ReadonlyMap<string, Limit>
}

export function exchange({ rooms }: World, { holder }: Process, step: Step = {}): Promise<Exchanged> {
  const { outcomes = [], slots = [1], queueLimits = noQueues } = step
  const parts = { outcomes, freeSlots: slots, queues: ['mail'], reservation: ++reservation }
  return rooms.running.exchange(holder, { ...parts, queueLimits })
}

async function take(
  here: World,
  process: Process,
  slots: readonly number[] = [1],
): Promise<readonly Reserved[]> {
  return (await exchange(here, process, { slots })).jobs
}

function argOf(payload: string): number {
  return (JSON.parse(payload) as { args: [number] }).args[0]
}

/** Takes jobs and asks; the args of those that may be performed. */
export async function takeAndAsk(
  here: World,
  process: Process,
  limit: Limit,
  slots: readonly number[] = [1],
): Promise<Admitted & { readonly taken: readonly Reserved[]; readonly args: readonly number[] }> {
  const jobs = await take(here, process, slots)
  const asking = jobs.map((job) => ({ job, limit }))
  const letIn = await here.rooms.running.limits.admit(process.holder, asking)
  return { ...letIn, taken: jobs, args: letIn.jobs.map(({ payload }) => argOf(payload)) }
}

export async function parkedArgs(here: World, limit: Limit): Promise<number[]> {
  const parked = await here.rooms.running.limits.peekParked(limit.name)
  return parked.map(({ payload }) => argOf(payload))
}

export async function queuedArgs({ rooms }: World): Promise<number[]> {
  return (await rooms.queues.peek('mail')).map(argOf)
}
