// Keeps the log readable when very much happens: promotions are added up, and of many firings in a second only
// the first are told one by one.

import { after, type Clock } from '../clock.ts'
import type { Events } from '../events.ts'

const quietMs = 100
const everyMs = 1_000
const mostPerSecond = 20

/** Adds up what comes within a second and tells the sum. */
export class PromotedSum {
  readonly #clock: Clock
  readonly #tell: (sum: Events['promoted']) => void
  #sum: Events['promoted'] | undefined
  #toldMs = Number.NEGATIVE_INFINITY
  #callOff: () => void = () => undefined

  constructor(clock: Clock, tell: (sum: Events['promoted']) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  add({ count, refused, lateMs }: Events['promoted']): void {
    if (this.#sum === undefined) {
      const waitMs = Math.max(quietMs, this.#toldMs + everyMs - this.#clock.nowMs())
      this.#callOff = after(waitMs, () => this.flush())
    }
    const {
      count: had,
      refused: hadRefused,
      lateMs: hadLateMs,
    } = this.#sum ?? { count: 0, refused: 0, lateMs: 0 }
    this.#sum = { count: had + count, refused: hadRefused + refused, lateMs: Math.max(hadLateMs, lateMs) }
  }

  flush(): void {
    const sum = this.#sum
    if (sum === undefined) return
    this.#callOff()
    this.#sum = undefined
    this.#toldMs = this.#clock.nowMs()
    this.#tell(sum)
  }
}

/** Lets the first of each second through and counts the rest. */
export class Brake {
  readonly #clock: Clock
  readonly #tellRest: (count: number) => void
  #sinceMs = Number.NEGATIVE_INFINITY
  #passed = 0
  #held = 0

  constructor(clock: Clock, tellRest: (count: number) => void) {
    this.#clock = clock
    this.#tellRest = tellRest
  }

  get isOpen(): boolean {
    if (this.#clock.nowMs() - this.#sinceMs >= everyMs) {
      this.flush()
      this.#sinceMs = this.#clock.nowMs()
      this.#passed = 0
    }
    if (this.#passed++ < mostPerSecond) return true
    if (this.#held++ === 0) after(everyMs, () => this.flush())
    return false
  }

  flush(): void {
    if (this.#held > 0) this.#tellRest(this.#held)
    this.#held = 0
  }
}
