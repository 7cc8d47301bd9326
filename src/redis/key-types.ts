// Which type of value each key of ours must hold, for who looks at all of them.

import { type Keys, type RecurringKeys, statusSuffix } from './keys.ts'

export type KeyType = 'string' | 'list' | 'set' | 'zset' | 'hash'

/** `held`: jobs between a bucket and a queue, with other things around them. */
export type KeyFamily =
  | 'queue'
  | 'bucket'
  | 'held'
  | 'index'
  | 'hints'
  | 'status'
  | 'unique'
  | 'recurring'
  | 'other'

/** What a key is, and what stands behind its prefix: a queue's name, a payload, a worker's id. */
export interface KnownKey {
  readonly family: KeyFamily
  readonly name: string
  readonly type: KeyType
}

type Family = readonly [prefix: string, family: KeyFamily, type: KeyType]

function exactOf(keys: Keys): Map<string, KeyType> {
  const { leader, leaderSince, dynamic, dynamicChanged } = keys.recurring('')
  const named: Readonly<Record<KeyType, readonly string[]>> = {
    string: [
      leader,
      leaderSince,
      keys.nodeLeader,
      keys.leaderWanted,
      keys.processed,
      keys.failedCount,
      keys.pauseAll,
    ],
    list: [keys.failed, keys.unsortedHints],
    set: [keys.queues, keys.workers, keys.pausedQueues, dynamicChanged],
    zset: [keys.schedule, keys.processes, keys.limitsDue],
    hash: [
      keys.heartbeats,
      keys.processIds,
      keys.processInfo,
      keys.attempts,
      keys.deaths,
      keys.lastEnqueuedAt,
      dynamic,
    ],
  }
  const types = Object.entries(named) as [KeyType, readonly string[]][]
  return new Map(types.flatMap(([type, each]) => each.map((key) => [key, type] as const)))
}

function recurringFamilies(keys: RecurringKeys): Family[] {
  const hashes = [keys.last, keys.jobs, keys.entries, keys.definitions, keys.disabled, keys.counts]
  return [
    ...hashes.map((prefix) => [prefix, 'recurring', 'hash'] as const),
    [keys.historyPrefix.slice(0, -1), 'other', 'list'],
    [keys.version, 'other', 'string'],
  ]
}

function familiesOf(keys: Keys): readonly Family[] {
  return [
    [keys.queuePrefix, 'queue', 'list'],
    [keys.bucketPrefix, 'bucket', 'list'],
    [keys.timestampsPrefix, 'index', 'set'],
    [keys.delayedIndexPrefix, 'hints', 'set'],
    [keys.asked, 'held', 'list'],
    [keys.parked(''), 'held', 'list'],
    [keys.limitPrefix, 'other', 'zset'],
    [keys.unique(''), 'unique', 'string'],
    [keys.workerPrefix, 'other', 'string'],
    [keys.ordersPrefix, 'other', 'list'],
    [keys.handPrefix, 'other', 'hash'],
    [`${keys.processed}:`, 'other', 'string'],
    [`${keys.failedCount}:`, 'other', 'string'],
    ...recurringFamilies(keys.recurring('')),
  ]
}

/** Tells what a key is; null for keys that nobody of Resque knows. */
export function keyReader(keys: Keys): (key: string) => KnownKey | null {
  const exact = exactOf(keys)
  const families = familiesOf(keys)
  const cancelsSuffix = keys.workerCancels('').slice(keys.workerPrefix.length)
  return (key) => {
    const type = exact.get(key)
    if (type !== undefined) return { family: 'other', name: '', type }
    if (key.startsWith(keys.jobPrefix) && key.endsWith(statusSuffix))
      return {
        family: 'status',
        name: key.slice(keys.jobPrefix.length, -statusSuffix.length),
        type: 'string',
      }
    if (key.startsWith(keys.workerPrefix) && key.endsWith(cancelsSuffix))
      return { family: 'other', name: '', type: 'set' }
    const found = families.find(([prefix]) => key.startsWith(prefix))
    if (found === undefined) return null
    const name = key.slice(found[0].length)
    // Ruby keeps a hash among the buckets, and only seconds are buckets.
    if (found[1] === 'bucket' && !/^\d+$/.test(name)) return null
    return { family: found[1], name, type: found[2] }
  }
}

/** A namespace as MATCH and the key patterns of ACLs take it: what would be a wildcard stands for itself. */
export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&')
}
