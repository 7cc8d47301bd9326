// How a starting worker of Ruby's and of php-resque's takes others for dead: their commands and their rules, with
// the real list of this machine's processes. Each resolves to the ids it has removed.

import { execFileSync } from 'node:child_process'
import { hostname } from 'node:os'
import type { World } from './world.ts'

interface Pruner {
  readonly host?: string
  readonly queues: readonly string[]
}

const staleAfterSeconds = 300

function processLines(): string[] {
  return execFileSync('ps', ['-A', '-o', 'pid,command'], { encoding: 'utf8' }).split('\n')
}

function pidsOf(lines: readonly string[]): Set<string> {
  return new Set(lines.map((line) => line.trim().split(/\s+/)[0] ?? ''))
}

/** `ps … | grep -E "[r]esque:work|[r]esque:\sStarting|[r]esque-[0-9]" | grep -v "resque-web"` */
function rubyPids(): Set<string> {
  const isWorker = /resque:work|resque:\sStarting|resque-[0-9]/
  return pidsOf(processLines().filter((line) => isWorker.test(line) && !line.includes('resque-web')))
}

/** `ps … | grep [r]esque` */
function phpPids(): Set<string> {
  return pidsOf(processLines().filter((line) => line.includes('resque')))
}

async function forget({ redis, keys }: World, id: string): Promise<void> {
  await redis.srem(keys.workers, id)
  await redis.del(
    keys.worker(id),
    keys.workerStarted(id),
    `${keys.processed}:${id}`,
    `${keys.failedCount}:${id}`,
  )
  await redis.hdel(keys.heartbeats, id)
}

/** A job in hand becomes a failure of Ruby's. */
async function failInHand({ redis, keys }: World, id: string, exception: string): Promise<void> {
  const record = await redis.get(keys.worker(id))
  if (record === null) return
  const { payload, queue } = JSON.parse(record) as Record<string, unknown>
  const failure = {
    failed_at: '2026/11/23 02:06:02 UTC',
    payload,
    exception,
    error: exception,
    backtrace: [],
  }
  await redis.rpush(keys.failed, JSON.stringify({ ...failure, worker: id, queue }))
}

async function staleByHeartbeat({ redis, keys }: World): Promise<string[]> {
  const nowSeconds = Number((await redis.time())[0])
  const beats = Object.entries(await redis.hgetall(keys.heartbeats))
  return beats
    .filter(([, beat]) => nowSeconds - Math.floor(Date.parse(beat) / 1000) > staleAfterSeconds)
    .map(([id]) => id)
}

/** Ruby's `prune_dead_workers`, by a worker that got the right to. */
export async function rubyPrunes(world: World, { host = hostname(), queues }: Pruner): Promise<string[]> {
  const stale = await staleByHeartbeat(world)
  for (const id of stale) await failInHand(world, id, 'Resque::PruneDeadWorkerDirtyExit')
  const alive = rubyPids()
  const gone = (await world.redis.smembers(world.keys.workers)).filter((id) => {
    const [itsHost, pid = '', itsQueues = ''] = id.split(':')
    const same = itsQueues.split(',').sort().join() === [...queues].sort().join()
    return itsHost === host && (same || queues.includes('*')) && !alive.has(pid)
  })
  for (const id of gone) await failInHand(world, id, 'Resque::DirtyExit')
  for (const id of [...stale, ...gone]) await forget(world, id)
  return [...stale, ...gone]
}

/** php-resque's `pruneDeadWorkers`: every id of this host whose pid is no process of a Resque. */
export async function phpPrunes(world: World, host: string = hostname()): Promise<string[]> {
  const alive = phpPids()
  const gone = (await world.redis.smembers(world.keys.workers)).filter((id) => {
    const [itsHost, pid = ''] = id.split(':')
    return itsHost === host && !alive.has(pid)
  })
  for (const id of gone) await forget(world, id)
  return gone
}
