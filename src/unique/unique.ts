// Jobs of which there is to be one at a time: a string for each key holds the id of the job that has it. Whether
// that job still holds the key is asked of the stations when the next one comes (add-unique.lua).

import { type JobState, stateOf } from '../job/state.ts'
import type { UniqueLock } from '../job/unique.ts'
import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'

const addScript = defineScript(new URL('./add-unique.lua', import.meta.url))

export interface NewUnique {
  readonly id: string
  readonly queue: string
  readonly payload: string
  /** null: now. */
  readonly dueSeconds: number | null
  readonly lock: UniqueLock
}

/** What became of a call: a job was added (in the place of another), or another one keeps the key. */
export interface Placement {
  readonly outcome: 'added' | 'replaced' | 'kept' | 'moved' | 'rejected'
  /** Of the job that has the key now. */
  readonly id: string
  readonly state: JobState | undefined
  readonly redisNowMs: number
}

/** How many entries of a list one script call looks at to take a job out: about a millisecond. */
const stretch = 2_000
/** And to see whether it is there: producers may ask often, and its status has said so already. */
const shortStretch = 200
/** How often a search starts anew when the job seems to be there but was not met. */
const searches = 3

export class Unique {
  readonly #store: Store
  readonly #keepStatusSeconds: number
  constructor(store: Store, keepStatusSeconds: number) {
    this.#store = store
    this.#keepStatusSeconds = keepStatusSeconds
  }

  /** Adds the job, or leaves it to the one that holds its key. */
  async add(job: NewUnique): Promise<Placement> {
    let [skip, search] = [0, 0]
    for (;;) {
      // A holder that is on the run is left alone.
      const onConflict = search < searches ? job.lock.onConflict : 'keep'
      const [nowMs, outcome, value, code] = replyList(await this.#run(job, onConflict, skip))
      if (outcome === 'more') skip = Number(value)
      else if (outcome === 'again') [skip, search] = [0, search + 1]
      else return placement(Number(nowMs), outcome as Placement['outcome'], String(value), Number(code))
    }
  }

  /** Id of the job that took a key last, or null when the key is free or forgotten. The job may have ended since. */
  async holder(lockName: string): Promise<string | null> {
    const holder = await this.#store.redis.get(this.#store.keys.unique(lockName))
    return holder?.split(' ')[0] ?? null
  }

  /** Frees a key, whoever has it. Resolves to whether anybody had. */
  async free(lockName: string): Promise<boolean> {
    return (await this.#store.redis.del(this.#store.keys.unique(lockName))) === 1
  }

  #run(job: NewUnique, onConflict: string, skip: number): Promise<unknown> {
    const { redis, keys, scriptNow } = this.#store
    const { id, queue, payload, dueSeconds, lock } = job
    const takesOut = onConflict === 'replace' || onConflict === 'move'
    const names = [keys.schedule, keys.queues, keys.attempts, keys.deaths, keys.workers, keys.asked]
    return addScript.run(
      redis,
      [...names, keys.unique(lock.name), keys.status(id), keys.processIds],
      [
        ...[scriptNow(), dueSeconds ?? 0, queue, payload, id],
        ...[lock.until ?? '', lock.windowMs ?? '', onConflict, skip, takesOut ? stretch : shortStretch],
        ...[keys.bucketPrefix, keys.queuePrefix, keys.jobPrefix, keys.workerPrefix, keys.wake, keys.settled],
        ...[keys.timestampsPrefix, keys.delayedIndexPrefix, this.#keepStatusSeconds, keys.parked('')],
        keys.handPrefix,
      ],
    )
  }
}

function placement(redisNowMs: number, outcome: Placement['outcome'], id: string, code: number): Placement {
  return { outcome, id, state: stateOf(code), redisNowMs }
}
