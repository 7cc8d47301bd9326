// Hears which jobs in hand are to be cancelled: over a channel, and, because a message can be missed, by a look at
// the marks every few seconds while there are jobs in hand.

import { after } from '../clock.ts'
import { runLoop } from '../daemon/run-loop.ts'
import { subscribe } from '../redis/subscription.ts'
import type { Rooms } from '../rooms.ts'
import { type CancelMark, readMark } from '../running/cancelling.ts'
import type { Hands } from './hands.ts'

const lookEveryMs = 5_000
/** A job may be called off before the reply that reserved it is here. */
const lookAgainMs = 250

export class Cancels {
  readonly #rooms: Rooms
  readonly #hands: Hands
  /** Id of the first slot's worker. */
  readonly #workerId: () => string

  constructor(rooms: Rooms, hands: Hands, workerId: () => string) {
    this.#rooms = rooms
    this.#hands = hands
    this.#workerId = workerId
  }

  /** Listens until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { connection, store } = this.#rooms
    const subscription = subscribe(connection, store.keys.cancels, {
      onMessage: (mark) => this.#hear(readMark(mark)),
      onReady: () => void this.#look().catch(() => undefined),
    })
    subscription.listening.catch(() => undefined) // the looks go on without it
    await runLoop({
      clock: store.clock,
      signal,
      pass: () => this.#look(),
      onTrouble: () => undefined, // the worker's own loop tells of it
      onRecovered: () => undefined,
    })
    subscription.close()
  }

  #hear({ token, slot }: CancelMark): void {
    if (this.#hands.cancel(slot, token)) return
    after(lookAgainMs, () => void this.#look().catch(() => undefined))
  }

  async #look(): Promise<number> {
    if (this.#hands.busy === 0) return lookEveryMs
    for (const { slot, token } of await this.#rooms.running.cancelling.marks(this.#workerId()))
      this.#hands.cancel(slot, token)
    return lookEveryMs
  }
}
