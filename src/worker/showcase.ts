// Ruby, PHP and our own pages see what is in the first slots of a worker. A job that was taken ahead and goes on for
// longer than such jobs do is shown in one of these, while its own record stays where it is.

import type { Holder, Reserved, Running } from '../running/running.ts'
import type { Slots } from './slots.ts'

interface Shown {
  readonly holder: Holder
  readonly slot: number
}

export class Showcase {
  readonly #running: Running
  readonly #slots: Slots
  readonly #shownSlots: number
  /** By the slot that the job is in. */
  readonly #shown = new Map<number, Shown>()

  constructor(running: Running, slots: Slots, shownSlots: number) {
    this.#running = running
    this.#slots = slots
    this.#shownSlots = shownSlots
  }

  /** @param sinceMs when it began */
  show(holder: Holder, job: Reserved, sinceMs: number): void {
    const [slot] = this.#slots.upTo(this.#shownSlots)
    if (slot === undefined || job.slot <= this.#shownSlots || this.#shown.has(job.slot)) return
    this.#slots.take([slot])
    this.#shown.set(job.slot, { holder, slot })
    this.#running.show(holder, slot, job, sinceMs).catch(() => undefined) // it is performed all the same
  }

  /** The job has ended. */
  hide(job: Reserved): void {
    const shown = this.#shown.get(job.slot)
    if (shown === undefined) return
    this.#shown.delete(job.slot)
    const free = (): void => this.#slots.free([shown.slot])
    this.#running.hide(shown.holder, shown.slot).then(free, free)
  }
}
