// Jobs that are put into a bucket by hand: made by any process, at any time, in any order.

import { encodePayload } from '../../src/job/codec.ts'
import { newId } from '../../src/job/id.ts'
import type { World } from './world.ts'

export interface Made {
  readonly id: string
  readonly payload: string
}

export interface Making {
  readonly dueSeconds: number
  readonly nowMs: number
  /** How many ids its process has made before, seen from where it began to count. */
  readonly count: number
}

const counts = 2 ** 36

/** A job as a process makes it that has made so many before. */
export function madeJob({ dueSeconds, nowMs, count }: Making): Made {
  const made = newId({ plannedSeconds: dueSeconds, nowMs, digest: '01234567', tracked: true })
  const digits = ((count + counts) % counts).toString(16).padStart(9, '0')
  const id = made.slice(0, -9) + digits
  return {
    id,
    payload: encodePayload({ className: 'A', argsJson: '[]', queue: 'q', id, queueTimeMs: nowMs }),
  }
}

export async function fillBucket(
  { redis, keys }: World,
  dueSeconds: number,
  payloads: readonly string[],
): Promise<void> {
  if (payloads.length === 0) return
  await redis.rpush(keys.bucket(dueSeconds), ...payloads)
  await redis.zadd(keys.schedule, dueSeconds, dueSeconds)
}
