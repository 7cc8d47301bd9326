// Delayed jobs that a filter means: in the buckets that an index names, or in all of them.

import type { Stretch } from '../delayed/selection.ts'
import { decodePayload } from '../job/codec.ts'
import type { Rooms } from '../rooms.ts'
import type { JobError } from '../status/record.ts'
import { equalTo } from './delayed-equal.ts'
import { type Candidate, isExact, matcher, type Wanted } from './delayed-filter.ts'

export interface DelayedJob extends Candidate {
  readonly dueAt: Date
  /** null when the entry cannot be read as a job. */
  readonly class: string | null
  readonly args: readonly unknown[]
  readonly queue: string | null
  /** null for jobs made by Ruby or Node. */
  readonly id: string | null
  /** How often it has been performed, and why it failed; only `list` and `peek` tell, of jobs that have failed. */
  readonly attempts?: number
  readonly error?: JobError
  /** The bytes in Redis. */
  readonly payload: string
}

/** How far a search has come. */
export interface SearchProgress {
  readonly looked: number
  readonly matched: number
  /** The second it has reached. */
  readonly at: Date
}

export interface SearchOptions {
  /**
   * true: look through all delayed jobs, which finds PHP's and those that wait for their next attempt as well.
   * false: only where the indexes of class and args point to; they know the jobs of this library, Ruby and Node.
   */
  readonly scan?: boolean
  /** Called after each step of at most 1,000 jobs. */
  readonly onProgress?: (progress: SearchProgress) => void
}

/** Some neighbouring entries of a bucket, and those of them that are meant. */
export interface Found {
  readonly stretch: Stretch
  readonly jobs: readonly DelayedJob[]
}

/** One entry of a bucket, as far as it can be read. */
export function readDelayed(payload: string, dueSeconds: number): DelayedJob {
  const dueAt = new Date(dueSeconds * 1000)
  try {
    const { className, args, queue, id } = decodePayload(payload)
    return { dueAt, class: className, args, queue, id, payload }
  } catch {
    return { dueAt, class: null, args: [], queue: null, id: null, payload }
  }
}

/** Where the indexes say that jobs of this class and these args are; Ruby's needs their queue. */
async function indexed(rooms: Rooms, wanted: Wanted, queue: string | null): Promise<number[]> {
  const { index } = rooms.delayed
  const { className, args } = wanted
  if (className === null || args === null) return []
  const { digest, rubyPayload, nodePayload } = equalTo(className, args, queue)
  const asked = [index.ours(digest)]
  if (queue !== null) asked.push(index.theirs(rubyPayload), index.theirs(nodePayload))
  const seconds = (await Promise.all(asked)).flat()
  const inRange = seconds.filter((second) => second >= wanted.fromSeconds && second <= wanted.toSeconds)
  return [...new Set(inRange)].sort((a, b) => a - b)
}

/** The seconds to look in, some at a time. */
async function* places(
  rooms: Rooms,
  wanted: Wanted,
  queue: string | null,
  scan: boolean,
): AsyncGenerator<readonly number[]> {
  const { selection } = rooms.delayed
  const located = wanted.id === null ? null : await rooms.delayed.locate(wanted.id)
  if (located !== null) yield [located.dueSeconds]
  else if (scan || !isExact(wanted)) yield* selection.seconds(wanted.fromSeconds, wanted.toSeconds)
  else yield await indexed(rooms, wanted, queue)
}

/** Whether a text can hold what is looked for: reading every payload of a large delayed set takes long. */
function mayMatch(wanted: Wanted): (payload: string) => boolean {
  const { className, id } = wanted
  if (id !== null && /^\w+$/.test(id)) return (payload) => payload.includes(id)
  if (className !== null && /^\w+$/.test(className)) return (payload) => payload.includes(className)
  return () => true
}

/**
 * Everything that is meant, stretch by stretch. Entries that are there from the beginning to the end are met.
 * `queue`: where a job of this class would be, for Ruby's index.
 */
export async function* search(
  rooms: Rooms,
  wanted: Wanted,
  queue: string | null,
  { scan = true, onProgress }: SearchOptions,
): AsyncGenerator<Found> {
  const [isMeant, maybe] = [matcher(wanted), mayMatch(wanted)]
  let [looked, matched] = [0, 0]
  for await (const seconds of places(rooms, wanted, wanted.queue ?? queue, scan)) {
    const inRange = seconds.filter((second) => second >= wanted.fromSeconds && second <= wanted.toSeconds)
    for await (const stretch of rooms.delayed.selection.stretches(inRange)) {
      const read = stretch.payloads.filter(maybe).map((payload) => readDelayed(payload, stretch.dueSeconds))
      const jobs = read.filter(isMeant)
      looked += stretch.payloads.length
      matched += jobs.length
      yield { stretch, jobs }
      onProgress?.({ looked, matched, at: new Date(stretch.dueSeconds * 1000) })
    }
  }
}
