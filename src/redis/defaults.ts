// How ioredis is configured for our own connections, and why.

import type { RedisOptions } from 'ioredis'

/** ioredis types the replies by this option; we read none that it changes. */
export type Options = Omit<RedisOptions, 'replyMapping'>

/** Private in ioredis's types. */
export interface Flushable {
  flushQueue(error: Error): void
}

export const defaultCommandTimeoutMs = 10_000

/** Up to two seconds between attempts; many clients that lost one Redis must not come back in step. */
export function backoffMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 6), 2_000) * (0.75 + Math.random() / 2)
}

type Given<Names extends keyof RedisOptions> = {
  readonly [Name in Names]: Exclude<RedisOptions[Name], undefined>
}
type Always =
  | 'autoResendUnfulfilledCommands'
  | 'maxRetriesPerRequest'
  | 'commandTimeout'
  | 'socketTimeout'
  | 'connectTimeout'
  | 'disconnectTimeout'
  | 'keepAlive'
  | 'maxLoadingRetryTime'
  | 'retryStrategy'
  | 'reconnectOnError'
type WithSentinel =
  | 'sentinelCommandTimeout'
  | 'sentinelRetryStrategy'
  | 'sentinelReconnectStrategy'
  | 'failoverDetector'
type Patient = 'autoResendUnfulfilledCommands' | 'maxRetriesPerRequest' | 'commandTimeout'

/**
 * A command that was sent when the connection broke may or may not have been carried out. ioredis would send
 * it again, and so enqueue a job twice: it must not. It fails at once, as do those that wait for a connection
 * that cannot be made, and what is safe to repeat is repeated by its caller. A connection that is silent for as
 * long as a command may take is given up: it may be half open, and would stay so for a quarter of an hour.
 */
export const defaults: Given<Always> = {
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  commandTimeout: defaultCommandTimeoutMs,
  socketTimeout: defaultCommandTimeoutMs,
  connectTimeout: 5_000,
  // A program that ends while Redis is away is kept alive for as long as this.
  disconnectTimeout: 200,
  keepAlive: 10_000,
  // Redis says how long loading will take, and errs.
  maxLoadingRetryTime: 500,
  retryStrategy: backoffMs,
  reconnectOnError: (error: Error): boolean | 1 | 2 => (/(?:^|: -)READONLY/.test(error.message) ? 1 : false),
}

/** A Sentinel that is frozen must not keep us from asking the next one; and they tell us of a failover. */
export const sentinelDefaults: Given<WithSentinel> = {
  sentinelCommandTimeout: 1_000,
  sentinelRetryStrategy: (attempt: number): number => backoffMs(Math.min(attempt, 4)),
  sentinelReconnectStrategy: (): number => 5_000,
  failoverDetector: true,
}

/** A subscription may be made any number of times, and waits for as long as Redis is away. */
export const patient: Omit<Given<Patient>, 'commandTimeout'> & { commandTimeout: undefined } = {
  autoResendUnfulfilledCommands: true,
  maxRetriesPerRequest: null,
  commandTimeout: undefined,
}
