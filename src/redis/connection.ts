// Opens connections: to one server, to what Sentinel watches, to a Cluster, or those that were handed in.

import { type Cluster, Redis, type RedisOptions } from 'ioredis'
import { RedisError } from '../errors.ts'
import { listenerOf } from './any-node.ts'
import { endCluster, openCluster } from './cluster.ts'
import { Deadlines } from './deadlines.ts'
import {
  defaultCommandTimeoutMs,
  defaults,
  type Flushable,
  type Options,
  patient,
  sentinelDefaults,
} from './defaults.ts'
import { explained, type Manner } from './explained.ts'
import { callDirectly } from './script.ts'
import { silenceWatch, type Watch } from './silence.ts'
import { isDistrust } from './tls.ts'
import { cureOf, isWrongDatabase, reasonOf, withoutCredentials } from './trouble.ts'
import { type ClusterPlace, readUrl } from './url.ts'

export { checkServer, isOlder } from './check-server.ts'
export { isConnectionTrouble, isTimeout, oldestServer } from './trouble.ts'

/** A URL (redis://, rediss://, redis-sentinel://, redis-cluster://, a path to a socket), ioredis options, or a
 * client that you made and close. */
export type RedisSource = string | RedisOptions | Redis | Cluster

export interface Connection {
  /** Whatever a command rejects with is explained already. */
  readonly redis: Redis
  /** Where it leads, without the password. */
  readonly where: string
  readonly isCluster: boolean
  /** A client that was handed in, and is set to send commands again whose reply was lost. */
  readonly resends: boolean
  /** Asked before a call is made; its answer tells, after the call has failed, whether it can have been sent. */
  watchSending(): () => boolean
  /** Another connection to the same server, for subscriptions. The caller closes it. */
  twin(): Redis
  close(): Promise<void>
}

export interface ConnectOptions {
  /** How long one command may take, in milliseconds, before it fails. Default 10 s. */
  readonly commandTimeoutMs?: number
}

function isClient(source: RedisSource): source is Redis | Cluster {
  return typeof source === 'object' && typeof (source as Redis).evalsha === 'function'
}

/** Whether it leads to a Redis Cluster; told without connecting. @throws InvalidArgumentError for a URL that is wrong */
export function isClusterSource(source: RedisSource): boolean {
  if (typeof source === 'string') return readUrl(source).kind === 'cluster'
  return isClient(source) && source.isCluster
}

function open(source: string | RedisOptions, extra: Options): Redis {
  const { replyMapping: _, ...own }: RedisOptions = typeof source === 'string' ? {} : source
  const ofSentinel = own.sentinels ? sentinelDefaults : {}
  const options: Options = { ...defaults, ...ofSentinel, ...extra, ...own }
  const redis = typeof source === 'string' ? new Redis(source, options) : new Redis(options)
  // Each failing command reports its own error; without a listener a broken connection would end the process.
  redis.on('error', (error: Error) => {
    if (isWrongDatabase(error)) redis.disconnect()
  })
  return redis
}

function addressesOf(nodes: readonly { readonly host?: string; readonly port?: number }[]): string {
  return nodes
    .map(({ host = '127.0.0.1', port }) => `${host}${port === undefined ? '' : `:${port}`}`)
    .join(',')
}

function placeOf({ options }: Redis): string {
  const { host, port, path, db, sentinels, name } = options
  const database = db ? `/${db}` : ''
  if (sentinels) return `redis-sentinel://${addressesOf(sentinels)}${database}?name=${name}`
  return path ? path : `redis${options.tls ? 's' : ''}://${host ?? '127.0.0.1'}:${port ?? 6379}${database}`
}

/** Redis at `where` failed: what it said, why, and the cure. */
function explainAt(where: string, error: unknown, last: Error | undefined): RedisError {
  if (error instanceof RedisError) return error
  const text = reasonOf(error, last).replace(/\.$/, '')
  // Distrust is the cause then, and not that there is no connection: waiting would not cure it.
  const cause = withoutCredentials(isDistrust(last) && last?.message === text ? last : error)
  return new RedisError(`Redis at ${where} failed: ${text}. ${cureOf(text, where)}`, { cause })
}

const lastErrors = new WeakMap<Redis, () => Error | undefined>()

/** An error of ours that tells what happened at which server and how to cure it. */
export function explain(error: unknown, { where, redis }: Pick<Connection, 'where' | 'redis'>): RedisError {
  return explainAt(where, error, lastErrors.get(redis)?.())
}

function explaining(
  client: Redis | Cluster,
  where: string,
  lastError: () => Error | undefined,
  manner: Omit<Manner, 'explain'> = {},
): Redis {
  const explainIt = (error: unknown): Error => explainAt(where, error, lastError())
  const redis = explained(client as Redis, { ...manner, explain: explainIt })
  lastErrors.set(redis, lastError)
  return redis
}

/** Before a connection is ready nothing is sent but its own greeting. */
function sendingOf(redis: Redis | Cluster): Connection['watchSending'] {
  let connections = 0
  redis.on('ready', () => connections++)
  return () => {
    const before = connections
    const isThere = redis.status === 'ready'
    return () => isThere || connections > before
  }
}

function duplicateOf(client: Redis): Redis {
  const twin = client.duplicate()
  twin.on('error', () => undefined)
  return twin
}

/** A client that was handed in keeps its own ways, but no command of ours waits for ever. */
function given(
  client: Redis | Cluster,
  { commandTimeoutMs = defaultCommandTimeoutMs }: ConnectOptions,
): Connection {
  const isCluster = client.isCluster
  const where = isCluster ? 'the Redis Cluster' : placeOf(client as Redis)
  const resends = isCluster
    ? ((client as Cluster).options.retryDelayOnFailover ?? 0) > 0
    : (client as Redis).options.autoResendUnfulfilledCommands === true
  return {
    redis: explaining(client, where, () => undefined, { deadlineMs: commandTimeoutMs }),
    where,
    isCluster,
    resends,
    watchSending: () => () => true,
    twin: () => (isCluster ? listenerOf(client as Cluster) : duplicateOf(client as Redis)),
    close: async () => undefined,
  }
}

async function end(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await redis.quit().catch(() => undefined)
  const isAway = redis.status !== 'ready' && redis.status !== 'end'
  redis.disconnect()
  // Commands that wait for the next connection would wait for their timeout: nothing else ends them.
  if (isAway) (redis as unknown as Flushable).flushQueue(new Error('Connection is closed.'))
}

/** Remembers why there is no connection, for as long as there is none. */
function noteErrors(redis: Redis): () => Error | undefined {
  let last: Error | undefined
  redis.on('error', (error: Error) => {
    last = error
    // While no Sentinel answers ioredis goes on asking, and commands would wait for their timeout.
    if (/All sentinels are unreachable/.test(error.message)) (redis as unknown as Flushable).flushQueue(error)
  })
  redis.on('ready', () => {
    if (last !== undefined && !isWrongDatabase(last)) last = undefined
  })
  const { reconnectOnError } = redis.options
  redis.options.reconnectOnError = (error) => {
    const reconnects = reconnectOnError?.(error) ?? false
    if (reconnects) last = error
    return reconnects
  }
  return () => last
}

/** What ioredis does with a timer for each command: see silence.ts. */
function watchOf(redis: Redis): Watch | undefined {
  const { socketTimeout } = redis.options
  if (socketTimeout === undefined) return undefined
  Object.assign(redis.options, { socketTimeout: undefined })
  return silenceWatch(redis, socketTimeout)
}

/** Scripts are called directly, unless something is to be done to their keys. */
function callThrough(client: Redis, redis: Redis, where: string, watch: Watch = () => undefined): void {
  const { keyPrefix, commandTimeout } = client.options
  if (keyPrefix) return
  const deadlines = commandTimeout === undefined ? null : new Deadlines(commandTimeout)
  const explainIt = (error: unknown): Error => explain(error, { where, redis })
  callDirectly(redis, { client, deadlines, watch, explain: explainIt })
}

function toServer(source: string | RedisOptions, extra: Options): Connection {
  const client = open(source, extra)
  const where = placeOf(client)
  const watch = watchOf(client)
  const redis = explaining(client, where, noteErrors(client), { watch })
  callThrough(client, redis, where, watch)
  return {
    redis,
    where,
    isCluster: false,
    resends: false,
    watchSending: sendingOf(client),
    twin: () => open(source, { ...extra, ...patient }),
    close: () => end(client),
  }
}

function toCluster({ nodes, options }: ClusterPlace, commandTimeoutMs: number): Connection {
  const timeouts = { socketTimeout: commandTimeoutMs, commandTimeout: commandTimeoutMs }
  const { cluster, lastError } = openCluster(nodes, { ...defaults, ...timeouts, ...options })
  const where = `redis-cluster://${addressesOf(nodes)}`
  return {
    redis: explaining(cluster, where, lastError, { deadlineMs: commandTimeoutMs }),
    where,
    isCluster: true,
    resends: false,
    watchSending: sendingOf(cluster),
    twin: () => listenerOf(cluster),
    close: () => endCluster(cluster),
  }
}

/** Opens a connection; it connects in the background and keeps trying. Commands wait for it. */
export function connect(source: RedisSource, options: ConnectOptions = {}): Connection {
  if (isClient(source)) return given(source, options)
  const { commandTimeoutMs: ms } = options
  const extra = ms === undefined ? {} : { commandTimeout: ms, socketTimeout: ms }
  if (typeof source !== 'string') return toServer(source, extra)
  const place = readUrl(source)
  if (place.kind === 'cluster') return toCluster(place, ms ?? defaultCommandTimeoutMs)
  if (place.kind === 'single') return toServer(place.url, { ...extra, ...place.options })
  return toServer(place.options, extra)
}
