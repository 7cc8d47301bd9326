// The Redis server itself: can it lose jobs, is it full, is it the right one, is its clock ours?

import { isOlder, oldestServer } from '../redis/connection.ts'
import type { Examination } from './examination.ts'

const fullFrom = 0.9
const skewMs = 2_000

/** The lines of INFO by their names. */
export type ServerFacts = ReadonlyMap<string, string>

/** `save` is what CONFIG GET says, null where it may not be asked. */
export interface Persistence {
  readonly save: string | null
}

export function readInfo(info: string): ServerFacts {
  const lines = info.split(/\r?\n/).map((line) => line.split(/:(.*)/s) as [string, string?])
  return new Map(lines.map(([name, value = '']) => [name, value]))
}

function checkMemory(exam: Examination, facts: ServerFacts): void {
  const policy = facts.get('maxmemory_policy') ?? 'noeviction'
  if (policy !== 'noeviction') exam.found('eviction_policy', `maxmemory-policy ${policy}`)
  const [used, most] = ['used_memory', 'maxmemory'].map((name) => Number(facts.get(name) ?? 0))
  if (used === undefined || most === undefined || most === 0 || used < most * fullFrom) return
  exam.found('memory_nearly_full', `${Math.floor((used / most) * 100)} % of ${most} bytes`)
}

/** What the server tells of itself. */
export function checkFacts(exam: Examination, facts: ServerFacts, { save }: Persistence): void {
  const version = facts.get('redis_version') ?? oldestServer
  if (isOlder(version, oldestServer)) exam.found('redis_too_old', version)
  if (facts.get('role') === 'slave')
    exam.found('replica', `of ${facts.get('master_host')}:${facts.get('master_port')}`)
  checkMemory(exam, facts)
  if (facts.get('aof_enabled') === '0' && save === '') exam.found('no_persistence', 'appendonly no, save ""')
}

/** Hosted servers and careful administrators do not let CONFIG be asked. */
async function saveOf({ store: { redis } }: Examination): Promise<string | null> {
  try {
    return ((await redis.call('CONFIG', 'GET', 'save')) as string[])[1] ?? null
  } catch {
    return null
  }
}

/** Redis's clock in milliseconds. Tells of this machine's clock when it is apart from it. */
export async function checkClock(exam: Examination): Promise<number> {
  const { redis, clock } = exam.store
  const sentMs = clock.nowMs()
  const [seconds, microseconds] = (await redis.time()).map(Number)
  const receivedMs = clock.nowMs()
  const redisMs = (seconds ?? 0) * 1000 + Math.floor((microseconds ?? 0) / 1000)
  const aheadMs = redisMs < sentMs ? sentMs - redisMs : Math.min(0, receivedMs - redisMs)
  if (Math.abs(aheadMs) > skewMs) {
    const way = aheadMs > 0 ? 'ahead' : 'behind'
    exam.found('clock_skew', `this machine is ${(Math.abs(aheadMs) / 1000).toFixed(1)} s ${way}`)
  }
  return redisMs
}

/** Looks at the server. */
export async function checkServerFacts(exam: Examination): Promise<void> {
  const sections = ['server', 'memory', 'persistence', 'replication']
  const texts = await Promise.all(sections.map((section) => exam.store.redis.info(section)))
  checkFacts(exam, readInfo(texts.join('\n')), { save: await saveOf(exam) })
}
