// The worker processes of all systems: what ours tell of themselves, and what the records of others tell.

import { deadAfterMs } from '../daemon/heart.ts'
import { type ProcessState, readProcessInfo } from '../daemon/process-info.ts'
import { readHash } from '../redis/hash.ts'
import type { Store } from '../redis/store.ts'

/** A job that a worker has in hand. */
export interface JobInHand {
  /** Worker id of the slot that has it. */
  readonly worker: string
  /** null when its payload has none: Ruby's. */
  readonly id: string | null
  readonly queue: string
  readonly class: string
  readonly args: readonly unknown[]
  /** When it was taken, as the worker's system writes it; `2026-11-23T02:06:00Z` by ours. */
  readonly since: string
}

export interface WorkerProcess {
  /** `host:pid:queues`; of one of ours, the worker id of its first slot. */
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly queues: readonly string[]
  /** false: a worker of Ruby, PHP or node-resque. */
  readonly isOurs: boolean
  /** `dead`: ours, and not heard of for 30 seconds. Of others: `running`, since nothing else is known. */
  readonly state: ProcessState | 'dead'
  /** How many jobs it performs at a time. */
  readonly slots: number
  readonly jobs: readonly JobInHand[]
  /** Jobs that it has performed since it began, and how many of them failed for good. */
  readonly performed: number
  readonly failed: number
  readonly startedAt: Date | null
  /** Its last sign of life; null for workers that give none. */
  readonly beatAt: Date | null
  /** Resident memory in bytes; null for others. */
  readonly rssBytes: number | null
  /** Of ours. */
  readonly version: string | null
  /** The master that keeps so many processes like this one. */
  readonly master: { readonly pid: number; readonly processes: number } | null
}

/** One of ours with what it takes to speak to it. */
export interface Registered {
  readonly process: WorkerProcess
  /** null for workers of others. */
  readonly token: string | null
}

/** The job that a worker's record tells of, or null when it is none. */
export function jobInHand(worker: string, record: string | null | undefined): JobInHand | null {
  try {
    const { queue, run_at, payload } = JSON.parse(record ?? '') as Record<string, unknown>
    const { class: className, args, id } = payload as Record<string, unknown>
    return {
      worker,
      id: typeof id === 'string' ? id : null,
      queue: String(queue),
      class: String(className),
      args: Array.isArray(args) ? args : [],
      since: String(run_at),
    }
  } catch {
    return null
  }
}

export interface IdParts {
  readonly host: string
  readonly pid: number
  readonly queues: readonly string[]
}

/** What stands in `host:pid:queues`, and `:2` and so on for further slots of one process. */
export function partsOf(id: string): IdParts {
  const [, host = '', pid = '', queues = ''] = /^([^:]*):([^:]*):(.*?)(?::\d+)?$/.exec(id) ?? []
  return { host, pid: Number(pid), queues: queues.split(',') }
}

interface Seen {
  readonly redisNowMs: number
  readonly ids: readonly string[]
  readonly processIds: ReadonlyMap<string, string>
  readonly infos: ReadonlyMap<string, string>
  readonly beats: ReadonlyMap<string, number>
  readonly heartbeats: ReadonlyMap<string, string>
}

async function look({ redis, keys, scriptNow }: Store): Promise<Seen> {
  const [time, ids, processIds, infos, beats, heartbeats] = await Promise.all([
    redis.time(),
    redis.smembers(keys.workers),
    readHash(redis, keys.processIds),
    readHash(redis, keys.processInfo),
    redis.zrange(keys.processes, '0', '-1', 'WITHSCORES'),
    readHash(redis, keys.heartbeats),
  ])
  const beatOf = new Map<string, number>()
  for (let at = 0; at + 1 < beats.length; at += 2) beatOf.set(beats[at] ?? '', Number(beats[at + 1]))
  const given = scriptNow()
  const redisNowMs = given === '' ? Number(time[0]) * 1000 : Number(given)
  return { redisNowMs, ids: ids.sort(), processIds, infos, beats: beatOf, heartbeats }
}

async function texts({ redis }: Store, names: readonly string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map()
  const values = await redis.mget(...names)
  return new Map(names.flatMap((name, index) => (values[index] == null ? [] : [[name, values[index]]])))
}

function dateOf(text: string | undefined): Date | null {
  const date = new Date(/^\d{9,10}$/.test(text ?? '') ? Number(text) * 1000 : (text ?? ''))
  return Number.isNaN(date.getTime()) ? null : date
}

function slotsOf(base: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => (index === 0 ? base : `${base}:${index + 1}`))
}

type Records = ReadonlyMap<string, string>

function jobsOf(store: Store, slots: readonly string[], records: Records): JobInHand[] {
  const jobs = slots.map((slot) => jobInHand(slot, records.get(store.keys.worker(slot))))
  return jobs.filter((job) => job !== null)
}

function ours(store: Store, seen: Seen, token: string, text: string, records: Records): Registered | null {
  const [, count, base] = /^(\d+) (.+)$/.exec(text) ?? []
  const beatMs = seen.beats.get(token)
  if (base === undefined || beatMs === undefined) return null
  const info = readProcessInfo(seen.infos.get(token))
  const isDead = beatMs <= seen.redisNowMs - deadAfterMs
  const hasMaster = info !== null && info.masterPid !== null
  const process: WorkerProcess = {
    id: base,
    ...partsOf(base),
    isOurs: true,
    state: isDead ? 'dead' : (info?.state ?? 'running'),
    slots: Number(count),
    jobs: jobsOf(store, slotsOf(base, Number(count)), records),
    performed: info?.performed ?? 0,
    failed: info?.failed ?? 0,
    startedAt: info === null ? dateOf(records.get(store.keys.workerStarted(base))) : new Date(info.startedMs),
    beatAt: new Date(beatMs),
    rssBytes: info?.rssBytes ?? null,
    version: info?.version ?? null,
    master: hasMaster ? { pid: info.masterPid ?? 0, processes: info.processes ?? 0 } : null,
  }
  return { process, token }
}

function foreign({ keys }: Store, seen: Seen, id: string, records: Records): Registered {
  const job = jobInHand(id, records.get(keys.worker(id)))
  const process: WorkerProcess = {
    id,
    ...partsOf(id),
    isOurs: false,
    state: 'running',
    slots: 1,
    jobs: job === null ? [] : [job],
    performed: Number(records.get(`${keys.processed}:${id}`) ?? 0),
    failed: Number(records.get(`${keys.failedCount}:${id}`) ?? 0),
    startedAt: dateOf(records.get(keys.workerStarted(id))),
    beatAt: dateOf(seen.heartbeats.get(id)),
    rssBytes: null,
    version: null,
    master: null,
  }
  return { process, token: null }
}

/** All worker processes, by id; ours first. */
export async function readProcesses(store: Store): Promise<readonly Registered[]> {
  const { keys } = store
  const seen = await look(store)
  const bases = [...seen.processIds.values()].map((text) => text.slice(text.indexOf(' ') + 1))
  const slots = new Set(
    [...seen.processIds.values()].flatMap((text, at) => slotsOf(bases[at] ?? '', Number.parseInt(text, 10))),
  )
  const others = seen.ids.filter((id) => !slots.has(id))
  const records = await texts(store, [
    ...[...slots, ...others].map((id) => keys.worker(id)),
    ...[...bases, ...others].map((id) => keys.workerStarted(id)),
    ...others.flatMap((id) => [`${keys.processed}:${id}`, `${keys.failedCount}:${id}`]),
  ])
  const mine = [...seen.processIds]
    .map(([token, text]) => ours(store, seen, token, text, records))
    .filter((one) => one !== null)
    .sort((a, b) => (a.process.id < b.process.id ? -1 : 1))
  return [...mine, ...others.map((id) => foreign(store, seen, id, records))]
}
