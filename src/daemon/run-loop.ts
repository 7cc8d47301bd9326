// The one loop of all daemons: a pass, then a rest, until the signal. Nothing that a pass throws ends it. What
// fails is said once, and once more when it works again; in between it waits, longer each time.

import type { Clock } from '../clock.ts'

export interface LoopOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** One pass; resolves to how many milliseconds to rest. */
  pass(): Promise<number>
  /** The first failure after a success. */
  onTrouble(error: unknown): void
  onRecovered(): void
}

const firstPauseMs = 100
const longestPauseMs = 5_000

/** Between half and all of the pause: many daemons that lost one Redis must not come back in step. */
function pauseMs(failures: number): number {
  const full = Math.min(firstPauseMs * 2 ** Math.min(failures - 1, 10), longestPauseMs)
  return full * (0.5 + Math.random() / 2)
}

/** Resolves when the signal has aborted and the pass in hand has ended. Never rejects. */
export async function runLoop({ clock, signal, pass, onTrouble, onRecovered }: LoopOptions): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    let restMs: number
    try {
      restMs = await pass()
      if (failures > 0) onRecovered()
      failures = 0
    } catch (error) {
      failures++
      if (failures === 1) onTrouble(error)
      restMs = pauseMs(failures)
    }
    if (restMs > 0) await clock.sleep(restMs, signal)
  }
}
