// Hears when a queue that was empty has a job: over a channel from producers of ours, and by a poll for all
// others. One plain command a second is all that an idle worker costs.

import { type Subscription, subscribe } from '../redis/subscription.ts'
import type { Rooms } from '../rooms.ts'
import type { QueueList } from './queue-list.ts'
import type { Turns } from './queue-order.ts'

/** A list with patterns asks for new queues of other producers every so many polls. */
const pollsPerLookAtNames = 5

/** The queues that a message names: one, or the JSON of many behind a line break (include/enqueue.lua). */
function queuesIn(message: string): readonly string[] {
  if (!message.startsWith('\n[')) return [message]
  try {
    return (JSON.parse(message) as readonly unknown[]).map(String)
  } catch {
    return [message]
  }
}

export class Ears {
  readonly #rooms: Rooms
  readonly #list: QueueList
  readonly #turns: Turns
  readonly #onWake: () => void
  /** Told which processes have orders. */
  readonly #onOrders: (tokens: string) => void
  #names: string[]
  #polls = 0
  #subscription: Subscription | undefined
  #closed = false

  constructor(
    rooms: Rooms,
    list: QueueList,
    turns: Turns,
    onWake: () => void,
    onOrders: (tokens: string) => void,
  ) {
    this.#rooms = rooms
    this.#list = list
    this.#turns = turns
    this.#onWake = onWake
    this.#onOrders = onOrders
    this.#names = list.hasPatterns ? [] : list.names([])
  }

  /** Queues to reserve from, in order of priority. */
  get names(): readonly string[] {
    return this.#names
  }

  /** The same in the order for the next reservation, which each call draws or turns anew. */
  inOrder(): readonly string[] {
    return this.#turns.next(this.#names)
  }

  async #lookAtNames(): Promise<void> {
    this.#names = this.#list.names(await this.#rooms.queues.names())
  }

  #hear(queues: readonly string[]): void {
    const meant = queues.filter((queue) => this.#list.includes(queue))
    if (meant.length === 0) return
    const known = new Set([...this.#names, ...meant])
    if (known.size > this.#names.length) this.#names = this.#list.names([...known].sort())
    this.#onWake()
  }

  /** Begins to listen. It keeps trying by itself when Redis is away; the poll goes on meanwhile. */
  async open(): Promise<void> {
    // When this fails the first poll looks again; what is said has to be heard all the same.
    if (this.#list.hasPatterns) await this.#lookAtNames().catch(() => undefined)
    if (this.#closed) return
    const { connection, store } = this.#rooms
    const listener = {
      onMessage: (message: string, channel: string) =>
        channel === store.keys.ordered ? this.#onOrders(message) : this.#hear(queuesIn(message)),
      onReady: () => void this.#lookAround(),
    }
    const subscription = subscribe(connection, [store.keys.wake, store.keys.ordered], listener)
    this.#subscription = subscription
    await subscription.listening
    await this.#lookAround()
  }

  /** Something may have been said, even of a new queue, while nobody listened. */
  async #lookAround(): Promise<void> {
    if (this.#list.hasPatterns) await this.#lookAtNames().catch(() => undefined)
    this.#onWake()
  }

  /** Whether any queue of the list holds a job. */
  async poll(): Promise<boolean> {
    if (this.#list.hasPatterns && this.#polls++ % pollsPerLookAtNames === 0) await this.#lookAtNames()
    return this.#rooms.queues.anyWaiting(this.#names)
  }

  close(): void {
    this.#closed = true
    this.#subscription?.close()
  }
}
