// Calls that are made in the same turn travel together: one script call carries hundreds of jobs for little more
// than the price of one. Each call has an answer of its own all the same.

import { EnqueueInDoubtError } from '../errors.ts'
import { isTracked } from '../job/id.ts'
import { isConnectionTrouble } from '../redis/connection.ts'
import { jobsPerCall } from './bulk-place.ts'
import { add, type Place, type Prepared } from './enqueue.ts'

interface Waiting {
  readonly job: Prepared
  resolve(): void
  reject(error: unknown): void
}

/** Told how long a call took, by whose answer one learns what time it is at Redis. */
export type Learn = (redisNowMs: number, sentMs: number) => void

/** Jobs with longer payloads go alone: a call with hundreds of them would hold Redis up. */
const longestPayload = 4_000

/** The same doubt, told of one job instead of all that travelled with it. */
function ownDoubt(error: unknown, { id }: Prepared): unknown {
  if (!(error instanceof EnqueueInDoubtError) || error.ids.length === 1) return error
  const message = error.message.replace(/\([^)]*\)/, `(${id})`)
  return new EnqueueInDoubtError([id], message, { cause: error.cause })
}

/** Redis has answered, and one job may be the reason. While it is away, another try would only take as long again. */
function isRefusal(error: unknown): boolean {
  return !(error instanceof EnqueueInDoubtError) && !isConnectionTrouble(error)
}

export class Outbox {
  readonly #place: Place
  readonly #learn: Learn
  #waiting: Waiting[] = []

  constructor(place: Place, learn: Learn) {
    this.#place = place
    this.#learn = learn
  }

  /** Adds a job. Resolves when Redis has it. @throws RedisError, EnqueueInDoubtError */
  async add(job: Prepared): Promise<void> {
    const { id, payload } = job
    // Only a job that a script recognises may be sent again on its own when another one spoils the call.
    if (id === null || !isTracked(id) || payload.length > longestPayload) return this.#send([job])
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ job, resolve, reject }) === 1) queueMicrotask(() => this.#flush())
    })
  }

  #flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (let from = 0; from < waiting.length; from += jobsPerCall)
      void this.#carry(waiting.slice(from, from + jobsPerCall))
  }

  async #carry(some: readonly Waiting[]): Promise<void> {
    try {
      await this.#send(some.map(({ job }) => job))
      for (const { resolve } of some) resolve()
    } catch (error) {
      if (some.length > 1 && isRefusal(error)) return this.#carryAlone(some)
      for (const { job, reject } of some) reject(ownDoubt(error, job))
    }
  }

  /**
   * Redis refused the call, because of one job or of all: each of them hears what is true of it. Scripts are not
   * rolled back, so some may be there already: they are sent as those whose reply was lost.
   */
  async #carryAlone(some: readonly Waiting[]): Promise<void> {
    const again = true
    await Promise.all(some.map(({ job, resolve, reject }) => this.#send([job], again).then(resolve, reject)))
  }

  async #send(jobs: readonly Prepared[], again = false): Promise<void> {
    const { clock } = this.#place
    const sentMs = clock.nowMs()
    const { redisNowMs } = await add(this.#place, jobs, again)
    this.#learn(redisNowMs, sentMs)
  }
}
