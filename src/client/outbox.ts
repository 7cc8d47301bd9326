// Calls that are made in the same turn travel together: one script call carries hundreds of jobs for little more
// than the price of one. Each call has an answer of its own all the same.

import { EnqueueInDoubtError } from '../errors.ts'
import { isTracked } from '../job/id.ts'
import { isConnectionTrouble } from '../redis/connection.ts'
import { jobsPerCall } from './bulk-place.ts'
import { add, type Place, type Prepared } from './enqueue.ts'

interface Waiting {
  readonly job: Prepared
  resolve(id: string | null): void
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

/** What is left of a turn: a promise that is kept already costs less than `queueMicrotask`. */
const settled = Promise.resolve()

export class Outbox {
  readonly #place: Place
  readonly #learn: Learn
  #waiting: Waiting[] = []

  constructor(place: Place, learn: Learn) {
    this.#place = place
    this.#learn = learn
  }

  /** Adds a job. Resolves to its id when Redis has it. @throws RedisError, EnqueueInDoubtError */
  add(job: Prepared): Promise<string | null> {
    const { id, payload } = job
    // Only a job that a script recognises may be sent again on its own when another one spoils the call.
    if (id === null || !isTracked(id) || payload.length > longestPayload)
      return this.#send([job]).then(() => id)
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ job, resolve, reject }) === 1) void settled.then(() => this.#flush())
    })
  }

  #flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    if (waiting.length <= jobsPerCall) this.#carry(waiting)
    else
      for (let from = 0; from < waiting.length; from += jobsPerCall)
        this.#carry(waiting.slice(from, from + jobsPerCall))
  }

  #carry(some: readonly Waiting[]): void {
    this.#send(some.map(({ job }) => job)).then(
      () => {
        for (const { job, resolve } of some) resolve(job.id)
      },
      (error: unknown) => {
        if (some.length > 1 && isRefusal(error)) this.#carryAlone(some)
        else for (const { job, reject } of some) reject(ownDoubt(error, job))
      },
    )
  }

  /**
   * Redis refused the call, because of one job or of all: each of them hears what is true of it. Scripts are not
   * rolled back, so some may be there already: they are sent as those whose reply was lost.
   */
  #carryAlone(some: readonly Waiting[]): void {
    const again = true
    for (const { job, resolve, reject } of some) this.#send([job], again).then(() => resolve(job.id), reject)
  }

  #send(jobs: readonly Prepared[], again = false): Promise<void> {
    const sentMs = this.#place.clock.nowMs()
    return add(this.#place, jobs, again).then(({ redisNowMs }) => this.#learn(redisNowMs, sentMs))
  }
}
