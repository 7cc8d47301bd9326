// Asking for a job in hand to end: the mark that says so, and the worker's look at the marks that are its own.

import { defineScript } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'

const requestScript = defineScript(new URL('./request-cancel.lua', import.meta.url))

const keepMarkSeconds = 86_400

/** A job in hand that is to end. */
export interface CancelMark {
  /** Of its reservation. */
  readonly token: string
  readonly slot: number
}

/** `<token> <slot>`, as request-cancel.lua writes it. */
export function readMark(text: string): CancelMark {
  const [token = '', slot = ''] = text.split(' ')
  return { token, slot: Number(slot) }
}

export class Cancelling {
  readonly #store: Store
  constructor(store: Store) {
    this.#store = store
  }

  /** Has the worker that holds a job end it. False when no worker of ours has it in hand. */
  async request(id: string): Promise<boolean> {
    const { redis, keys } = this.#store
    const args = [id, keys.workerPrefix, keepMarkSeconds, keys.cancels, keys.handPrefix]
    return (await requestScript.run(redis, [keys.processIds], args)) === 1
  }

  /** What is to end of what this process has, or had, in hand. @param workerId of its first slot */
  async marks(workerId: string): Promise<readonly CancelMark[]> {
    const { redis, keys } = this.#store
    return (await redis.smembers(keys.workerCancels(workerId))).map(readMark)
  }
}
