// Jobs that failed for good: Ruby's list of failure records, newest at the tail. A record is always named by
// its bytes, so that what moved in the meantime is never hit.

import { type Failure, readFailure } from '../job/failure.ts'
import { defineScript } from '../redis/script.ts'
import { bounds, type Store } from '../redis/store.ts'

const retryScript = defineScript(new URL('./retry.lua', import.meta.url))

export interface FailedPage {
  readonly start?: number
  readonly count?: number
}

export class FailedJobs {
  readonly #store: Store
  constructor(store: Store) {
    this.#store = store
  }

  count(): Promise<number> {
    return this.#store.redis.llen(this.#store.keys.failed)
  }

  /** Failure records, oldest first; a negative `start` counts from the newest. Junk is left out. */
  async list({ start = 0, count = 100 }: FailedPage = {}): Promise<Failure[]> {
    const records = await this.#store.redis.lrange(this.#store.keys.failed, ...bounds(start, count))
    return records.map(readFailure).filter((failure) => failure !== null)
  }

  /** Puts the job back into its queue and takes the record off. False when the record is gone already. */
  async retry(failure: Failure): Promise<boolean> {
    const { redis, keys, scriptNow } = this.#store
    if (failure.payload === null || failure.queue === '') return false
    const names = [keys.queuePrefix, keys.jobPrefix, keys.wake]
    const args = [scriptNow(), failure.record, failure.queue, failure.payload, ...names]
    return (await retryScript.run(redis, [keys.failed, keys.queues, keys.attempts], args)) === 1
  }

  /** Takes one record off. False when it is gone already. */
  async remove(failure: Failure): Promise<boolean> {
    return (await this.#store.redis.lrem(this.#store.keys.failed, 1, failure.record)) > 0
  }

  /** Takes all records off. */
  async clear(): Promise<void> {
    await this.#store.redis.del(this.#store.keys.failed)
  }
}
