// What a room needs to speak to Redis: a connection, the names of the keys, and whose clock decides.

import type { Redis } from 'ioredis'
import type { Clock } from '../clock.ts'
import type { Keys } from './keys.ts'

export interface Store {
  readonly redis: Redis
  readonly keys: Keys
  /** This machine's clock. It writes texts for people; what is due is decided by the scripts' clock. */
  readonly clock: Clock
  /** First argument of every script: '' for Redis's own clock, or the milliseconds of a test's clock. */
  scriptNow(): string
}

/** The milliseconds that a script put first into its reply. */
export function replyNumber(value: unknown): number {
  return Number(value)
}

/** The bounds that LRANGE and ZRANGE take: `count` entries from `start`, from the end when that is negative. */
export function bounds(start: number, count: number): readonly [number, number] {
  if (count <= 0) return [1, 0] // a range that holds nothing
  const last = start + count - 1
  return [start, start < 0 && last >= 0 ? -1 : last]
}

/** A script's reply as a list. @throws TypeError when it is none: then script and caller disagree. */
export function replyList(reply: unknown): readonly unknown[] {
  if (!Array.isArray(reply))
    throw new TypeError(`a script replied ${JSON.stringify(reply)} where a list was expected`)
  return reply
}

/**
 * Adds a payload to the text of its group, one a line: JSON has no line breaks, and a script is given one long
 * argument sooner than many short ones.
 */
export function addLine<Key>(groups: Map<Key, string>, key: Key, payload: string): void {
  const lines = groups.get(key)
  groups.set(key, lines === undefined ? payload : `${lines}\n${payload}`)
}
