// How long a master waits before it starts a process for one that has died: not at all, but longer each time when they
// die as soon as they begin.

import type { Clock } from '../../clock.ts'

const soonMs = 10_000
const firstPauseMs = 500
const longestPauseMs = 30_000

export class Backoff {
  readonly #clock: Clock
  readonly #startedMs = new WeakMap<object, number>()
  #soonDeaths = 0
  #notBeforeMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How long it is until a process may be started. */
  get restMs(): number {
    return Math.max(0, this.#notBeforeMs - this.#clock.nowMs())
  }

  started(one: object): void {
    this.#startedMs.set(one, this.#clock.nowMs())
  }

  /** One has died. How long to wait before the next. */
  ended(one: object): number {
    const nowMs = this.#clock.nowMs()
    const livedMs = nowMs - (this.#startedMs.get(one) ?? 0)
    this.#soonDeaths = livedMs < soonMs ? this.#soonDeaths + 1 : 0
    // The first one may have been an accident.
    const tries = this.#soonDeaths - 1
    if (tries > 0)
      this.#notBeforeMs = nowMs + Math.min(firstPauseMs * 2 ** Math.min(tries - 1, 10), longestPauseMs)
    return this.restMs
  }
}
