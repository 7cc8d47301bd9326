// php-resque-scheduler's promotion, command by command in its own order. It takes no lock.

import { randomBytes } from 'node:crypto'
import type { World } from './world.ts'

/** One pass. Resolves to how many jobs it has enqueued. `aheadSeconds`: how far its clock is ahead of Redis's. */
export async function phpPass({ redis, keys }: World, aheadSeconds = 0): Promise<number> {
  const now = Number((await redis.time())[0]) + aheadSeconds
  let enqueued = 0
  for (;;) {
    const [due] = await redis.zrangebyscore(keys.schedule, '-inf', now, 'LIMIT', 0, 1)
    if (due === undefined) return enqueued
    for (;;) {
      const text = await redis.lpop(keys.bucketPrefix + due)
      if ((await redis.llen(keys.bucketPrefix + due)) === 0) {
        await redis.del(keys.bucketPrefix + due)
        await redis.zrem(keys.schedule, due)
      }
      if (text === null) break
      const { class: className, args, queue } = JSON.parse(text) as Record<string, string>
      const rest = { id: randomBytes(16).toString('hex'), queue_time: Date.now() / 1000 }
      await redis.sadd(keys.queues, String(queue))
      await redis.rpush(keys.queue(String(queue)), JSON.stringify({ class: className, args, ...rest }))
      enqueued++
    }
  }
}
