// What the journeys on Sentinel and on a Cluster share: programs there, a journal elsewhere, and a flow of jobs.

import { expect, onTestFinished } from 'vitest'
import { Resque, type ResqueOptions } from '../../src/client/resque.ts'
import { ResqueError } from '../../src/errors.ts'
import { loadSchedule } from '../../src/recurring/file.ts'
import { Scheduler, type SchedulerOptions } from '../../src/scheduler/scheduler.ts'
import { Worker } from '../../src/worker/worker.ts'
import { eventually } from '../support/eventually.ts'
import { type Entry, journal, journeyWorker } from '../support/journey.ts'
import { breath } from '../support/trouble.ts'
import { type World, world } from '../support/world.ts'

export interface Stage {
  readonly resque: Resque
  /** Keeps the journal, on a Redis that nothing disturbs. */
  readonly witness: World
  client(options?: ResqueOptions): Resque
  worker(options?: Partial<ConstructorParameters<typeof Worker>[0]>): Worker
  scheduler(options?: SchedulerOptions): Scheduler
}

/** All that is made here is stopped and closed when the test ends. */
export function stageAt(place: ResqueOptions): Stage {
  const witness = world()
  const client = (options: ResqueOptions = {}): Resque => {
    const made = new Resque({ ...place, ...options })
    onTestFinished(() => made.close())
    return made
  }
  return {
    witness,
    client,
    resque: client(),
    worker: (options = {}) => {
      const worker = new Worker({
        ...place,
        ...journeyWorker(witness),
        termTimeoutSeconds: 1,
        ...options,
      } as never)
      onTestFinished(() => worker.stop())
      return worker
    },
    scheduler: (options = {}) => {
      const scheduler = new Scheduler({ ...place, ...options })
      onTestFinished(() => scheduler.stop())
      return scheduler
    },
  }
}

export const everySecond: string = 'beat:\n  every: 1s\n  class: Note\n  queue: low\n  catch_up: all\n'

/** Enqueues one job after the other, now and for soon, until told to stop; resolves to those that were confirmed. */
export async function flowing({ resque }: Stage, over: AbortSignal): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; !over.aborted; index++) {
    try {
      ids.push(String(await resque.enqueueInWithQueue('mail', index % 2, 'Note', index)))
    } catch (error) {
      expect(error).toBeInstanceOf(ResqueError)
      await breath()
    }
  }
  return ids
}

/** The planned times of the performed runs of `beat`. */
export function beats(entries: readonly Entry[]): number[] {
  return entries.flatMap(({ recurring }) => (recurring === null ? [] : [recurring.plannedMs]))
}

/** Fails over while jobs flow, and shows that nothing that was confirmed is lost, and nothing performed twice. */
export async function failOverInTheMiddle(stage: Stage, failOver: () => Promise<void>): Promise<void> {
  const { witness, resque } = stage
  const { entries } = loadSchedule(everySecond)
  await Promise.all([stage.worker().start(), stage.scheduler({ entries }).start()])
  const over = new AbortController()
  onTestFinished(() => over.abort())
  const flow = Promise.all([flowing(stage, over.signal), flowing(stage, over.signal)])
  await eventually(async () => expect(beats(await journal(witness)).length).toBeGreaterThan(1))
  await failOver()
  const overMs = Date.now()
  await eventually(async () => expect(Math.max(...beats(await journal(witness)))).toBeGreaterThan(overMs), {
    timeoutMs: 20_000,
  })
  over.abort()
  const confirmed = (await flow).flat()
  await eventually(
    async () => {
      for (const id of confirmed) expect((await resque.status(id))?.state).toBe('complete')
    },
    { timeoutMs: 15_000, intervalMs: 100 },
  )
  const entriesDone = await journal(witness)
  const counts = new Map<string, number>()
  for (const { id } of entriesDone) counts.set(id, (counts.get(id) ?? 0) + 1)
  expect([...counts].filter(([, count]) => count > 1)).toEqual([])
  expect(confirmed.filter((id) => counts.get(id) !== 1)).toEqual([])
  const planned = beats(entriesDone).sort()
  expect(planned).toEqual(planned.map((_, index) => (planned[0] ?? 0) + index * 1_000))
}
