// The jobs that a worker performs, by the slot they are in.

import type { Reserved } from '../running/running.ts'
import { Ending } from './ending.ts'

/** A job while it is performed. */
export class Performance {
  readonly reserved: Reserved
  readonly startedMs: number
  #ending: Ending | undefined

  constructor(reserved: Reserved, startedMs: number) {
    this.reserved = reserved
    this.startedMs = startedMs
  }

  /** How it is told to end. Made when somebody asks: nearly all jobs end by themselves. */
  get ending(): Ending {
    this.#ending ??= new Ending()
    return this.#ending
  }

  get signal(): AbortSignal {
    return this.ending.signal
  }

  /** Whether somebody wants it to end for good. */
  get isCancelled(): boolean {
    return this.#ending?.isCancelled === true
  }
}

/** An array, not a map: a map that jobs enter and leave all the time makes its table anew with every few of them. */
export class Performances {
  readonly #bySlot: (Performance | undefined)[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  get(slot: number): Performance | undefined {
    return this.#bySlot[slot]
  }

  /** The slot is empty. */
  add(performance: Performance): void {
    this.#bySlot[performance.reserved.slot] = performance
    this.#size++
  }

  /** False when another one is in its slot, or none. */
  remove(performance: Performance): boolean {
    const { slot } = performance.reserved
    if (this.#bySlot[slot] !== performance) return false
    this.#bySlot[slot] = undefined
    this.#size--
    return true
  }

  all(): Performance[] {
    return this.#bySlot.filter((performance) => performance !== undefined)
  }

  clear(): void {
    this.#bySlot.length = 0
    this.#size = 0
  }
}
