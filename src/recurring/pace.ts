// Long work in small pieces: after some milliseconds everything else that waits in the event loop has its turn.

import { systemClock, turn } from '../clock.ts'

/** A heartbeat, a signal or a message may wait so long. */
const pieceMs = 10

export class Pace {
  #sinceMs = systemClock.nowMs()

  /** Whether it is time for `rest`. */
  get isOver(): boolean {
    return systemClock.nowMs() - this.#sinceMs >= pieceMs
  }

  async rest(): Promise<void> {
    await turn()
    this.#sinceMs = systemClock.nowMs()
  }
}
