// What time it is at Redis, judged from the replies that tell it: at least this late, however long a reply was on
// its way. Nothing is asked for before its time has come by Redis's clock.

import type { Clock } from '../clock.ts'

/** A reply that was slow tells little: the best of the last few counts. */
const repliesKept = 4

export class RedisTime {
  readonly #clock: Clock
  /** What each of the last replies proved: Redis's clock minus this machine's is at least that much. */
  #leastMs: number[] = []
  #offsetMs = 0
  #toldMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** It is never earlier than this at Redis. */
  nowMs(): number {
    return this.#clock.nowMs() + this.#offsetMs
  }

  /** Redis's clock minus this machine's, in milliseconds. */
  get offsetMs(): number {
    return this.#offsetMs
  }

  /** What the last reply told. */
  get toldMs(): number {
    return this.#toldMs
  }

  /** Makes a call whose reply tells Redis's time, which was read after the call was sent and before it came back. */
  async learn<Reply extends { readonly redisNowMs: number }>(call: Promise<Reply>): Promise<Reply> {
    const sentMs = this.#clock.nowMs()
    const reply = await call
    this.#toldMs = reply.redisNowMs
    const leastMs = reply.redisNowMs - this.#clock.nowMs()
    const mostMs = reply.redisNowMs - sentMs
    // What was proved before is void when a clock was set meanwhile.
    const earlier = this.#leastMs.filter((earlierMs) => earlierMs <= mostMs)
    this.#leastMs = [...earlier, leastMs].slice(-repliesKept)
    this.#offsetMs = Math.max(...this.#leastMs)
    return reply
  }
}
