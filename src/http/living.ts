// Which queues somebody works on: the queue lists of all workers that are not known to be dead.

import { deadAfterMs } from '../daemon/heart.ts'
import { readHash } from '../redis/hash.ts'
import type { Store } from '../redis/store.ts'
import { QueueList } from '../worker/queue-list.ts'

/** Ruby's prune_interval: a worker whose heartbeat is older is dead. PHP's workers write none. */
const rubyDeadAfterMs = 300_000

/** `host:pid:queues`, and `:2` and so on for further slots of a process of ours. */
function queuesOf(id: string): string {
  return /^[^:]*:[^:]*:(.*?)(?::\d+)?$/.exec(id)?.[1] ?? ''
}

interface Signs {
  readonly ids: readonly string[]
  readonly heartbeats: ReadonlyMap<string, string>
  /** Ids of first slots of our processes that no longer beat. */
  readonly dead: ReadonlySet<string>
}

/** `<slots> <id of the first slot>` */
function firstSlot(text: string): string {
  return text.slice(text.indexOf(' ') + 1)
}

async function readSigns({ redis, keys }: Store, nowMs: number): Promise<Signs> {
  const [ids, heartbeats, silent, processes] = await Promise.all([
    redis.smembers(keys.workers),
    readHash(redis, keys.heartbeats),
    redis.zrangebyscore(keys.processes, '-inf', nowMs - deadAfterMs),
    readHash(redis, keys.processIds),
  ])
  const dead = new Set(silent.map((token) => firstSlot(processes.get(token) ?? '')))
  return { ids, heartbeats, dead }
}

function isAlive(id: string, { heartbeats, dead }: Signs, nowMs: number): boolean {
  if (dead.has(id) || dead.has(id.replace(/:\d+$/, ''))) return false
  const beatMs = Date.parse(heartbeats.get(id) ?? '')
  return Number.isNaN(beatMs) || nowMs - beatMs < rubyDeadAfterMs
}

function listOf(text: string): QueueList | null {
  try {
    return new QueueList(text)
  } catch {
    return null // another system's list, of which we know nothing
  }
}

/** Tells of a queue whether a worker takes jobs from it. @param nowMs Redis's clock */
export async function readWorked(store: Store, nowMs: number): Promise<(queue: string) => boolean> {
  const signs = await readSigns(store, nowMs)
  const texts = new Set(signs.ids.filter((id) => isAlive(id, signs, nowMs)).map(queuesOf))
  const lists = [...texts].map(listOf).filter((list) => list !== null)
  return (queue) => lists.some((list) => list.includes(queue))
}
