// Large hashes are read in pieces, so that neither Redis nor this process is held up by one of them.

import type { Redis } from 'ioredis'

/** A small hash comes as a whole with the first piece. */
const fieldsPerCall = '1000'

/** Every field that was there all the time; one that came or went meanwhile may be there or not. */
export async function readHash(redis: Redis, key: string): Promise<Map<string, string>> {
  const fields = new Map<string, string>()
  let cursor = '0'
  do {
    const [next, some] = await redis.hscan(key, cursor, 'COUNT', fieldsPerCall)
    for (let index = 0; index + 1 < some.length; index += 2)
      fields.set(some[index] ?? '', some[index + 1] ?? '')
    cursor = next
  } while (cursor !== '0')
  return fields
}
