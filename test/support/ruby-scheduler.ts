// Ruby resque-scheduler's master lock and promotion, command by command in its own order, so that a test can stop it
// between any two of them. redis-rb 4 sends what it enqueues inside of the transaction, redis-rb 5 before it.

import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import type { World } from './world.ts'

const acquireScript = `
if redis.call('SETNX', KEYS[1], ARGV[1]) == 1 then
  redis.call('EXPIRE', KEYS[1], ARGV[2])
  return 1
end
return 0`

const heldScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('EXPIRE', KEYS[1], ARGV[2])
  return 1
end
return 0`

/** What is about to be sent. */
export type RubyStep = 'lock' | 'next' | 'range' | 'watch' | 'exec' | 'cleanup'

export interface RubyOptions {
  /** The major version of its Redis client. Default 5, which is what a new installation gets. */
  readonly redisRb?: 4 | 5
  /** Seconds that its lock is kept. Default 180. */
  readonly lockSeconds?: number
  /** Its value in the lock. */
  readonly name?: string
  /** How far its clock is ahead of Redis's. */
  readonly aheadSeconds?: number
}

const batchSize = 100

export class RubyScheduler {
  readonly name: string
  /** Called before each command; a test that does not resolve it pauses the process. */
  before: (step: RubyStep) => Promise<void> | void = () => undefined
  readonly #world: World
  readonly #redis: Redis
  readonly #options: Required<RubyOptions>

  constructor(world: World, options: RubyOptions = {}) {
    const all = {
      redisRb: 5 as const,
      lockSeconds: 180,
      name: 'localhost:18716',
      aheadSeconds: 0,
      ...options,
    }
    this.name = all.name
    this.#options = all
    this.#world = world
    this.#redis = new Redis(world.url)
    onTestFinished(() => this.#redis.disconnect())
  }

  /** `master?`, as every poll begins. */
  async isMaster(): Promise<boolean> {
    const { lockSeconds } = this.#options
    const { leader } = this.#world.keys
    await this.before('lock')
    if ((await this.#redis.eval(acquireScript, 1, leader, this.name, lockSeconds)) === 1) return true
    return (await this.#redis.eval(heldScript, 1, leader, this.name, lockSeconds)) === 1
  }

  /** One poll. Resolves to how many jobs it has enqueued; 0 as well when it is not the master. */
  async poll(): Promise<number> {
    if (!(await this.isMaster())) return 0
    let enqueued = 0
    for (;;) {
      const due = await this.#next()
      if (due === undefined) return enqueued
      enqueued += await this.#enqueueSecond(due)
    }
  }

  /** A clean stop: the lock goes, if it is its own. */
  async stop(): Promise<void> {
    const { leader } = this.#world.keys
    if ((await this.#redis.eval(heldScript, 1, leader, this.name, this.#options.lockSeconds)) === 1)
      await this.#redis.del(leader)
  }

  async #next(): Promise<string | undefined> {
    await this.before('next')
    const now = Number((await this.#redis.time())[0]) + this.#options.aheadSeconds
    const { schedule } = this.#world.keys
    return (await this.#redis.zrangebyscore(schedule, '-inf', now, 'LIMIT', 0, 1))[0]
  }

  async #enqueueSecond(due: string): Promise<number> {
    const bucket = this.#world.keys.bucketPrefix + due
    let enqueued = 0
    for (;;) {
      await this.before('range')
      const batch = await this.#redis.lrange(bucket, 0, batchSize - 1)
      if (batch.length > 0) enqueued += await this.#enqueueBatch(bucket, due, batch)
      if (batch.length < batchSize) break
    }
    await this.#cleanUp(bucket, due)
    return enqueued
  }

  /** Resolves to how many it has put into their queues, also when the transaction was then refused. */
  async #enqueueBatch(bucket: string, due: string, batch: readonly string[]): Promise<number> {
    const { keys } = this.#world
    const jobs = batch.map((text) => JSON.parse(text) as { class: string; args: unknown; queue: string })
    const inside = this.#options.redisRb === 4
    await this.before('watch')
    await this.#redis.watch(bucket)
    const transaction = this.#redis.multi()
    for (const [index, { class: className, args, queue }] of jobs.entries()) {
      const payload = JSON.stringify({ class: className, args })
      if (inside) transaction.sadd(keys.queues, queue).rpush(keys.queue(queue), payload)
      else await this.#push(queue, payload)
      transaction.srem(keys.timestampsPrefix + batch[index], `delayed:${due}`)
    }
    await this.before('exec')
    const done = await transaction.ltrim(bucket, batch.length, -1).exec()
    return done === null && inside ? 0 : jobs.length
  }

  async #push(queue: string, payload: string): Promise<void> {
    await this.#redis.sadd(this.#world.keys.queues, queue)
    await this.#redis.rpush(this.#world.keys.queue(queue), payload)
  }

  async #cleanUp(bucket: string, due: string): Promise<void> {
    await this.before('cleanup')
    await this.#redis.watch(bucket)
    if ((await this.#redis.llen(bucket)) === 0)
      await this.#redis.multi().del(bucket).zrem(this.#world.keys.schedule, due).exec()
    else await this.#redis.unwatch()
  }
}
