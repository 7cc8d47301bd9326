// Faults of Redis and of the way to it, at random or for a while, and a flow of jobs that they hit.

import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect } from 'vitest'
import type { EventName } from '../../src/events.ts'
import type { Scheduler } from '../../src/scheduler/scheduler.ts'
import type { Worker } from '../../src/worker/worker.ts'
import { eventually } from './eventually.ts'
import { performances } from './journey.ts'
import type { RedisServer } from './redis-server.ts'
import type { World } from './world.ts'

/** Redis ends as an operator ends it, is gone for so long, and comes back with its data. */
export async function awayFor(server: RedisServer, ms: number): Promise<void> {
  process.kill(server.pid, 'SIGTERM')
  await eventually(() => expect(() => server.pid).toThrow('not running'))
  await delay(ms)
  await server.restart()
}

/** Calls `act` again and again, with a pause between, until `over`. */
export async function atRandom(
  over: AbortSignal,
  aboutEveryMs: number,
  act: () => Promise<unknown>,
): Promise<void> {
  while (!over.aborted) {
    await delay(aboutEveryMs * (0.5 + Math.random()), undefined, { signal: over }).catch(() => undefined)
    if (!over.aborted) await act()
  }
}

export interface Saboteur {
  /** How many connections it has broken. */
  readonly broken: number
  /** Breaks every connection to Redis but its own. */
  kill(): Promise<void>
  /** Makes Redis forget all scripts. */
  flush(): Promise<void>
  stop(): Promise<void>
}

export function saboteur(url: string): Saboteur {
  const redis = new Redis(url)
  let broken = 0
  return {
    get broken() {
      return broken
    },
    kill: async () => {
      for (const type of ['normal', 'pubsub'])
        broken += Number(await redis.call('CLIENT', 'KILL', 'TYPE', type))
    },
    flush: async () => {
      await redis.script('FLUSH')
    },
    stop: async () => redis.disconnect(),
  }
}

async function enqueueSome({ resque }: World, index: number): Promise<(string | null)[]> {
  const soon = 1 + (index % 2)
  if (index % 3 === 0) return [await resque.enqueueInWithQueue('mail', soon, 'Note', index)]
  if (index % 3 === 1) return [await resque.enqueueTo('mail', 'Note', index)]
  return resque.enqueueBulk([
    { job: 'Note', queue: 'mail', args: [index] },
    { job: 'Note', queue: 'mail', args: [index], in: soon },
  ])
}

/** Enqueues jobs, now and for the next two seconds, with so many calls at a time; resolves to their ids. */
export async function flow(w: World, calls: number, atATime = 20): Promise<string[]> {
  const ids: string[] = []
  let next = 0
  const carry = async (): Promise<void> => {
    while (next < calls) ids.push(...(await enqueueSome(w, next++)).map(String))
  }
  await Promise.all(Array.from({ length: atATime }, carry))
  return ids
}

/** Waits until each job has been performed and is complete. None was performed twice. */
export async function expectEachOnce(
  w: World,
  witness: World,
  ids: readonly string[],
  timeoutMs = 20_000,
): Promise<void> {
  await eventually(async () => expect((await performances(witness)).size).toBe(ids.length), {
    timeoutMs,
    intervalMs: 50,
  })
  await eventually(async () => {
    for (const id of ids) expect((await w.resque.status(id))?.state).toBe('complete')
  })
  const counts = await performances(witness)
  expect(ids.filter((id) => counts.get(id) !== 1)).toEqual([])
  expect(await w.redis.get(w.keys.processed)).toBe(String(ids.length))
}

/** The names of these events, as they come. */
export function heard(daemon: Worker | Scheduler, names: readonly EventName[]): string[] {
  const events: string[] = []
  for (const name of names) daemon.on(name, () => events.push(name))
  return events
}
