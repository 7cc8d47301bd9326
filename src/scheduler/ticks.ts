// When the scheduler looks for what is due: with each multiple of its interval on Redis's clock. A look that was too
// early by a moment (timers may be, and clocks are read in whole milliseconds) is followed by another at once, and
// one that took too long by the one that it has missed.

import { InvalidArgumentError } from '../errors.ts'
import type { RedisTime } from './redis-time.ts'

/** Whatever is earlier than that is no timer that was early, but a clock that was set. */
const mostEarlyMs = 2

/** @throws InvalidArgumentError for an interval that is no positive number */
export function checkedIntervalMs(intervalSeconds: number): number {
  if (Number.isFinite(intervalSeconds) && intervalSeconds > 0) return intervalSeconds * 1000
  throw new InvalidArgumentError(
    'intervalSeconds',
    intervalSeconds,
    `intervalSeconds must be a number above 0, got ${intervalSeconds}.`,
  )
}

export class Ticks {
  readonly #time: Pick<RedisTime, 'nowMs'>
  readonly #intervalMs: number
  /** What is due up to here has been seen, by Redis's clock. */
  #seenMs = 0
  #nextMs = 0

  constructor(time: Pick<RedisTime, 'nowMs'>, intervalMs: number) {
    this.#time = time
    this.#intervalMs = intervalMs
  }

  /** A look begins. */
  begin(): void {
    this.#seenMs = this.#time.nowMs()
  }

  /** Redis has said that it was no later than that when it looked. */
  sawAt(redisNowMs: number): void {
    this.#seenMs = Math.min(this.#seenMs, redisNowMs)
  }

  /** Milliseconds until the first tick that the last look cannot have seen; 0 when its time has come already. */
  restMs(): number {
    const nowMs = this.#time.nowMs()
    // A clock that was set back is not waited for.
    const seenMs = Math.min(this.#seenMs, nowMs)
    this.#nextMs = Math.floor(seenMs / this.#intervalMs + 1) * this.#intervalMs
    return Math.max(0, Math.ceil(this.#nextMs - nowMs))
  }

  /** How much too early a timer has gone off: then nothing need be asked yet. */
  earlyMs(): number {
    const leftMs = this.#nextMs - this.#time.nowMs()
    return leftMs > 0 && leftMs <= mostEarlyMs ? leftMs : 0
  }
}
