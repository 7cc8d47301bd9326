// Waiting for what other processes do, without fixed sleeps: the assertion itself is retried.

import { setTimeout as delay } from 'node:timers/promises'

export interface EventuallyOptions {
  readonly timeoutMs?: number
  readonly intervalMs?: number
}

/** Calls `assertion` until it passes; when it has not by the end of the time, throws its last error. */
export async function eventually(
  assertion: () => void | Promise<void>,
  { timeoutMs = 10_000, intervalMs = 10 }: EventuallyOptions = {},
): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs
  for (;;) {
    try {
      return await assertion()
    } catch (error) {
      if (Date.now() + intervalMs > deadlineMs) throw error
    }
    await delay(intervalMs)
  }
}
