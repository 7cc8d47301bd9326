// The clock that tests move. Given to a client, the scripts in Redis go by it as well.

import type { Clock } from '../clock.ts'

interface Sleeper {
  readonly untilMs: number
  readonly wake: () => void
}

/** A clock that moves when the test says so. Given to a client, the scripts in Redis go by it as well. */
export class TestClock implements Clock {
  #nowMs: number
  readonly #sleepers = new Set<Sleeper>()

  constructor(nowMs: number = Date.parse('2027-01-01T00:00:00Z')) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#sleepers.add({ untilMs: this.#nowMs + ms, wake: resolve })
      signal?.addEventListener('abort', () => resolve(), { once: true })
      if (signal?.aborted || ms <= 0) resolve()
    })
  }

  /** Moves by `ms` milliseconds (back, when negative) and wakes who has slept long enough. */
  advance(ms: number): void {
    this.#nowMs += ms
    for (const sleeper of this.#sleepers) {
      if (sleeper.untilMs > this.#nowMs) continue
      this.#sleepers.delete(sleeper)
      sleeper.wake()
    }
  }
}
