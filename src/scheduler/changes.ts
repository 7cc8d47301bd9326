// Hears which entries were changed while they are in force. This library tells it over a channel, with the number
// of the change; Ruby only puts names into a set. Who listens to the channel is told of the number and the set when
// it renews its lease; who does not listen, being ticked by hand, asks at every tick.

import type { DynamicEntries } from '../recurring/dynamic.ts'
import type { Connection } from '../redis/connection.ts'
import { type Subscription, subscribe } from '../redis/subscription.ts'
import type { ChangeCount } from './lease.ts'

/** What has to be read again: everything, or some entries. */
export type Changed = 'all' | ReadonlySet<string>

/** The lease was renewed. */
export interface Renewed {
  /** What was told then; null: Redis must be asked. */
  readonly changes: ChangeCount | null
}

/** Of more than so many the names are not kept. */
const mostNames = 10_000

export interface ChangesOptions {
  readonly connection: Connection
  readonly channel: string
  readonly dynamic: DynamicEntries
  /** false: what Ruby changes is left for others to see. */
  readonly takesChanged: boolean
}

export class Changes {
  readonly #options: ChangesOptions
  #subscription: Subscription | undefined
  #mustLook = true
  #version = 0
  #all = true
  #names = new Set<string>()

  constructor(options: ChangesOptions) {
    this.#options = options
  }

  /** Begins to listen. Redis need not be there yet. */
  open(): void {
    const look = (): void => {
      this.#mustLook = true
    }
    const { connection, channel } = this.#options
    const listener = { onMessage: (message: string) => this.#hear(message), onReady: look }
    const subscription = subscribe(connection, channel, listener)
    this.#subscription = subscription
    // What was said before shows in the number of changes.
    subscription.listening.then(look, () => undefined)
  }

  #hear(message: string): void {
    const space = message.indexOf(' ')
    const version = Number(message.slice(0, space))
    if (version <= this.#version) return
    if (version === this.#version + 1 && this.#names.size < mostNames)
      this.#names.add(message.slice(space + 1))
    else this.#all = true
    this.#version = version
  }

  /** For a new leader, which then reads everything: what it reads is as new as this or newer. */
  async begin(): Promise<void> {
    const { dynamic, takesChanged } = this.#options
    if (takesChanged) await dynamic.dropChanged()
    this.#version = await dynamic.version()
    this.#names.clear()
    this.#all = false
  }

  /** Looks for changes; most of the time that costs nothing. */
  async look(renewed: Renewed | null): Promise<void> {
    const { dynamic, takesChanged } = this.#options
    const listens = this.#subscription !== undefined
    const told = listens && !this.#mustLook ? renewed?.changes : null
    const asks = renewed !== null || !listens
    if (asks || this.#mustLook) {
      const version = told?.version ?? (await dynamic.version())
      this.#mustLook = false
      // A lower number is that of a Redis that was emptied.
      if (version !== this.#version) this.#all = true
      this.#version = version
    }
    if (asks && takesChanged && (told?.names ?? (await dynamic.changedCount())) > 0)
      for (const name of await dynamic.takeChanged()) this.#names.add(name)
  }

  /** What has to be read again; it is then taken as read. */
  take(): Changed {
    const changed = this.#all ? 'all' : this.#names
    this.#all = false
    this.#names = new Set()
    return changed
  }

  /** Everything has to be read again. */
  doubt(): void {
    this.#all = true
  }

  close(): void {
    this.#subscription?.close()
  }
}
