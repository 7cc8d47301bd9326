// Keeps the index of delayed jobs. Adding many jobs leaves their hints unsorted, and promotion leaves them where they
// are: both costs these nothing. They are sorted, and taken out, afterwards, a little with each tick.

import type { Clock } from '../clock.ts'
import type { DelayedIndex } from '../delayed/delayed-index.ts'

/** What is due within this time is promoted before its hints are sorted, and needs none. */
const sortEveryMs = 10_000
/** So many calls with one tick: some ten milliseconds of Redis, which others may use between them. */
const sortsEachStep = 10

export class Sweeper {
  readonly #index: Pick<DelayedIndex, 'sort' | 'sweep'>
  readonly #clock: Clock
  #sortedAtMs = Number.NEGATIVE_INFINITY
  #cursor: string | null = null
  #isSweeping = false
  #isDue = false

  constructor(index: Pick<DelayedIndex, 'sort' | 'sweep'>, clock: Clock) {
    this.#index = index
    this.#clock = clock
  }

  /** Jobs were promoted: there are hints to take out. */
  note(): void {
    this.#isDue = true
  }

  /** One bounded step. */
  async step(): Promise<void> {
    await this.#sort()
    await this.#sweep()
  }

  async #sort(): Promise<void> {
    const nowMs = this.#clock.nowMs()
    if (nowMs - this.#sortedAtMs < sortEveryMs) return
    for (let call = 0; call < sortsEachStep; call++) {
      if (await this.#index.sort()) continue
      this.#sortedAtMs = nowMs
      return
    }
  }

  async #sweep(): Promise<void> {
    if (!this.#isSweeping) {
      if (!this.#isDue) return
      this.#isDue = false
      this.#isSweeping = true
    }
    this.#cursor = (await this.#index.sweep(this.#cursor)).cursor
    this.#isSweeping = this.#cursor !== null
  }
}
