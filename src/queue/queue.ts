// Jobs that are ready to run: one list of payloads for each queue, and the set of all queues' names.

import { checkArgs, checkExact } from '../job/args.ts'
import type { ArgsOf, JobClass } from '../job/job.ts'
import { checkJobClass, checkQueueName, jobName } from '../job/names.ts'
import { defineScript } from '../redis/script.ts'
import { addLine, bounds, replyList, type Store } from '../redis/store.ts'
import { dequeue, type Wanted } from './dequeue.ts'

const removeScript = defineScript(new URL('./remove-queue.lua', import.meta.url))
const pushOneScript = defineScript(new URL('./push-one.lua', import.meta.url))
const pushScript = defineScript(new URL('./push.lua', import.meta.url))

export interface NewQueued {
  readonly queue: string
  readonly payload: string
}

/** What its status says of a job of ours. */
export interface NewTracked {
  readonly id: string
  readonly className: string
  readonly enqueuedMs: number
}

export interface QueueSize {
  readonly name: string
  readonly size: number
  readonly paused: boolean
}

/** Jobs that one script call drops: about two milliseconds. */
const dropsEach = 500

export class Queues {
  readonly #store: Store
  readonly #keepStatusSeconds: number
  constructor(store: Store, keepStatusSeconds: number) {
    this.#store = store
    this.#keepStatusSeconds = keepStatusSeconds
  }

  /** Appends jobs to their queues and wakes idle workers; a tracked job only once. Returns Redis's clock. */
  async push(jobs: readonly NewQueued[]): Promise<{ redisNowMs: number }> {
    const { redis, keys, scriptNow } = this.#store
    const groups = new Map<string, string>()
    for (const { queue, payload } of jobs) addLine(groups, queue, payload)
    const first = keys.queue(jobs[0]?.queue ?? '')
    const reply = await pushScript.run(
      redis,
      [keys.queues, first],
      [scriptNow(), keys.queuePrefix, keys.jobPrefix, keys.wake, ...[...groups].flat()],
    )
    return { redisNowMs: Number(replyList(reply)[0]) }
  }

  /** The same for one tracked job of ours, for less. `enqueuedMs`: when, as its payload says. */
  pushOne({ queue, payload }: NewQueued, job: NewTracked): Promise<{ redisNowMs: number }> {
    const { redis, keys, scriptNow } = this.#store
    const { id, className, enqueuedMs } = job
    const times = `,"started":${Math.floor(enqueuedMs / 1000)},"result":null`
    const names = `,"class":${JSON.stringify(className)},"queue":${JSON.stringify(queue)},"updated_ms":`
    const places = [keys.queues, keys.queue(queue), keys.status(id)]
    const sent = pushOneScript.run(redis, places, [scriptNow(), queue, payload, times + names, keys.wake])
    return sent.then((redisNowMs) => ({ redisNowMs: Number(redisNowMs) }))
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

  async #drop(queue: string, andName: boolean): Promise<number> {
    checkQueueName(queue)
    const { redis, keys, scriptNow } = this.#store
    const names = [keys.queues, keys.queue(queue), keys.pausedQueues, keys.attempts, keys.deaths]
    const rest = [dropsEach, keys.jobPrefix, this.#keepStatusSeconds, keys.settled]
    // What producers add meanwhile is not ours to drop for ever.
    const most = (await this.size(queue).catch(() => 0)) + dropsEach
    for (let dropped = 0; ; ) {
      const args = [scriptNow(), queue, andName ? '1' : '', ...rest]
      const some = Number(await removeScript.run(redis, names, args))
      dropped += some
      if (some < dropsEach || dropped >= most) return dropped
    }
  }

  /**
   * Forgets a queue with all its jobs (Ruby's remove_queue), and that it was paused. The status of the jobs is
   * cancelled. Resolves to how many there were.
   * @throws InvalidArgumentError
   */
  remove(queue: string): Promise<number> {
    return this.#drop(queue, true)
  }

  /** Empties a queue and keeps its name; the status of the jobs is cancelled. Resolves to how many there were. */
  clear(queue: string): Promise<number> {
    return this.#drop(queue, false)
  }

  /** Names a queue that has no job yet, so that it is listed (Ruby's watch_queue). @throws InvalidArgumentError */
  async add(queue: string): Promise<void> {
    checkQueueName(queue)
    await this.#store.redis.sadd(this.#store.keys.queues, queue)
  }

  /**
   * Cancels the waiting jobs of a class with these args, or all of the class when no args are given (Ruby's
   * dequeue). Args are compared by value, whoever wrote them. Looks in the queue of the class; for the name of a
   * class, or a class without a queue, in all queues. Resolves to how many.
   * @throws InvalidArgumentError
   */
  dequeue<C extends JobClass>(job: C, ...args: ArgsOf<C> | []): Promise<number>
  dequeue(job: string, ...args: unknown[]): Promise<number>
  async dequeue(job: JobClass | string, ...args: unknown[]): Promise<number> {
    const queue = typeof job === 'string' ? undefined : checkJobClass(job).queue
    return this.#dequeue(queue === undefined ? await this.names() : [queue], job, args)
  }

  /** The same in one queue of your choice; with `dryRun` only counts. */
  async dequeueFrom(
    queue: string,
    job: JobClass | string,
    args: readonly unknown[] = [],
    { dryRun = false }: { readonly dryRun?: boolean } = {},
  ): Promise<number> {
    return this.#dequeue([queue], job, args, dryRun)
  }

  async #dequeue(
    queues: readonly string[],
    job: JobClass | string,
    args: readonly unknown[],
    dryRun = false,
  ): Promise<number> {
    checkArgs(args)
    checkExact(args)
    const wanted: Wanted = { class: jobName(job), args: args.length === 0 ? null : args }
    const options = { dryRun, keepStatusSeconds: this.#keepStatusSeconds }
    let count = 0
    for (const queue of queues) count += await dequeue(this.#store, queue, wanted, options)
    return count
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
