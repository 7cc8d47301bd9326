// What a worker sleeps and wakes by: whether there may be jobs that nobody has looked for yet. What wakes it while Redis
// is asked makes it worth asking once more.

import type { Clock } from '../clock.ts'

export class Attention {
  #wakes = 0
  #askedAt = 0
  #sawEmptyAt = -1
  #sleep: AbortController | undefined

  /** Something may have come. */
  wake(): void {
    this.#wakes++
    this.rouse()
  }

  /** There is something to do, though nothing has come. */
  rouse(): void {
    this.#sleep?.abort()
  }

  /** Sleeps until something happens. True when nothing did. */
  async sleep(clock: Clock, ms: number): Promise<boolean> {
    const sleep = new AbortController()
    this.#sleep = sleep
    await clock.sleep(ms, sleep.signal)
    this.#sleep = undefined
    return !sleep.signal.aborted
  }

  /** Redis is about to be asked. */
  ask(): void {
    this.#askedAt = this.#wakes
  }

  /** The answer to what was asked last, or before it. */
  answer(sawEmpty: boolean): void {
    this.#sawEmptyAt = sawEmpty ? this.#askedAt : -1
  }

  get isWorthAsking(): boolean {
    return this.#sawEmptyAt !== this.#wakes
  }
}
