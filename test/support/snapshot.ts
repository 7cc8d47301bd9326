// Everything that a namespace holds, as one object: to compare two ways to the same end, or before and after.

import type { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import type { World } from './world.ts'

type Reader = (redis: Redis, key: string) => Promise<unknown>

const readers: Readonly<Record<string, Reader>> = {
  string: (redis, key) => redis.get(key),
  list: (redis, key) => redis.lrange(key, 0, -1),
  hash: (redis, key) => redis.hgetall(key),
  set: async (redis, key) => (await redis.smembers(key)).sort(),
  zset: (redis, key) => redis.zrange(key, '0', '-1', 'WITHSCORES'),
}

/** By key, without the namespace: what it holds, and whether it ends by itself. */
export async function snapshot({ redis, namespace }: World): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const key of (await redis.keys(`${namespace}:*`)).sort()) {
    const read = readers[await redis.type(key)]
    const name = key.slice(namespace.length + 1)
    found[name] = { holds: await read?.(redis, key), ends: (await redis.pttl(key)) > 0 }
  }
  return found
}

/** All that is published in a namespace from now on: channel, without the namespace, and message. */
export async function published({ redis, namespace }: World): Promise<[string, string][]> {
  const heard: [string, string][] = []
  const ear = redis.duplicate()
  ear.on('error', () => undefined)
  onTestFinished(() => ear.disconnect())
  await ear.psubscribe(`${namespace}:*`)
  ear.on('pmessage', (_pattern, channel: string, message: string) => {
    heard.push([channel.slice(namespace.length + 1), message])
  })
  return heard
}
