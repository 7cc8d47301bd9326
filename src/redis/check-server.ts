// Whether the server at the other end is one that will do: new enough, no replica, with room for data.

import { RedisError } from '../errors.ts'
import type { Connection } from './connection.ts'
import { oldestServer } from './trouble.ts'

/** Compares version numbers, part by part. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number))
  for (let index = 0; index < 3; index++) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

type Info = ReadonlyMap<string, string>

function readInfo(text: string): Info {
  return new Map([...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]))
}

function checkVersion(info: Info, where: string): void {
  const version = info.get('redis_version') ?? oldestServer
  if (!isOlder(version, oldestServer)) return
  throw new RedisError(
    `Redis at ${where} is version ${version}: ${oldestServer} or newer is needed. Upgrade the server.`,
  )
}

/** A replica may become a primary, or a name lead to the right one: the cause says that it may be waited for. */
function checkRole(info: Info, where: string): void {
  if (info.get('role') !== 'slave') return
  const primary = `${info.get('master_host')}:${info.get('master_port')}`
  throw new RedisError(
    `Redis at ${where} is a replica of ${primary}: it takes no writes. Give the address of the primary, or of Sentinel: redis-sentinel://host:26379?name=mymaster.`,
    { cause: new Error(`READONLY a replica of ${primary}`) },
  )
}

/** Reaches the server once. @throws RedisError when it cannot be reached, refuses us, is too old or a replica. */
export async function checkServer({ redis, where, isCluster }: Connection): Promise<void> {
  checkVersion(readInfo(await redis.info('server')), where)
  if (!isCluster) checkRole(readInfo(await redis.info('replication')), where)
}
