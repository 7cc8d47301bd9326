// What an error of Redis or of the way to it means: whether trying again may help, and what would cure it.

import { RedisError } from '../errors.ts'
import { tlsCures } from './tls.ts'

export const oldestServer = '6.2.0'

/** The error as ioredis threw it, also when it has been explained since. */
export function rawError(error: unknown): unknown {
  return error instanceof RedisError && error.cause !== undefined ? error.cause : error
}

const brokenWay =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|Connection is closed|Command timed out|Stream isn't writeable|aborted|Socket closed|Socket timeout|max retries per request|connection close/i

/** Sentinel and Cluster, before a failover has been carried out. */
const nobodyLeads =
  /All sentinels are unreachable|None of startup nodes|Failed to refresh slots cache|Too many Cluster redirections|Cluster is ended/

/** A state that passes. Before Redis 7 the code stands behind words about the script. */
const passing = /(?:^|: -)(?:LOADING|BUSY|READONLY|MASTERDOWN|NOREPLICAS|TRYAGAIN|CLUSTERDOWN|UNBLOCKED|ASK) /

/** True when the command may be tried again, since Redis was not reached, or is on its way back. */
export function isConnectionTrouble(thrown: unknown): boolean {
  const error = rawError(thrown)
  if (!(error instanceof Error)) return false
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const text = `${code} ${error.message}`
  return brokenWay.test(text) || nobodyLeads.test(text) || passing.test(error.message)
}

interface CommandError {
  command?: { readonly name?: string; readonly args?: unknown }
}

/** ioredis puts the command into its error, and so the password that was refused: it must not get into a log. */
export function withoutCredentials(error: unknown): unknown {
  const { command } = (error ?? {}) as CommandError
  if (!/^(auth|hello|acl|config)$/i.test(command?.name ?? '')) return error
  ;(error as CommandError).command = { ...command, args: [] }
  return error
}

/** Redis forgets scripts when it restarts or fails over. */
export function isUnknownScript(thrown: unknown): boolean {
  const error = rawError(thrown)
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

/** What state it speaks of: `away` when Redis was not reached, otherwise the code of its answer, such as OOM. */
export function kindOfTrouble(thrown: unknown): string {
  const error = rawError(thrown)
  if (!(error instanceof Error)) return 'error'
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (brokenWay.test(`${code} ${error.message}`) || nobodyLeads.test(error.message)) return 'away'
  return /(?:^|: -)([A-Z]{2,})\b/.exec(error.message)?.[1] ?? error.name
}

/** True when the answer did not come in time: the command may be carried out later. */
export function isTimeout(thrown: unknown): boolean {
  const error = rawError(thrown)
  return error instanceof Error && /timed out/i.test(error.message)
}

/** ioredis goes on with database 0 when the one asked for does not exist: jobs must not end up there. */
export function isWrongDatabase(error: Error): boolean {
  return /DB index|SELECT is not allowed/i.test(error.message)
}

const cures: readonly [RegExp, string][] = [
  ...tlsCures,
  [
    /WRONGPASS|invalid password|NOAUTH|invalid username/,
    'Put the right user and password into the URL: redis://user:password@host:6379.',
  ],
  [
    /NOPERM|user executing the script can't|No permission/,
    'The Redis user lacks a right for this command or key; see the ACL of the user. `resque acl` prints what is needed.',
  ],
  [/WRONGTYPE/, 'Another program uses one of our keys: choose another namespace, or remove that key.'],
  [
    /\bOOM\b|maxmemory/,
    'Redis has reached maxmemory: give it more, or remove data. Set maxmemory-policy to noeviction.',
  ],
  [
    /DB index|SELECT is not allowed/i,
    'Redis has no such database: correct the number at the end of the URL.',
  ],
  [/MISCONF/, 'Redis cannot save to disk: free space on its disk, then look at its log.'],
  [/NOREPLICAS/, 'Redis takes no writes without its replicas (min-replicas-to-write): look at them.'],
  [
    /READONLY/,
    'This is a replica, which takes no writes: give the address of the primary, or of Sentinel (redis-sentinel://…).',
  ],
  [/LOADING/, 'Redis is reading its data from disk; it answers when it has done so.'],
  [/\bBUSY\b/, 'A script of another program keeps Redis busy: SCRIPT KILL ends one that has not written.'],
  [
    /MOVED \d|CROSSSLOT/,
    'This is a node of a Redis Cluster: write redis-cluster://host:port,host:port, or hand in a Cluster.',
  ],
  [
    /CLUSTERDOWN|redirections|startup nodes|slots cache/,
    'Is the Redis Cluster up? See "redis-cli -p PORT cluster info" at one of its nodes.',
  ],
  [
    /sentinel/i,
    'Do the Sentinels run, and do they know this name? See "redis-cli -p 26379 sentinel masters".',
  ],
  [
    /ENOTFOUND|EAI_AGAIN/,
    'The name of the host is not known: correct REDIS_URL or the redis option, or DNS.',
  ],
  [/unknown command|wrong number of arguments/i, `Redis ${oldestServer} or newer is needed.`],
]

const isRunning = 'Is Redis running there? Set REDIS_URL or the redis option.'

/** Who speaks TLS to a plain port waits for ever, and who does not is cut off by the other. */
function cureOfSilence(text: string, where: string): string {
  if (/^rediss:/.test(where) && /timed out|timeout/i.test(text))
    return `${isRunning} If this port does not speak TLS, write redis://.`
  const isCutOff = /ECONNRESET|EPIPE|connection close|connection broke|socket hang up|disconnected/i.test(
    text,
  )
  if (/^redis:/.test(where) && isCutOff) return `${isRunning} If this port speaks TLS, write rediss://.`
  if (/^rediss:/.test(where) && isCutOff)
    return `${isRunning} If it asks for a certificate of ours, give --tls-cert and --tls-key.`
  return isRunning
}

/** One or two sentences. @param where as connections tell it */
export function cureOf(text: string, where = ''): string {
  return cures.find(([pattern]) => pattern.test(text))?.[1] ?? cureOfSilence(text, where)
}

/** What failed, with the reason why there is no connection when that is it. */
export function reasonOf(thrown: unknown, last: Error | undefined): string {
  // Of a transaction that was not carried out ioredis keeps why apart.
  const first = (thrown as { readonly previousErrors?: readonly unknown[] } | null)?.previousErrors?.[0]
  if (first instanceof Error) return reasonOf(first, last)
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  // ioredis names a setting of its own where the connection broke or could not be made.
  if (/max retries per request/.test(reason)) return last?.message ?? 'the connection broke'
  const isNew = last !== undefined && !reason.includes(last.message)
  return isNew && isConnectionTrouble(thrown) ? `${reason}; ${last.message}` : reason
}
