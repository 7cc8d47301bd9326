// Takes jobs out of a queue before a worker does: by class and args, a bounded number of entries in each call.

import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'

const dequeueScript = defineScript(new URL('./dequeue.lua', import.meta.url))

/** Which jobs; null args are any. */
export interface Wanted {
  readonly class: string
  readonly args: readonly unknown[] | null
}

export interface DequeueOptions {
  /** Only counts. */
  readonly dryRun: boolean
  readonly keepStatusSeconds: number
}

/** How many entries one call looks at: decoding that many takes a few milliseconds. */
const stretch = 250

/**
 * Workers take jobs from the head and new ones come to the tail, from where we count: neither hides an entry.
 * What others cancel nearer to the tail between two calls would, so each stretch begins some entries early.
 */
const overlap = 50

/** Cancels the jobs of one queue that are wanted. Resolves to how many. */
export async function dequeue(
  { redis, keys, scriptNow }: Store,
  queue: string,
  wanted: Wanted,
  { dryRun, keepStatusSeconds }: DequeueOptions,
): Promise<number> {
  const names = [keys.queue(queue), keys.attempts, keys.deaths]
  const which = [JSON.stringify(wanted.class), wanted.args === null ? '' : JSON.stringify(wanted.args)]
  const rest = [keys.jobPrefix, keepStatusSeconds, keys.settled, dryRun ? '1' : '']
  let count = 0
  for (let skip = 0; ; ) {
    const args = [scriptNow(), queue, ...which, skip, stretch, ...rest]
    const [found, next, goesOn] = replyList(await dequeueScript.run(redis, names, args)).map(Number)
    count += found ?? 0
    if (goesOn !== 1) return count
    // Counting must not meet an entry twice.
    skip = Math.max(0, (next ?? 0) - (dryRun ? 0 : overlap))
  }
}
