// The workers of all systems on this Redis, as Ruby's `Resque.workers` and `working` list them.

import { deadAfterMs } from '../daemon/heart.ts'
import { Roster } from '../daemon/roster.ts'
import type { Rooms } from '../rooms.ts'
import type { Orphans } from '../running/running.ts'
import { type Removed, type RemoveOptions, WorkerControl, type WorkerTarget } from './worker-control.ts'
import { jobInHand, partsOf, type WorkerProcess } from './worker-processes.ts'

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

function describe(id: string, record: string | null): WorkerInfo {
  const job = jobInHand(id, record)
  if (job === null) return { id, ...partsOf(id), job }
  const { queue, class: className, args, since } = job
  return { id, ...partsOf(id), job: { queue, class: className, args, since } }
}

export class Workers {
  readonly #rooms: Rooms
  readonly #roster: Roster
  readonly #control: WorkerControl
  constructor(rooms: Rooms) {
    this.#rooms = rooms
    this.#control = new WorkerControl(rooms)
    this.#roster = new Roster(rooms.store)
  }

  /** Every worker of all systems, as Ruby lists them: one for each slot of a process. */
  async list(): Promise<WorkerInfo[]> {
    const ids = (await this.#roster.ids()).sort()
    const records = await this.#roster.working(ids)
    return ids.map((id, index) => describe(id, records[index] ?? null))
  }

  /** Those that have a job in hand. */
  async working(): Promise<WorkerInfo[]> {
    return (await this.list()).filter(({ job }) => job !== null)
  }

  /** Every worker process: how it is, what it has in hand, who its master is. */
  async processes(): Promise<WorkerProcess[]> {
    return (await this.#control.processes()).map(({ process }) => process)
  }

  /** One of them, by the worker id of any of its slots or as `host:pid`; null when there is none. */
  find(id: string): Promise<WorkerProcess | null> {
    return this.#control.find(id)
  }

  /**
   * Has processes of ours take no new jobs until `resume`, as the signal USR2 does. Resolves to the ids of those that were
   * told; they act within milliseconds, or at their next beat (5 s) when the message is lost.
   * @throws InvalidArgumentError when the target names nobody; RedisError
   */
  async quiet(target: WorkerTarget): Promise<string[]> {
    return this.#control.order('quiet', target)
  }

  /** Has them go on. @throws as `quiet` */
  async resume(target: WorkerTarget): Promise<string[]> {
    return this.#control.order('resume', target)
  }

  /**
   * Stops processes of ours, as the signal TERM does; with `finish`, as QUIT does. A master has one process less when one of
   * its own is stopped, and ends with the last one; by host, by its own name, or with all, it is stopped as a whole.
   * @throws as `quiet`
   */
  async stop(
    target: WorkerTarget,
    { finish = false }: { readonly finish?: boolean } = {},
  ): Promise<string[]> {
    return this.#control.order('stop', target, { finish })
  }

  /** How many processes the masters of the target keep from now on. @throws as `quiet`, and when there is no master */
  async scale(target: WorkerTarget, processes: number): Promise<string[]> {
    return this.#control.scale(target, processes)
  }

  /**
   * Takes a worker of any system off the list that is gone. What one of ours had in hand goes back to its queue; what
   * another's had is on the failed list as DirtyExit. Null when there is no such worker.
   * @throws InvalidArgumentError for a worker that shows signs of life, unless by `force`
   */
  async remove(id: string, options: RemoveOptions = {}): Promise<Removed | null> {
    return this.#control.remove(id, options)
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
