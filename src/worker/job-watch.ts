// Watches the jobs in hand: which have been running for long, and which were running while the event loop stood
// still. Nobody else can find these: the jobs themselves say nothing, and no error comes.

import type { Clock } from '../clock.ts'
import type { Emitter, JobEvent } from '../events.ts'
import type { Context } from './context.ts'

/** How often it looks, in milliseconds. */
const lookMs = 500
/** The event loop stands still when it is so late, in milliseconds. */
export const blockedMs = 1_000

function eventOf({ id, className, queue, attempt }: Context): JobEvent {
  return { id, class: className, queue, attempt }
}

export class JobWatch {
  readonly #clock: Clock
  readonly #events: Emitter
  readonly #longMs: number
  /** The job that began last, while it may be over when its `perform` returns: most are, and need not be noted. */
  #last: Context | undefined
  #lastSinceMs = 0
  /** Since when each of the others is in hand. */
  readonly #inHand = new Map<Context, number>()
  /** Jobs that were told to run long, and after how long they are told again. */
  readonly #told = new Map<Context, number>()
  #begun = 0
  /** Classes of jobs that took long enough to have stopped the event loop, and have ended since the last look. */
  #suspects = new Set<string>()
  /** Undefined while nobody watches. */
  #signal: AbortSignal | undefined
  #isLooking = false

  /** @param longMs a job that runs longer is told of */
  constructor(clock: Clock, events: Emitter, longMs: number) {
    this.#clock = clock
    this.#events = events
    this.#longMs = longMs
  }

  /** How many jobs have begun. */
  get begun(): number {
    return this.#begun
  }

  /** @param sinceMs by this machine's clock */
  began(context: Context, sinceMs: number): void {
    this.#begun++
    this.#noteLast()
    this.#last = context
    this.#lastSinceMs = sinceMs
    if (!this.#isLooking) void this.#lookWhileBusy()
  }

  #noteLast(): void {
    if (this.#last !== undefined) this.#inHand.set(this.#last, this.#lastSinceMs)
    this.#last = undefined
  }

  /** Since when it was in hand. */
  #forget(context: Context): number | undefined {
    if (context === this.#last) {
      this.#last = undefined
      return this.#lastSinceMs
    }
    const sinceMs = this.#inHand.get(context)
    this.#inHand.delete(context)
    return sinceMs
  }

  ended(context: Context): void {
    const sinceMs = this.#forget(context)
    if (sinceMs === undefined) return
    if (this.#told.size > 0) this.#told.delete(context)
    if (this.#clock.nowMs() - sinceMs < blockedMs) return
    this.#suspects.add(context.className)
  }

  has(context: unknown): context is Context {
    return context !== undefined && (context === this.#last || this.#inHand.has(context as Context))
  }

  /** Watches the jobs in hand until the signal aborts. An idle worker has no timer for it. */
  run(signal: AbortSignal): void {
    this.#signal = signal
    void this.#lookWhileBusy()
  }

  get #isWatching(): boolean {
    return this.#last !== undefined || this.#inHand.size + this.#suspects.size > 0
  }

  /** The timer is set before the job can stop the event loop. */
  async #lookWhileBusy(): Promise<void> {
    const signal = this.#signal
    if (signal === undefined) return
    this.#isLooking = true
    while (this.#isWatching && !signal.aborted) {
      const sleptAtMs = this.#clock.nowMs()
      await this.#clock.sleep(lookMs, signal)
      const nowMs = this.#clock.nowMs()
      this.look(nowMs, nowMs - sleptAtMs - lookMs)
    }
    this.#isLooking = signal.aborted
  }

  /** @param lateMs by how much this look is late */
  look(nowMs: number, lateMs: number): void {
    this.#noteLast()
    const suspects = this.#suspects
    this.#suspects = new Set()
    for (const [context, sinceMs] of this.#inHand) {
      const ageMs = nowMs - sinceMs
      if (ageMs >= blockedMs) suspects.add(context.className)
      if (ageMs >= (this.#told.get(context) ?? this.#longMs)) this.#tellLong(context, sinceMs, ageMs)
    }
    if (lateMs >= blockedMs && suspects.size > 0)
      this.#events.emit('blocked', { blockedMs: lateMs, classes: [...suspects].sort() })
  }

  #tellLong(context: Context, sinceMs: number, ageMs: number): void {
    this.#told.set(context, 2 * ageMs)
    this.#events.emit('runsLong', { ...eventOf(context), sinceMs, forMs: ageMs })
  }
}
