// A clock that moves when the test says so. Given to the rooms, the scripts go by it as well.

import type { Clock } from '../../src/clock.ts'

interface Sleeper {
  readonly untilMs: number
  readonly wake: () => void
}

export class ManualClock implements Clock {
  #nowMs: number
  readonly #sleepers = new Set<Sleeper>()

  constructor(nowMs = Date.parse('2027-01-01T00:00:00Z')) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = { untilMs: this.#nowMs + ms, wake: resolve }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', () => resolve(), { once: true })
      if (signal?.aborted || ms <= 0) resolve()
    })
  }

  /** Moves on (or back) and wakes who has slept long enough. */
  advance(ms: number): void {
    this.#nowMs += ms
    for (const sleeper of this.#sleepers) {
      if (sleeper.untilMs > this.#nowMs) continue
      this.#sleepers.delete(sleeper)
      sleeper.wake()
    }
  }
}
