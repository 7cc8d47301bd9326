// What each role of Resque may do in Redis, as an ACL: which keys of the namespace, which channels, which commands.
// Redis asks for the rights of whoever calls a script for each command in it, so these are the scripts' commands too.

import { escapeGlob } from '../redis/key-types.ts'
import { keysOf } from '../redis/keys.ts'

export const roles = ['producer', 'worker', 'scheduler', 'viewer', 'admin'] as const
export type Role = (typeof roles)[number]

export interface AclOptions {
  readonly namespace?: string
  /** Default: `resque-` and the role. */
  readonly user?: string
}

export interface Acl {
  readonly role: Role
  readonly user: string
  readonly namespace: string
  /** With `~`. */
  readonly keys: readonly string[]
  /** With `&`. */
  readonly channels: readonly string[]
  /** With `+`. */
  readonly commands: readonly string[]
  /** The whole, with PASSWORD in place of the password. */
  readonly line: string
}

const words = (text: string): string[] => text.trim().split(/\s+/)

/** To connect, to see which server that is, and to have replicas confirm writes. */
const connecting = words('ping info time select quit hello auth client|setname multi exec wait')
const scripting = words('evalsha eval')
const reading = words(`
  get mget exists type ttl pttl strlen llen lrange lindex lpos smembers sismember scard sscan
  zrange zrangebyscore zscore zcard zcount hget hmget hgetall hkeys hvals hlen hscan hexists`)
const listening = words('subscribe unsubscribe')
/** Moves jobs from list to list, with their statuses and indexes, and wakes who waits for them. */
const moving = words(`
  set mset del expire pexpire rpush lpush lrem lset sadd srem zadd zrem hset hdel publish`)
/** Takes the next jobs, and counts. A script that is refused a command has done what stands before it: no role may
 * do the first half of what it is not for, and so a producer takes nothing off a list by its place. */
const taking = words('lpop ltrim hincrby incr incrby unlink spop zremrangebyscore')
const repairing = words('scan config|get rename lmove rpoplpush')

const everybody = [...connecting, ...scripting, ...reading, ...listening]
const commandsOf: Readonly<Record<Role, readonly string[]>> = {
  viewer: everybody,
  producer: [...everybody, ...moving],
  worker: [...everybody, ...moving, ...taking],
  scheduler: [...everybody, ...moving, ...taking],
  admin: [...everybody, ...moving, ...taking, ...repairing],
}

function keysFor(role: Role, escaped: string): string[] {
  return role === 'producer' ? producerKeys(escaped) : [`${escaped}:*`]
}

/**
 * What a job goes through until a worker has it, its status and its unique key; of the workers what they have in
 * hand, and who leads. Not the failed list, no counters, no schedules.
 */
function producerKeys(escaped: string): string[] {
  const keys = keysOf(escaped)
  const jobs = [
    keys.queuePrefix,
    keys.bucketPrefix,
    keys.asked,
    keys.parked(''),
    keys.jobPrefix,
    keys.unique(''),
  ]
  const indexes = [keys.timestampsPrefix, keys.delayedIndexPrefix]
  const whole = [keys.queues, keys.schedule, keys.attempts, keys.deaths, keys.pausedQueues]
  const locks = [keys.leader, keys.nodeLeader, `${keys.recurring('').leaderSince}*`]
  const others = [keys.workers, keys.processIds, `${keys.workerPrefix}*`, `${keys.handPrefix}*`, ...locks]
  return [...whole, ...others, ...[...jobs, ...indexes].map((prefix) => `${prefix}*`)]
}

/** The least that a role needs. */
export function aclOf(role: Role, { namespace = 'resque', user = `resque-${role}` }: AclOptions = {}): Acl {
  const escaped = escapeGlob(namespace)
  const names = keysOf(escaped)
  const changed = `${names.recurring('').changed}*`
  const keys = keysFor(role, escaped).map((pattern) => `~${pattern}`)
  const channels = [names.wake, names.settled, names.cancels, names.ordered, changed].map(
    (channel) => `&${channel}`,
  )
  const commands = [...new Set(commandsOf[role])].map((command) => `+${command}`)
  const rules = [...keys, 'resetchannels', ...channels, '-@all', ...commands]
  const line = `ACL SETUSER ${user} reset on >PASSWORD ${rules.join(' ')}`
  return { role, user, namespace, keys, channels, commands, line }
}
