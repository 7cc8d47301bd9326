// A connection over which nothing comes is given up, and one that is only idle is not.

import { once } from 'node:events'
import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { silenceWatch } from '../../src/redis/silence.ts'
import { startProxy } from '../support/chaos-proxy.ts'
import { atEnd } from '../support/journey.ts'
import { world } from '../support/world.ts'

async function client(): Promise<{ redis: Redis; deafen: () => void }> {
  const proxy = atEnd(await startProxy(world().url))
  const redis = new Redis(proxy.url, { retryStrategy: () => 20, maxRetriesPerRequest: 0 })
  redis.on('error', () => undefined)
  onTestFinished(() => redis.disconnect())
  await redis.ping()
  return { redis, deafen: () => proxy.swallow(true) }
}

it('gives up a connection on which a command waits in vain', async () => {
  const { redis, deafen } = await client()
  const watch = silenceWatch(redis, 50)
  deafen()
  const failed = once(redis, 'error')
  const asked = redis.ping().catch((error: Error) => error)
  watch()
  expect(String((await failed)[0])).toMatch(/Socket timeout. Nothing came in 50 ms/)
  expect(await asked).toBeInstanceOf(Error)
})

it('leaves a connection alone on which no command waits', async () => {
  const idle = await client()
  const busy = await client()
  silenceWatch(idle.redis, 50)()
  const given = once(busy.redis, 'error')
  busy.deafen()
  idle.deafen()
  busy.redis.ping().catch(() => undefined)
  silenceWatch(busy.redis, 50)()
  await given // the other one was looked at before
  expect(idle.redis.stream.destroyed).toBe(false)
})
