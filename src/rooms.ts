// All stations on one connection: what a client, a scheduler or a worker walks through.

import { type Clock, systemClock } from './clock.ts'
import { Delayed } from './delayed/delayed.ts'
import { FailedJobs } from './failed/failed.ts'
import { Queues } from './queue/queue.ts'
import { Recurring } from './recurring/recurring.ts'
import { type Connection, connect, explain, isClusterSource, type RedisSource } from './redis/connection.ts'
import { checkDurability, confirmWrites, type Durability } from './redis/durability.ts'
import { keysOf } from './redis/keys.ts'
import { namespaceOn } from './redis/namespace.ts'
import type { Store } from './redis/store.ts'
import { Running } from './running/running.ts'
import { Statuses } from './status/status.ts'
import { Unique } from './unique/unique.ts'

export interface RoomsOptions {
  readonly redis?: RedisSource
  readonly namespace?: string
  /** How long the status of a job that has ended is kept. Default 24 h. */
  readonly keepStatusSeconds?: number
  readonly commandTimeoutMs?: number
  /** Scripts that write count only when so many replicas have what they wrote; else UnconfirmedError. */
  readonly durability?: Durability
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
  readonly unique: Unique
  /** Recurring entries of one application; '' is the application without a name. */
  recurring(appName: string): Recurring
}

export const defaultRedis = 'redis://127.0.0.1:6379'
const defaultKeepStatusSeconds = 86_400

function openConnection({
  redis = defaultRedis,
  commandTimeoutMs: ms,
  durability,
}: RoomsOptions): Connection {
  const wanted = durability === undefined ? undefined : checkDurability(durability, ms)
  const connection = connect(redis, ms === undefined ? {} : { commandTimeoutMs: ms })
  const { where } = connection
  if (wanted !== undefined)
    confirmWrites(connection.redis, where, wanted, (error) => explain(error, connection))
  return connection
}

/** Opens Redis and builds the stations. Nothing is read or written yet. @throws InvalidArgumentError */
export function openRooms(options: RoomsOptions = {}): Rooms {
  const clock = options.clock ?? systemClock
  // What is refused is refused before anything is opened, which would keep the process alive.
  const namespace = namespaceOn(isClusterSource(options.redis ?? defaultRedis), options.namespace)
  const connection = openConnection(options)
  const scriptNow = options.clock === undefined ? () => '' : () => String(clock.nowMs())
  const keys = keysOf(namespace)
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
    unique: new Unique(store, keepStatusSeconds),
    recurring: (appName) => new Recurring(store, appName),
  }
}
