// Jobs that are ready to run: one list of payloads for each queue, and the set of all queues' names.

import { defineScript } from '../redis/script.ts'
import { bounds, replyList, type Store } from '../redis/store.ts'

const pushScript = defineScript(new URL('./push.lua', import.meta.url))

export interface NewQueued {
  readonly queue: string
  readonly payload: string
}

export interface QueueSize {
  readonly name: string
  readonly size: number
  readonly paused: boolean
}

export class Queues {
  readonly #store: Store
  constructor(store: Store) {
    this.#store = store
  }

  /** Appends jobs to their queues and wakes idle workers; a tracked job only once. Returns Redis's clock. */
  async push(jobs: readonly NewQueued[]): Promise<{ redisNowMs: number }> {
    const { redis, keys, scriptNow } = this.#store
    const first = keys.queue(jobs[0]?.queue ?? '')
    const reply = await pushScript.run(
      redis,
      [keys.queues, first],
      [
        scriptNow(),
        keys.queuePrefix,
        keys.jobPrefix,
        keys.wake,
        ...jobs.flatMap(({ queue, payload }) => [queue, payload]),
      ],
    )
    return { redisNowMs: Number(replyList(reply)[0]) }
  }

  /** Names of all queues in alphabetical order, empty ones too. */
  async names(): Promise<string[]> {
    return (await this.#store.redis.smembers(this.#store.keys.queues)).sort()
  }

  size(queue: string): Promise<number> {
    return this.#store.redis.llen(this.#store.keys.queue(queue))
  }

  /** Every queue with its length and whether it is paused. */
  async list(): Promise<QueueSize[]> {
    const [names, paused] = await Promise.all([
      this.names(),
      this.#store.redis.smembers(this.#store.keys.pausedQueues),
    ])
    const sizes = await Promise.all(names.map((name) => this.size(name)))
    return names.map((name, index) => ({ name, size: sizes[index] ?? 0, paused: paused.includes(name) }))
  }

  /** Payloads of a queue, the next to be taken first. */
  peek(queue: string, start = 0, count = 100): Promise<string[]> {
    return this.#store.redis.lrange(this.#store.keys.queue(queue), ...bounds(start, count))
  }

  /** Whether any of these queues holds a job: one plain command, for an idle worker's poll. */
  async anyWaiting(queues: readonly string[]): Promise<boolean> {
    if (queues.length === 0) return false
    return (await this.#store.redis.exists(...queues.map((queue) => this.#store.keys.queue(queue)))) > 0
  }

  /** No worker of ours reserves from a paused queue; what others do is up to them. */
  async pause(queue: string): Promise<void> {
    await this.#store.redis.sadd(this.#store.keys.pausedQueues, queue)
  }

  async resume(queue: string): Promise<void> {
    const { redis, keys } = this.#store
    await redis.srem(keys.pausedQueues, queue)
    // Without the right to publish, workers find the queue by their poll.
    await redis.publish(keys.wake, queue).catch(() => undefined)
  }
}
