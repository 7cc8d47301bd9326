// A world of its own for each test: a namespace on the shared Redis, a client, and what else is asked for, all
// closed when the test ends.

import { Redis } from 'ioredis'
import { inject, onTestFinished } from 'vitest'
import { Resque, type ResqueOptions } from '../../src/client/resque.ts'
import type { Keys } from '../../src/redis/keys.ts'
import type { Rooms } from '../../src/rooms.ts'
import { Scheduler, type SchedulerOptions } from '../../src/scheduler/scheduler.ts'
import type { WorkerOptions } from '../../src/worker/options.ts'
import { Worker } from '../../src/worker/worker.ts'
import { freshNamespace } from './namespace.ts'

export interface World {
  readonly resque: Resque
  readonly rooms: Rooms
  readonly keys: Keys
  /** A plain connection, to look at Redis and to play other systems. */
  readonly redis: Redis
  readonly url: string
  readonly namespace: string
  /** A worker on this world's namespace, stopped when the test ends. */
  worker(options: Omit<WorkerOptions, 'namespace'>): Worker
  /** A scheduler on this world's namespace, stopped when the test ends. */
  scheduler(options?: Omit<SchedulerOptions, 'namespace'>): Scheduler
  /** Another client, closed when the test ends. */
  client(options?: ResqueOptions): Resque
  /** Every key of this namespace, without the namespace, sorted; but for the hints where a job may be delayed. */
  allKeys(): Promise<string[]>
}

export interface WorldOptions extends ResqueOptions {
  /** Another Redis than the shared one. */
  readonly url?: string
}

export function world({ url = inject('redisUrl'), ...options }: WorldOptions = {}): World {
  const namespace = options.namespace ?? freshNamespace()
  const place = { redis: url, namespace }
  const client = (more: ResqueOptions = {}): Resque => {
    const made = new Resque({ ...place, ...options, ...more })
    onTestFinished(() => made.close())
    return made
  }
  const redis = new Redis(url)
  redis.on('error', () => undefined)
  onTestFinished(() => redis.disconnect())
  const resque = client()
  return {
    resque,
    rooms: resque.rooms,
    keys: resque.rooms.store.keys,
    redis,
    url,
    namespace,
    client,
    worker: (more) => {
      const worker = new Worker({ ...place, ...more })
      onTestFinished(() => worker.stop())
      return worker
    },
    scheduler: (more = {}) => {
      const scheduler = new Scheduler({ ...place, ...more })
      onTestFinished(() => scheduler.stop())
      return scheduler
    },
    allKeys: async () =>
      (await redis.keys(`${namespace}:*`))
        .map((key) => key.slice(namespace.length + 1))
        .filter((key) => !key.startsWith('delayed_index:'))
        .sort(),
  }
}
