// What a worker process can be told from outside, through Redis: be quiet, go on, stop, have so many processes. An order
// waits in a list of its own until the process beats, so that a message that was missed delays it by seconds only.

import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'

const giveScript = defineScript(new URL('./give-order.lua', import.meta.url), { confirmed: false })

export const orderVerbs = ['quiet', 'resume', 'stop', 'scale'] as const
export type OrderVerb = (typeof orderVerbs)[number]

export interface Order {
  /** All children of a master hear what concerns it: by this it knows that they were told the same. */
  readonly id: string
  readonly verb: OrderVerb
  /** `fleet`: it concerns the master and all its processes, where there is one. */
  readonly scope: 'process' | 'fleet'
  /** stop: the jobs in hand may take as long as they take. */
  readonly finish: boolean
  /** scale: how many processes there should be. */
  readonly processes: number
}

/** What stands in the list, or null when it was not written by one of us. */
export function readOrder(text: string): Order | null {
  try {
    const { id, verb, scope, finish, processes } = JSON.parse(text) as Record<string, unknown>
    const known = orderVerbs.find((name) => name === verb)
    if (known === undefined) return null
    return {
      id: String(id),
      verb: known,
      scope: scope === 'fleet' ? 'fleet' : 'process',
      finish: finish === true,
      processes: Number(processes),
    }
  } catch {
    return null
  }
}

/** Who has not read its orders by then is dead, or was stopped. */
const keepSeconds = 60

export class Orders {
  readonly #store: Store
  constructor(store: Store) {
    this.#store = store
  }

  /** Tells processes that have beaten within `deadAfterMs`. Resolves to the tokens of those that were told. */
  async give(order: Order, tokens: readonly string[], deadAfterMs: number): Promise<string[]> {
    if (tokens.length === 0) return []
    const { redis, keys, scriptNow } = this.#store
    const names = [keys.ordersPrefix, keys.ordered, JSON.stringify(order), keepSeconds]
    const reply = await giveScript.run(
      redis,
      [keys.processes],
      [scriptNow(), deadAfterMs, ...names, ...tokens],
    )
    return replyList(reply).map(String)
  }
}
