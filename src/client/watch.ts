// Waits for jobs to end: told by the settle script over a channel, with a look now and then as a fall-back.

import type { Clock } from '../clock.ts'
import { type Subscription, subscribe } from '../redis/subscription.ts'
import type { Rooms } from '../rooms.ts'

/** How long to wait for word before looking for oneself. */
const lookEveryMs = 1_000

export interface NextWord {
  /** Resolves when there is word of the job, or after a while, or at the deadline. */
  readonly word: Promise<void>
  stop(): void
}

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

  /**
   * Begins to listen, on the first call; what ends after it has resolved is told. When Redis is away or refuses,
   * looking now and then has to do, so it is not waited for longer than for a look.
   */
  async open(atMostMs: number): Promise<void> {
    this.#opened ??= this.#open()
    const over = new AbortController()
    const patience = this.#clock.sleep(Math.min(lookEveryMs, atMostMs), over.signal)
    await Promise.race([this.#opened, patience])
    over.abort()
  }

  async #open(): Promise<void> {
    const { connection, store } = this.#rooms
    const subscription = subscribe(connection, store.keys.settled, {
      onMessage: (ids) => this.#tell(ids.split(',')),
    })
    this.#subscription = subscription
    await subscription.listening.catch(() => undefined)
  }

  #tell(ids: readonly string[]): void {
    for (const id of ids) for (const stop of this.#waiting.get(id) ?? []) stop()
  }

  /** The next word of a job. Call it, then look, then await `word`, and `stop` it in the end. */
  next(id: string, atMostMs: number): NextWord {
    const waiters = this.#waiting.get(id) ?? new Set<() => void>()
    this.#waiting.set(id, waiters)
    const over = new AbortController()
    const stop = (): void => {
      over.abort()
      waiters.delete(stop)
      if (waiters.size === 0) this.#waiting.delete(id)
    }
    waiters.add(stop)
    return { word: this.#clock.sleep(Math.min(lookEveryMs, atMostMs), over.signal), stop }
  }

  close(): void {
    this.#subscription?.close()
  }
}
