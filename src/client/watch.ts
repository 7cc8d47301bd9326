// Waits for jobs to end: told by the settle script over a channel, with a look now and then as a fall-back.

import type { Redis } from 'ioredis'
import type { Clock } from '../clock.ts'
import type { Rooms } from '../rooms.ts'

/** How long to wait for word before looking for oneself. */
const lookEveryMs = 1_000

export class EndWatch {
  readonly #rooms: Rooms
  readonly #clock: Clock
  readonly #waiting = new Map<string, Set<() => void>>()
  #subscriber: Promise<Redis> | undefined

  constructor(rooms: Rooms, clock: Clock) {
    this.#rooms = rooms
    this.#clock = clock
  }

  /** Begins to listen; the first call is told of everything that ends after it has resolved. */
  async open(): Promise<void> {
    await this.#subscribe()
  }

  #subscribe(): Promise<Redis> {
    this.#subscriber ??= (async () => {
      const redis = this.#rooms.connection.twin()
      redis.on('message', (_channel: string, ids: string) => this.#tell(ids.split(',')))
      await redis.subscribe(this.#rooms.store.keys.settled)
      return redis
    })()
    return this.#subscriber
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

  async close(): Promise<void> {
    if (this.#subscriber === undefined) return
    const redis = await this.#subscriber.catch(() => undefined)
    redis?.disconnect()
  }
}
