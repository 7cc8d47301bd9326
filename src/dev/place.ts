// The Redis that `resque dev` works on: a private server that ends with it, or one that runs already, and there a
// namespace of its own, whose keys are removed at the end.

import { randomBytes } from 'node:crypto'
import { RedisError } from '../errors.ts'
import { openRooms } from '../rooms.ts'
import { findRedisServer, redisMissing } from './find-redis.ts'
import { startPrivateRedis } from './guarded-redis.ts'

export interface Place {
  readonly url: string
  readonly namespace: string
  /** What it is, in a few words and without passwords. */
  readonly title: string
  /** What to put before or behind `resque` in another terminal to look here. */
  readonly variables: string
  readonly flags: string
  /** Resolves when the server has ended by itself. */
  readonly lost: Promise<void>
  /** Ends or cleans the place; resolves to what was done. */
  end(): Promise<string>
}

const never = new Promise<void>(() => undefined)

async function privatePlace(program: string): Promise<Place> {
  const server = await startPrivateRedis(program)
  let isEnding = false
  let isLost = false
  const lost = new Promise<void>((resolve) => {
    void server.ended.then(() => {
      isLost = !isEnding
      if (isLost) resolve()
    })
  })
  return {
    url: server.url,
    namespace: 'resque',
    title: `redis-server ${server.version}, pid ${server.pid}, 127.0.0.1:${server.port}, in ${server.dir}`,
    variables: `REDIS_URL=${server.url} `,
    flags: '',
    lost,
    end: async () => {
      isEnding = true
      await server.stop()
      return isLost ? 'its folder is removed' : 'redis-server stopped, its folder removed'
    },
  }
}

/** Keys per SCAN step. */
const scanCount = 500
const removeTimeoutMs = 4_000

/** Removes all keys of a namespace that nobody else can have, since its name is random. */
async function removeNamespace(url: string, namespace: string): Promise<number> {
  const { connection } = openRooms({ redis: url, namespace, commandTimeoutMs: removeTimeoutMs })
  try {
    let removed = 0
    let cursor = '0'
    do {
      const [next, keys] = await connection.redis.scan(cursor, 'MATCH', `${namespace}:*`, 'COUNT', scanCount)
      if (keys.length > 0) removed += await connection.redis.unlink(...keys)
      cursor = next
    } while (cursor !== '0')
    return removed
  } finally {
    await connection.close()
  }
}

/** The URL as it may be shown: without user and password. */
function shownUrl(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^@/]*@/i, '$1')
}

function borrowedPlace(url: string): Place {
  const namespace = `resque-dev-${randomBytes(4).toString('hex')}`
  return {
    url,
    namespace,
    title: `${shownUrl(url)}, which runs already, namespace ${namespace}`,
    variables: '',
    flags: ` --redis ${shownUrl(url)} --namespace ${namespace}`,
    lost: never,
    end: async () => `${await removeNamespace(url, namespace)} keys of namespace ${namespace} removed`,
  }
}

/** @throws RedisError when there is no redis-server to start, or it does not start */
export async function openPlace(url: string | null, searchPath: string | undefined): Promise<Place> {
  if (url !== null) return borrowedPlace(url)
  const program = findRedisServer(searchPath)
  if (program === undefined) throw new RedisError(redisMissing())
  return privatePlace(program)
}
