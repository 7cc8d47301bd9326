// The workers of all systems on this Redis, as Ruby's `Resque.workers` and `working` list them.

import { deadAfterMs } from '../daemon/heart.ts'
import { Roster } from '../daemon/roster.ts'
import type { Rooms } from '../rooms.ts'
import type { Orphans } from '../running/running.ts'

export interface WorkerInfo {
  /** `host:pid:queues`, and `:2` and so on for further slots of one process. */
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly queues: readonly string[]
  /** The job in hand, or null when idle. */
  readonly job: {
    readonly queue: string
    readonly class: string
    readonly args: readonly unknown[]
    readonly since: string
  } | null
}

function jobInHand(record: string | null): WorkerInfo['job'] {
  try {
    const { queue, run_at, payload } = JSON.parse(record ?? '') as Record<string, unknown>
    const { class: className, args } = payload as Record<string, unknown>
    return {
      queue: String(queue),
      class: String(className),
      args: Array.isArray(args) ? args : [],
      since: String(run_at),
    }
  } catch {
    return null
  }
}

function describe(id: string, record: string | null): WorkerInfo {
  const [, host = '', pid = '', queues = ''] = /^([^:]*):([^:]*):(.*?)(?::\d+)?$/.exec(id) ?? []
  return { id, host, pid: Number(pid), queues: queues.split(','), job: jobInHand(record) }
}

export class Workers {
  readonly #rooms: Rooms
  readonly #roster: Roster
  constructor(rooms: Rooms) {
    this.#rooms = rooms
    this.#roster = new Roster(rooms.store)
  }

  async list(): Promise<WorkerInfo[]> {
    const ids = (await this.#roster.ids()).sort()
    const records = await this.#roster.working(ids)
    return ids.map((id, index) => describe(id, records[index] ?? null))
  }

  /** Those that have a job in hand. */
  async working(): Promise<WorkerInfo[]> {
    return (await this.list()).filter(({ job }) => job !== null)
  }

  /** Takes worker processes of ours that no longer beat off the list and puts their jobs back. */
  prune(): Promise<Orphans> {
    return this.#rooms.running.requeueOrphans(deadAfterMs)
  }

  /** No worker, Ruby's included, takes a job until `resumeAll`. */
  async pauseAll(): Promise<void> {
    await this.#rooms.store.redis.set(this.#rooms.store.keys.pauseAll, 'true')
  }

  async resumeAll(): Promise<void> {
    await this.#rooms.store.redis.del(this.#rooms.store.keys.pauseAll)
  }
}
