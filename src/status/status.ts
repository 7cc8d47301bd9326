// Where a job is now, as its status record tells, and what it says of itself while it runs. The record is
// written by the scripts that move the job; nothing here changes it.

import type { Store } from '../redis/store.ts'
import { type JobError, type JobStatus, readStatus } from './record.ts'

/** How many lines of a job's log are kept. */
const logLines = 100
const logKeepSeconds = 86_400

/** Of a job that waits for its next try. */
export interface Retried {
  /** How often it has been performed. */
  readonly attempts: number
  /** Why it failed the last time. */
  readonly error: JobError
}

export class Statuses {
  readonly #store: Store
  constructor(store: Store) {
    this.#store = store
  }

  /** The status of a tracked job that is or was in a queue, or null: delayed jobs have no record. */
  async read(id: string): Promise<JobStatus | null> {
    const { redis, keys } = this.#store
    const [texts, failures, deaths] = await Promise.all([
      redis.mget(keys.status(id), keys.progress(id)),
      redis.hget(keys.attempts, id),
      redis.hget(keys.deaths, id),
    ])
    const [record, progress] = texts
    if (!record) return null
    return readStatus(id, record, {
      progress: progress ?? null,
      endedBadly: Number(failures) + Number(deaths),
    })
  }

  /** Those of the jobs that have failed and wait for another try, by id: one command. */
  async retries(ids: readonly string[]): Promise<Map<string, Retried>> {
    const { redis, keys } = this.#store
    const told = new Map<string, Retried>()
    if (ids.length === 0) return told
    const records = await redis.mget(...ids.map((id) => keys.status(id)))
    for (const [index, id] of ids.entries()) {
      const record = records[index]
      const status = record ? readStatus(id, record, { progress: null, endedBadly: 0 }) : null
      if (status?.state !== 'delayed' || status.error === undefined) continue
      told.set(id, { attempts: status.attempts, error: status.error })
    }
    return told
  }

  /** The lines that the job has logged, oldest first. */
  log(id: string): Promise<string[]> {
    return this.#store.redis.lrange(this.#store.keys.jobLog(id), 0, -1)
  }

  /** Adds lines to a job's log. */
  async addLog(id: string, lines: readonly string[]): Promise<void> {
    const key = this.#store.keys.jobLog(id)
    const pipeline = this.#store.redis
      .multi()
      .rpush(key, ...lines)
      .ltrim(key, -logLines, -1)
    await pipeline.expire(key, logKeepSeconds).exec()
  }

  /** Notes how far a running job is. @param percent 0 to 100 */
  async setProgress(id: string, percent: number, message?: string): Promise<void> {
    const said = message === undefined ? String(percent) : `${percent} ${message}`
    await this.#store.redis.set(this.#store.keys.progress(id), said, 'EX', logKeepSeconds)
  }
}
