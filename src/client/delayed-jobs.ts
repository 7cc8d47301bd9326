// `resque.delayed`: what can be asked of the jobs that wait for their time.

import { decodePayload } from '../job/codec.ts'
import { dueSeconds, type When } from '../job/times.ts'
import type { Rooms } from '../rooms.ts'

export interface DelayedJob {
  readonly dueAt: Date
  /** null when the entry cannot be read as a job. */
  readonly class: string | null
  readonly args: readonly unknown[]
  readonly queue: string | null
  /** null for jobs made by Ruby or Node. */
  readonly id: string | null
  /** The bytes in Redis. */
  readonly payload: string
}

function read(payload: string, due: number): DelayedJob {
  const dueAt = new Date(due * 1000)
  try {
    const { className, args, queue, id } = decodePayload(payload)
    return { dueAt, class: className, args, queue, id, payload }
  } catch {
    return { dueAt, class: null, args: [], queue: null, id: null, payload }
  }
}

export class DelayedJobs {
  readonly #rooms: Rooms
  constructor(rooms: Rooms) {
    this.#rooms = rooms
  }

  /** How many jobs are delayed (jobs, not timestamps). */
  count(): Promise<number> {
    return this.#rooms.delayed.count()
  }

  /** The times at which jobs are due, in order (Ruby's delayed_queue_peek). */
  async timestamps(start = 0, count = 100): Promise<Date[]> {
    return (await this.#rooms.delayed.timestamps(start, count)).map((seconds) => new Date(seconds * 1000))
  }

  /** The jobs due in one second (Ruby's delayed_timestamp_peek). */
  async peek(timestamp: When, start = 0, count = 100): Promise<DelayedJob[]> {
    const due = dueSeconds(timestamp)
    return (await this.#rooms.delayed.peekAt(due, start, count)).map((payload) => read(payload, due))
  }

  /** How many jobs are due in one second (Ruby's delayed_timestamp_size). */
  sizeAt(timestamp: When): Promise<number> {
    return this.#rooms.delayed.sizeAt(dueSeconds(timestamp))
  }

  /** When the next job is due, or null. */
  async next(): Promise<Date | null> {
    const seconds = await this.#rooms.delayed.nextSeconds()
    return seconds === null ? null : new Date(seconds * 1000)
  }

  /** The next delayed jobs, in order of time, at most `count`. */
  async list(count = 100): Promise<DelayedJob[]> {
    const jobs: DelayedJob[] = []
    for (const timestamp of await this.timestamps(0, count)) {
      jobs.push(...(await this.peek(timestamp, 0, count - jobs.length)))
      if (jobs.length >= count) break
    }
    return jobs
  }
}
