// How many jobs a worker's hands can take: its slots, what it may take ahead, and what it has asked for and not been
// answered yet.

import { Prefetch } from './prefetch.ts'
import { Slots } from './slots.ts'

/** What may be in hand is asked for in so many calls: one is carried out, one waits at Redis, one's jobs are performed. */
const callsAhead = 3

export interface Asked {
  readonly most: number
  readonly freeSlots: readonly number[]
}

export class Capacity {
  readonly slots: Slots
  readonly prefetch: Prefetch
  readonly #concurrency: number
  #askedFor = 0

  /** @param concurrency how many jobs are performed at a time @param mostAhead how many may be taken ahead of that */
  constructor(concurrency: number, mostAhead: number) {
    this.#concurrency = concurrency
    this.slots = new Slots(concurrency + mostAhead)
    this.prefetch = new Prefetch(mostAhead)
  }

  /** How many more jobs could begin at once. @param inHand how many there are */
  now(inHand: number): number {
    return Math.max(0, this.#concurrency - inHand - this.#askedFor)
  }

  /** How many more could be taken. */
  room(inHand: number): number {
    return Math.max(0, this.#concurrency + this.prefetch.depth - inHand - this.#askedFor)
  }

  /** How many to take in one call: of those ahead a part, so that some are performed while Redis is asked for more. */
  handful(inHand: number): number {
    const part = Math.ceil((this.#concurrency + this.prefetch.depth) / callsAhead)
    return Math.min(this.room(inHand), Math.max(this.now(inHand), part))
  }

  /** Until the answer is here, nobody knows which of the free slots have jobs. */
  ask({ most, freeSlots }: Asked): void {
    this.slots.take(freeSlots)
    this.#askedFor += most
  }

  answered({ most, freeSlots }: Asked): void {
    this.slots.free(freeSlots)
    this.#askedFor -= most
  }
}
