// Which of a worker's slots are in use: 1, 2, … The first of them are shown to others, as workers.

import type { Outcome, Reserved } from '../running/running.ts'

export function slotsIn(jobs: readonly Reserved[]): number[] {
  return jobs.map(({ slot }) => slot)
}

export function slotsOf(outcomes: readonly Outcome[]): number[] {
  return outcomes.map(({ job }) => job.slot)
}

export class Slots {
  /** By slot; the first place is not used. */
  readonly #isTaken: boolean[]

  constructor(count: number) {
    this.#isTaken = Array.from({ length: count + 1 }, () => false)
  }

  take(slots: readonly number[]): void {
    for (const slot of slots) this.#isTaken[slot] = true
  }

  free(slots: readonly number[]): void {
    for (const slot of slots) this.#isTaken[slot] = false
  }

  /** The free ones among the first slots, or among all, in ascending order. */
  upTo(last: number = this.#isTaken.length - 1): number[] {
    const slots: number[] = []
    for (let slot = 1; slot <= last; slot++) if (!this.#isTaken[slot]) slots.push(slot)
    return slots
  }

  /** So many free slots, in ascending order. */
  first(count: number): number[] {
    const slots: number[] = []
    for (let slot = 1; slot < this.#isTaken.length && slots.length < count; slot++)
      if (!this.#isTaken[slot]) slots.push(slot)
    return slots
  }
}
