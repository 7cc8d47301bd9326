// Jobs whose timeout is over and that run on in this process, because nothing can stop them here. They hold no
// slot any more, but memory and connections: a worker that has too many of them should be replaced.

import type { Emitter, JobEvent } from '../events.ts'

export class GivenUp {
  readonly #events: Emitter
  readonly #most: number
  readonly #onTooMany: () => void
  #running = 0

  /** @param most how many may run on until `onTooMany` is called */
  constructor(events: Emitter, most: number, onTooMany: () => void) {
    this.#events = events
    this.#most = most
    this.#onTooMany = onTooMany
  }

  add(event: JobEvent, ended: Promise<unknown>): void {
    this.#running++
    const leave = (): void => {
      this.#running--
    }
    ended.then(leave, leave)
    this.#events.emit('stuck', { ...event, running: this.#running })
    if (this.#running === this.#most) this.#onTooMany()
  }
}
