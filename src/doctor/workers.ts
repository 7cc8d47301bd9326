// Workers that are registered and dead: ours by their beats, others by the rules of their own systems.

import { hostname } from 'node:os'
import { deadAfterMs } from '../daemon/heart.ts'
import { slotWorkerId } from '../running/exchange.ts'
import type { Examination } from './examination.ts'

/** Ruby's rule: a worker whose heartbeat is older is dead. */
const rubyPruneSeconds = 300
const slotId = /^[^:]+:[^:]+:[^:]+:\d+$/

/** The host's name as ids of workers have it. */
export const thisHost = (): string => hostname().replaceAll(':', '-') || 'localhost'

/** False when there is no process with this number on this machine. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

async function checkProcesses(exam: Examination, redisMs: number): Promise<void> {
  const { redis, keys } = exam.store
  const latest = redisMs - deadAfterMs
  const tokens = await redis.zrangebyscore(keys.processes, '-inf', latest, 'LIMIT', 0, 1_000)
  if (tokens.length === 0) return
  const names = await redis.hmget(keys.processIds, ...tokens)
  tokens.forEach((token, index) => {
    exam.found('dead_processes', (names[index] ?? token).replace(/^\d+ /, ''))
  })
  if (!exam.fix) return
  let repaired = 0
  for (;;) {
    const { processes } = await exam.rooms.running.requeueOrphans(deadAfterMs)
    repaired += processes
    if (processes === 0) break
    await exam.rest('putting the jobs of dead workers back')
  }
  exam.note('dead_processes', Math.min(repaired, tokens.length))
}

/** The ids of all slots of processes of ours. */
async function ourSlots({ store: { redis, keys } }: Examination): Promise<Set<string>> {
  const slots = new Set<string>()
  for (const text of await redis.hvals(keys.processIds)) {
    const [, count = '0', base = ''] = /^(\d+) (.+)$/.exec(text) ?? []
    for (let slot = 1; slot <= Number(count); slot++) slots.add(slotWorkerId(base, slot))
  }
  return slots
}

/** Ruby's two rules: a heartbeat that is too old, or a process of this host that is gone. */
function isDead(worker: string, heartbeat: string | undefined, redisMs: number): boolean {
  const beatMs = Date.parse(heartbeat ?? '')
  if (redisMs - beatMs > rubyPruneSeconds * 1000) return true
  const [host, pid = ''] = worker.split(':')
  return host === thisHost() && /^\d+$/.test(pid) && !isRunning(Number(pid))
}

/** Registered workers that belong to no process of ours. */
async function checkRegistered(exam: Examination, redisMs: number): Promise<void> {
  const { redis, keys } = exam.store
  const workers = await redis.smembers(keys.workers)
  const known = await ourSlots(exam)
  const strangers = workers.filter((worker) => !known.has(worker))
  if (strangers.length === 0) return
  const records = await redis.mget(strangers.map((worker) => keys.worker(worker)))
  const heartbeats = await redis.hmget(keys.heartbeats, ...strangers)
  strangers.forEach((worker, index) => {
    const isOurs = slotId.test(worker) || records[index]?.startsWith('{"token":"')
    if (isOurs) exam.suspect({ code: 'dead_slots', example: worker, parts: [worker] })
    else if (isDead(worker, heartbeats[index] ?? undefined, redisMs))
      exam.found('dead_foreign_workers', worker)
  })
}

/** Looks at all workers. */
export async function checkWorkers(exam: Examination, redisMs: number): Promise<void> {
  await checkProcesses(exam, redisMs)
  await checkRegistered(exam, redisMs)
}

/** Puts the jobs of slots back that `judge` has entered as dead processes. */
export async function buryDeadSlots(exam: Examination): Promise<void> {
  if (!exam.fix) return
  while ((await exam.rooms.running.requeueOrphans(deadAfterMs)).processes > 0)
    await exam.rest('putting the jobs of dead workers back')
}
