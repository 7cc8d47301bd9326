// What time it is at Redis, judged from the replies that tell it. Redis's clock decides what is due; this
// estimate only decides when to ask.

import type { Clock } from '../clock.ts'

export class RedisTime {
  readonly #clock: Clock
  #offsetMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  nowMs(): number {
    return this.#clock.nowMs() + this.#offsetMs
  }

  /** Redis's clock minus this machine's, in milliseconds. */
  get offsetMs(): number {
    return this.#offsetMs
  }

  /** Makes a call whose reply tells Redis's time, which was read about half way through the call. */
  async learn<Reply extends { readonly redisNowMs: number }>(call: Promise<Reply>): Promise<Reply> {
    const sentMs = this.#clock.nowMs()
    const reply = await call
    this.#offsetMs = reply.redisNowMs - (sentMs + this.#clock.nowMs()) / 2
    return reply
  }

  /** Milliseconds until just after the next multiple of `intervalMs` on Redis's clock. */
  untilNextTick(intervalMs: number): number {
    const nowMs = this.nowMs()
    return Math.ceil(Math.floor(nowMs / intervalMs + 1) * intervalMs - nowMs) + justAfterMs
  }
}

/** Coming a moment before the second would cost a second call. */
const justAfterMs = 1
