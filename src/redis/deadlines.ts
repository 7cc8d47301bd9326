// How long the script calls of one connection may take. One timer serves them all: a timer for each costs as much as
// making the call.

import { after, elapsedMs } from '../clock.ts'

/** A call that waits for its answer. */
export interface Awaited {
  readonly sentMs: number
  /** The call is taken off the list by whoever made it. */
  reject(error: Error): void
}

export class Deadlines {
  readonly #ms: number
  /** In the order in which they were made, so the first one is the first to be late. */
  readonly #calls = new Set<Awaited>()
  #isArmed = false

  constructor(ms: number) {
    this.#ms = ms
  }

  add(call: Awaited): void {
    this.#calls.add(call)
    if (!this.#isArmed) this.#arm(this.#ms)
  }

  delete(call: Awaited): void {
    this.#calls.delete(call)
  }

  #arm(ms: number): void {
    this.#isArmed = true
    after(ms, () => this.#look())
  }

  #look(): void {
    const nowMs = elapsedMs()
    for (const call of this.#calls) {
      const leftMs = call.sentMs + this.#ms - nowMs
      if (leftMs > 0) {
        this.#arm(leftMs)
        return
      }
      call.reject(new Error('Command timed out'))
    }
    this.#isArmed = false
  }
}
