// Looks now and then whether another scheduler moves delayed jobs beside this one, which leads. Ruby's and Node's
// keep away from our locks; PHP's knows none, and loses jobs when it dies at the wrong moment.
//
// What it cannot see: a rival while nothing is delayed, and one that does not look within the twelve seconds.

import type { Tripwire } from '../delayed/tripwire.ts'
import type { Emitter } from '../events.ts'
import type { RedisTime } from './redis-time.ts'

/** The first look after the lease was taken, then in regular intervals. */
const firstAfterMs = 5_000
const everyMs = 300_000
/** Schedulers of all systems look every 5 s unless they are told otherwise. */
const lookAfterMs = 12_000

export class Rivals {
  readonly #tripwire: Pick<Tripwire, 'lay' | 'look'>
  readonly #time: Pick<RedisTime, 'nowMs'>
  readonly #events: Emitter
  #laid: string | null = null
  #nextMs = Number.POSITIVE_INFINITY
  #isThere = false

  constructor(tripwire: Pick<Tripwire, 'lay' | 'look'>, time: Pick<RedisTime, 'nowMs'>, events: Emitter) {
    this.#tripwire = tripwire
    this.#time = time
    this.#events = events
  }

  /** This scheduler has begun to lead: whoever led before may have moved what was laid out. */
  lead(): void {
    this.#laid = null
    this.#nextMs = this.#time.nowMs() + firstAfterMs
  }

  /** With each tick of the leader; asks Redis twice in five minutes. */
  async step(leader: string): Promise<void> {
    const nowMs = this.#time.nowMs()
    if (nowMs < this.#nextMs) return
    if (this.#laid === null) {
      this.#laid = await this.#tripwire.lay(leader)
      this.#nextMs = nowMs + (this.#laid === null ? everyMs : lookAfterMs)
      return
    }
    const witness = this.#laid
    this.#laid = null
    this.#nextMs = nowMs + everyMs
    const state = await this.#tripwire.look(leader, witness)
    if (state !== 'unsure') this.#tell(state === 'torn')
  }

  #tell(isThere: boolean): void {
    if (isThere !== this.#isThere) this.#events.emit('rival', { isThere })
    this.#isThere = isThere
  }
}
