// Shows whether another scheduler moves delayed jobs beside the leader, which one without a lock does (PHP's
// resque-scheduler, or one with another lock): a due second without jobs is laid out for a moment. Schedulers take
// empty seconds away, Ruby's removals leave them behind, and what cancels or reschedules never touches this one.

import { defineScript } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'

const tripwireScript = defineScript(new URL('./tripwire.lua', import.meta.url))

/** Before all real seconds, so that it is seen first; our own promotion begins at 0. */
const tripwireSecond = -1

/** `unsure`: the whole delayed set was cleared meanwhile, or another leads. */
export type TripwireState = 'whole' | 'torn' | 'unsure'

export class Tripwire {
  readonly #store: Store
  constructor(store: Store) {
    this.#store = store
  }

  async #run(leader: string, witness: string): Promise<string> {
    const { redis, keys } = this.#store
    return String(
      await tripwireScript.run(redis, [keys.schedule, keys.leader], [leader, tripwireSecond, witness]),
    )
  }

  /** Resolves to what `look` wants to be told, or null when nothing is delayed, or another leads. */
  async lay(leader: string): Promise<string | null> {
    return (await this.#run(leader, '')) || null
  }

  /** Looks, and takes it away. */
  async look(leader: string, witness: string): Promise<TripwireState> {
    return (await this.#run(leader, witness)) as TripwireState
  }
}
