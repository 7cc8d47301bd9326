// Failure records in large numbers, for tests.

import type { World } from '../support/world.ts'

export interface RecordParts {
  readonly name?: string
  readonly queue?: string
  readonly exception?: string
  readonly error?: string
  readonly failedAt?: string
  readonly id?: string
}

/** A record as a worker of ours writes it. */
export function record({
  name = 'A',
  queue = 'mail',
  exception = 'TypeError',
  error = 'x',
  failedAt = '2026/11/23 02:06:01 UTC',
  id,
}: RecordParts = {}): string {
  const payload = { class: name, args: [error], ...(id === undefined ? {} : { id }) }
  const reason = { exception, error, backtrace: ['at a (b.ts:1:2)'], worker: 'web1:7:mail', queue }
  return JSON.stringify({ failed_at: failedAt, payload, ...reason })
}

/** Records with the errors `<prefix>0`, `<prefix>1`, … */
export function records(count: number, prefix: string, parts: RecordParts = {}): string[] {
  return Array.from({ length: count }, (_, index) => record({ ...parts, error: `${prefix}${index}` }))
}

/** Puts records on the failed list, the oldest first. */
export async function put({ redis, keys }: World, ...all: readonly string[]): Promise<void> {
  for (let from = 0; from < all.length; from += 1_000)
    await redis.rpush(keys.failed, ...all.slice(from, from + 1_000))
}

/** What is on the list, as it lies there. */
export function onList({ redis, keys }: World): Promise<string[]> {
  return redis.lrange(keys.failed, 0, -1)
}
