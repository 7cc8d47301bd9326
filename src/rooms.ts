// All stations on one connection: what a client, a scheduler or a worker walks through.

import { type Clock, systemClock } from './clock.ts'
import { Delayed } from './delayed/delayed.ts'
import { FailedJobs } from './failed/failed.ts'
import { Queues } from './queue/queue.ts'
import { Recurring } from './recurring/recurring.ts'
import { type Connection, connect, type RedisSource } from './redis/connection.ts'
import { keysOf } from './redis/keys.ts'
import type { Store } from './redis/store.ts'
import { Running } from './running/running.ts'
import { Statuses } from './status/status.ts'

export interface RoomsOptions {
  readonly redis?: RedisSource
  readonly namespace?: string
  /** How long the status of a job that has ended is kept. Default 24 h. */
  readonly keepStatusSeconds?: number
  readonly commandTimeoutMs?: number
  /** A test's clock: the scripts then go by it instead of Redis's. */
  readonly clock?: Clock
}

export interface Rooms {
  readonly connection: Connection
  readonly store: Store
  readonly clock: Clock
  readonly keepStatusSeconds: number
  readonly delayed: Delayed
  readonly queues: Queues
  readonly running: Running
  readonly failed: FailedJobs
  readonly statuses: Statuses
  /** Recurring entries of one application; '' is the application without a name. */
  recurring(appName: string): Recurring
}

export const defaultRedis = 'redis://127.0.0.1:6379'
export const defaultNamespace = 'resque'
const defaultKeepStatusSeconds = 86_400

/** Opens Redis and builds the stations. Nothing is read or written yet. */
export function openRooms(options: RoomsOptions = {}): Rooms {
  const clock = options.clock ?? systemClock
  const timeout = options.commandTimeoutMs === undefined ? {} : { commandTimeoutMs: options.commandTimeoutMs }
  const connection = connect(options.redis ?? defaultRedis, timeout)
  const scriptNow = options.clock === undefined ? () => '' : () => String(clock.nowMs())
  const keys = keysOf(options.namespace ?? defaultNamespace)
  const store: Store = { redis: connection.redis, keys, clock, scriptNow }
  const keepStatusSeconds = options.keepStatusSeconds ?? defaultKeepStatusSeconds
  return {
    connection,
    store,
    clock,
    keepStatusSeconds,
    delayed: new Delayed(store, keepStatusSeconds),
    queues: new Queues(store, keepStatusSeconds),
    running: new Running(store, keepStatusSeconds),
    failed: new FailedJobs(store),
    statuses: new Statuses(store),
    recurring: (appName) => new Recurring(store, appName),
  }
}
