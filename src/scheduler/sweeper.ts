// Clears the index of delayed jobs of what has been promoted. Promotion itself leaves the hints where they are,
// which costs it nothing; they are taken out afterwards, a little with each tick, and not at all in idle times.

import type { Delayed } from '../delayed/delayed.ts'

export class Sweeper {
  readonly #delayed: Pick<Delayed, 'sweep'>
  #cursor: string | null = null
  #isSweeping = false
  #isDue = false

  constructor(delayed: Pick<Delayed, 'sweep'>) {
    this.#delayed = delayed
  }

  /** Jobs were promoted: there are hints to take out. */
  note(): void {
    this.#isDue = true
  }

  /** One bounded step; nothing when there is nothing to do. */
  async step(): Promise<void> {
    if (!this.#isSweeping) {
      if (!this.#isDue) return
      this.#isDue = false
      this.#isSweeping = true
    }
    this.#cursor = (await this.#delayed.sweep(this.#cursor)).cursor
    this.#isSweeping = this.#cursor !== null
  }
}
