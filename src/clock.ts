// The only place that asks for the time or waits for it. Everything else is handed a Clock, so that a
// test can hand over one it moves by hand.

import { setImmediate as nextTurn } from 'node:timers/promises'

/** Tells the time of this machine and waits. Times are epoch milliseconds. */
export interface Clock {
  nowMs(): number
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Node takes delays up to 2^31-1 ms; a longer wait is cut and simply ends early. */
const longestSleepMs = 2_147_483_647

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  // Node's own promise of a timer makes an error, with its stack, whenever somebody is woken.
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const wake = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const timer = setTimeout(wake, Math.min(Math.max(0, ms), longestSleepMs))
      signal?.addEventListener('abort', wake)
    }),
}

/** Milliseconds that have passed since some moment: for telling how long a thing takes, whatever is done to the clock. */
export function elapsedMs(): number {
  return performance.now()
}

/** A timer that calls back once; returns the function that calls it off. It never keeps the process alive. */
export function after(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, Math.min(ms, longestSleepMs))
  timer.unref()
  return () => clearTimeout(timer)
}

/** Lets everything that is ready in this turn of the event loop happen first. */
export function turn(): Promise<void> {
  return nextTurn()
}
