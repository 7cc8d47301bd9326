// Waits for jobs to end: told by the settle script over a channel, with a look now and then as a fall-back.

import type { Clock } from '../clock.ts'
import { type Subscription, subscribe } from '../redis/subscription.ts'
import type { Rooms } from '../rooms.ts'

/** How long to wait for word before looking for oneself. */
const lookEveryMs = 1_000

export class EndWatch {
  readonly #rooms: Rooms
  readonly #clock: Clock
  readonly #waiting = new Map<string, Set<() => void>>()
  #subscription: Subscription | undefined
  #opened: Promise<void> | undefined

  constructor(rooms: Rooms, clock: Clock) {
    this.#rooms = rooms
    this.#clock = clock
  }

  /** Begins to listen, on the first call. What ends after it has resolved is told. */
  async open(): Promise<void> {
    this.#opened ??= this.#open()
    await this.#opened
  }

  async #open(): Promise<void> {
    const { connection, store } = this.#rooms
    const subscription = subscribe(connection, store.keys.settled, {
      onMessage: (ids) => this.#tell(ids.split(',')),
    })
    this.#subscription = subscription
    await subscription.listening
  }

  #tell(ids: readonly string[]): void {
    for (const id of ids) for (const wake of this.#waiting.get(id) ?? []) wake()
  }

  /** Resolves when there is word of the job, or after a while, or at the deadline. Call it, then look, then await it. */
  async change(id: string, atMostMs: number): Promise<void> {
    const waiters = this.#waiting.get(id) ?? new Set<() => void>()
    this.#waiting.set(id, waiters)
    const over = new AbortController()
    const wake = (): void => over.abort()
    waiters.add(wake)
    await this.#clock.sleep(Math.min(lookEveryMs, atMostMs), over.signal)
    waiters.delete(wake)
    if (waiters.size === 0) this.#waiting.delete(id)
  }

  close(): void {
    this.#subscription?.close()
  }
}
