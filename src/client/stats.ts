// Numbers of the whole system, as Ruby's `Resque.info`.

import type { Rooms } from '../rooms.ts'

export interface Stats {
  /** Jobs performed, and those of them that failed for good, since the counters began. */
  readonly processed: number
  readonly failed: number
  /** Jobs in all queues, and by queue. */
  readonly waiting: number
  readonly queues: Readonly<Record<string, number>>
  readonly delayed: number
  /** Worker slots of all systems, and those with a job in hand. */
  readonly workers: number
  readonly running: number
  /** Records on the failed list. */
  readonly failures: number
}

async function workerCounts(rooms: Rooms): Promise<{ workers: number; running: number }> {
  const { redis, keys } = rooms.store
  const ids = await redis.smembers(keys.workers)
  if (ids.length === 0) return { workers: 0, running: 0 }
  return { workers: ids.length, running: await redis.exists(...ids.map((id) => keys.worker(id))) }
}

/** Sets the two counters that all systems share back to 0, in one step. */
export async function resetStats({ store: { redis, keys } }: Rooms): Promise<void> {
  await redis.del(keys.processed, keys.failedCount)
}

export async function readStats(rooms: Rooms): Promise<Stats> {
  const { redis, keys } = rooms.store
  const [counters, queues, delayed, workers, failures] = await Promise.all([
    redis.mget(keys.processed, keys.failedCount),
    rooms.queues.list(),
    rooms.delayed.count(),
    workerCounts(rooms),
    rooms.failed.count(),
  ])
  return {
    processed: Number(counters[0] ?? 0),
    failed: Number(counters[1] ?? 0),
    waiting: queues.reduce((sum, { size }) => sum + size, 0),
    queues: Object.fromEntries(queues.map(({ name, size }) => [name, size])),
    delayed,
    ...workers,
    failures,
  }
}
