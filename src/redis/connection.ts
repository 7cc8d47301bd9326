// Opens connections and explains what is wrong with them. The only file, with the rooms' types, that knows
// how ioredis is configured.

import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { RedisError } from '../errors.ts'

/** A URL (redis://, rediss://, a path to a socket), ioredis options, or a client that you made and close. */
export type RedisSource = string | RedisOptions | Redis | Cluster

export interface Connection {
  readonly redis: Redis
  /** Where it leads, without the password. */
  readonly where: string
  /** Asked before a call is made; its answer tells, after the call has failed, whether it can have been sent. */
  watchSending(): () => boolean
  /** Another connection to the same server, for subscriptions. The caller closes it. */
  twin(): Redis
  close(): Promise<void>
}

export const oldestServer = '6.2.0'

/**
 * A command that was sent when the connection broke may or may not have been carried out. ioredis would send
 * it again, and so enqueue a job twice: it must not. It fails at once, as do those that wait for a connection
 * that cannot be made, and what is safe to repeat is repeated by its caller. A connection that is silent for as
 * long as a command may take is given up: it may be half open, and would stay so for a quarter of an hour.
 */
const defaults = {
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  commandTimeout: 10_000,
  socketTimeout: 10_000,
  connectTimeout: 5_000,
  // A program that ends while Redis is away is kept alive for as long as this.
  disconnectTimeout: 200,
  keepAlive: 10_000,
  retryStrategy: (attempt: number): number =>
    Math.min(50 * 2 ** Math.min(attempt, 6), 2_000) * (0.75 + Math.random() / 2),
  reconnectOnError: (error: Error): boolean | 1 | 2 => (error.message.startsWith('READONLY') ? 1 : false),
} satisfies RedisOptions

/** A subscription may be made any number of times, and waits for as long as Redis is away. */
const patient = {
  autoResendUnfulfilledCommands: true,
  maxRetriesPerRequest: null,
  commandTimeout: undefined,
} satisfies RedisOptions

function isClient(source: RedisSource): source is Redis | Cluster {
  return typeof source === 'object' && typeof (source as Redis).evalsha === 'function'
}

/** ioredis types the replies by this option; we read none that it changes. */
type Options = Omit<RedisOptions, 'replyMapping'>

function open(source: string | RedisOptions, extra: Options): Redis {
  const { replyMapping: _, ...own }: RedisOptions = typeof source === 'string' ? {} : source
  const options: Options = { ...defaults, ...extra, ...own }
  const redis = typeof source === 'string' ? new Redis(source, options) : new Redis(options)
  // Each failing command reports its own error; without a listener a broken connection would end the process.
  redis.on('error', (error: Error) => {
    if (isWrongDatabase(error)) redis.disconnect()
  })
  return redis
}

/** ioredis goes on with database 0 when the one asked for does not exist: jobs must not end up there. */
function isWrongDatabase(error: Error): boolean {
  return /DB index|SELECT is not allowed/i.test(error.message)
}

function place(redis: Redis): string {
  const { host, port, path, db } = redis.options
  if (path) return path
  return `redis://${host ?? '127.0.0.1'}:${port ?? 6379}${db ? `/${db}` : ''}`
}

function given(client: Redis | Cluster): Connection {
  const redis = client as unknown as Redis
  const where = client instanceof Cluster ? 'a Redis Cluster' : place(redis)
  return {
    redis,
    where,
    watchSending: () => () => true,
    twin: () => {
      const twin = (client as Redis).duplicate()
      twin.on('error', () => undefined)
      return twin
    },
    close: async () => undefined,
  }
}

async function end(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await redis.quit().catch(() => undefined)
  const isBetweenConnections = redis.status === 'reconnecting'
  redis.disconnect()
  // Commands that wait for the next connection would wait for their timeout: nothing else ends them.
  if (isBetweenConnections) (redis as unknown as Flushable).flushQueue(new Error('Connection is closed.'))
}

/** Private in ioredis's types. */
interface Flushable {
  flushQueue(error: Error): void
}

/** Before a connection is ready nothing is sent but its own greeting. */
function sendingOf(redis: Redis): Connection['watchSending'] {
  let connections = 0
  redis.on('ready', () => connections++)
  return () => {
    const before = connections
    const isThere = redis.status === 'ready'
    return () => isThere || connections > before
  }
}

export interface ConnectOptions {
  /** How long one command may take, in milliseconds, before it fails. Default 10 s. */
  readonly commandTimeoutMs?: number
}

/** Opens a connection; it connects in the background and keeps trying. Commands wait for it. */
export function connect(source: RedisSource, options: ConnectOptions = {}): Connection {
  if (isClient(source)) return given(source)
  const { commandTimeoutMs: ms } = options
  const extra = ms === undefined ? {} : { commandTimeout: ms, socketTimeout: ms }
  const redis = open(source, extra)
  let lastError: Error | undefined
  redis.on('error', (error: Error) => {
    lastError = error
  })
  redis.on('ready', () => {
    if (lastError !== undefined && !isWrongDatabase(lastError)) lastError = undefined
  })
  lastErrors.set(redis, () => lastError)
  return {
    redis,
    where: place(redis),
    watchSending: sendingOf(redis),
    twin: () => open(source, { ...extra, ...patient }),
    close: () => end(redis),
  }
}

const lastErrors = new WeakMap<Redis, () => Error | undefined>()

const connectionTrouble =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|Connection is closed|Command timed out|Stream isn't writeable|aborted|Socket closed|Socket timeout|max retries per request|connection close/i

/** True when the command may be tried again, since Redis was not reached, or is on its way back. */
export function isConnectionTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return (
    connectionTrouble.test(`${code} ${error.message}`) ||
    /^(LOADING|BUSY|READONLY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN)/.test(error.message)
  )
}

/** True when the answer did not come in time: the command may be carried out later. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && /timed out/i.test(error.message)
}

const cures: readonly [RegExp, string][] = [
  [
    /WRONGPASS|invalid password|NOAUTH|invalid username/,
    'Put the right user and password into the URL: redis://user:password@host:6379.',
  ],
  [/NOPERM/, 'The Redis user lacks a right for this command or key; see the ACL of the user.'],
  [/WRONGTYPE/, 'Another program uses one of our keys: choose another namespace, or remove that key.'],
  [/^OOM/, 'Redis has reached maxmemory: give it more, or remove data. Set maxmemory-policy to noeviction.'],
  [
    /DB index|SELECT is not allowed/i,
    'Redis has no such database: correct the number at the end of the URL.',
  ],
  [/MISCONF/, 'Redis cannot save to disk: free space on its disk, then look at its log.'],
  [/unknown command|wrong number of arguments/i, `Redis ${oldestServer} or newer is needed.`],
]

function cureOf(text: string): string {
  return (
    cures.find(([pattern]) => pattern.test(text))?.[1] ??
    'Is Redis running there? Set REDIS_URL or the redis option.'
  )
}

/** What failed, with the reason why there is no connection when that is it. */
function reasonOf(error: unknown, last: Error | undefined): string {
  const reason = error instanceof Error ? error.message : String(error)
  // ioredis names a setting of its own where the connection broke or could not be made.
  if (/max retries per request/.test(reason)) return last?.message ?? 'the connection broke'
  return last !== undefined && isConnectionTrouble(error) ? `${reason}; ${last.message}` : reason
}

/** An error of ours that tells what happened at which server and how to cure it. */
export function explain(error: unknown, connection: Connection): RedisError {
  if (error instanceof RedisError) return error
  const reason = reasonOf(error, lastErrors.get(connection.redis)?.())
  const text = reason.replace(/\.$/, '')
  return new RedisError(`Redis at ${connection.where} failed: ${text.replace(/\.$/, '')}. ${cureOf(text)}`, {
    cause: error,
  })
}

/** Compares version numbers, part by part. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number))
  for (let index = 0; index < 3; index++) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

/** Reaches the server once. @throws RedisError when it cannot be reached, refuses us, or is too old. */
export async function checkServer(connection: Connection): Promise<void> {
  let info: string
  try {
    info = await connection.redis.info('server')
  } catch (error) {
    throw explain(error, connection)
  }
  const version = /redis_version:(\S+)/.exec(info)?.[1] ?? oldestServer
  if (!isOlder(version, oldestServer)) return
  throw new RedisError(
    `Redis at ${connection.where} is version ${version}: ${oldestServer} or newer is needed. Upgrade the server.`,
  )
}
