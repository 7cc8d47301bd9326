// Ways to put a job where a fault is to hit it. Each resolves to the ids of its jobs; the first is the one that
// is hit.

import type { Program } from './child.ts'
import { eventually } from './eventually.ts'
import { journal, journeyWorker, startActor } from './journey.ts'
import { ManualClock } from './manual-clock.ts'
import type { World } from './world.ts'

export const hour = 3_600
export const longAgoSeconds = 1_000_000_000

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

function ids(given: readonly (string | null)[]): string[] {
  return given.map(String)
}

export const enqueue =
  (job: string, others = 0, queue = 'mail') =>
  async ({ resque }: World): Promise<string[]> =>
    ids(
      await resque.enqueueBulk(
        Array.from({ length: 1 + others }, (_, index) => ({ job: index === 0 ? job : 'Note', queue })),
      ),
    )

export const delay =
  (seconds: number, job = 'Note') =>
  async ({ resque }: World): Promise<string[]> =>
    ids([await resque.enqueueInWithQueue('mail', seconds, job)])

/** A job that has been due for long, as it is found when no scheduler ran. */
export async function overdue(world: World): Promise<string[]> {
  const then = world.client({ clock: new ManualClock(longAgoSeconds * 1000) })
  return ids([await then.enqueueInWithQueue('mail', hour, 'Note')])
}

export const none = async (): Promise<string[]> => []

export async function endWhenInHand(program: Program, world: World): Promise<void> {
  await eventually(async () => {
    if ((await journal(world)).length === 0) throw new Error('no job is in hand yet')
  })
  program.kill('SIGTERM')
}

export async function failed(world: World): Promise<string[]> {
  const made = await enqueue('Broken')(world)
  const worker = world.worker(journeyWorker(world, { broken: true }))
  await worker.start()
  await world.resque.waitFor(String(made[0]))
  await worker.stop()
  return made
}

/** A worker is killed with a job in hand and has not been heard of for long. */
export async function orphaned(world: World): Promise<string[]> {
  const made = await enqueue('Stubborn')(world)
  const worker = startActor('worker', world, world.url, { mood: { hang: true } })
  await eventually(async () => {
    if ((await journal(world)).length === 0) throw new Error('no job is in hand yet')
  })
  worker.kill('SIGKILL')
  await worker.exit
  for (const token of await world.redis.zrange(world.keys.processes, '0', '-1')) {
    await world.redis.zadd(world.keys.processes, '1', token)
  }
  return made
}
