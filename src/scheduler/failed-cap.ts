// Keeps the failed list from growing without end: once a minute the leader takes off what is too old or too much.
// A long list takes a while, so the tick does not wait for it.

import type { Clock } from '../clock.ts'
import { checkTrim, type FailedJobs, type TrimOptions } from '../failed/failed.ts'

const everyMs = 60_000

export class FailedCap {
  readonly #failed: Pick<FailedJobs, 'trim'>
  readonly #clock: Clock
  readonly #options: TrimOptions
  #nextMs = 0
  #isTrimming = false

  /** @throws InvalidArgumentError when it is not said what to keep, or no number says it */
  constructor(failed: Pick<FailedJobs, 'trim'>, clock: Clock, options: TrimOptions) {
    checkTrim(options)
    this.#failed = failed
    this.#clock = clock
    this.#options = options
  }

  /** Trims in the background, unless it was done a moment ago. */
  step(): void {
    const nowMs = this.#clock.nowMs()
    if (this.#isTrimming || nowMs < this.#nextMs) return
    this.#isTrimming = true
    this.#nextMs = nowMs + everyMs
    this.#failed
      .trim(this.#options)
      .catch(() => {
        this.#nextMs = 0 // Redis failed, as the next tick will tell
      })
      .finally(() => {
        this.#isTrimming = false
      })
  }
}
