// Who leads. Schedulers share a lease in Redis: the one that holds it promotes and fires, the others stand by
// and take over when it ends.
//
// The key and its use are Ruby resque-scheduler's, so a Ruby scheduler and ours are each other's hot standby.
// The lease is not what makes the work right. A leader may be stopped at any moment (SIGSTOP, a long pause of
// the machine) and wake when another leads; so every script that promotes or fires compares the lock's value
// with the caller's, in the same step in which it writes. A former leader's call does nothing.
//
// The lease ends 15 s after the last renewal and is renewed every 5 s, also in the middle of long promotions.
// It is given up at a clean stop, so that a standby takes over at its next look, within a second.

import { uniqueProcessName } from '../daemon/roster.ts'
import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'

const holdScript = defineScript(new URL('./hold.lua', import.meta.url))
const releaseScript = defineScript(new URL('./release.lua', import.meta.url))

export const leaseSeconds = 15
export const renewEveryMs = 5_000

export interface LeaseState {
  readonly mine: boolean
  readonly holder: string
  /** When it ends by itself; -1 for a lock without an end, which nobody can take over. */
  readonly endsInMs: number
  readonly redisNowMs: number
}

export class Lease {
  readonly #store: Store
  readonly #key: string
  /** This process's value in the lock: `host:pid`, with the host made unique. */
  readonly name: string = uniqueProcessName()

  /** @param key of the lock; the one that all schedulers share unless given */
  constructor(store: Store, key: string = store.keys.leader) {
    this.#store = store
    this.#key = key
  }

  /** Takes the lease, or renews it, or tells who has it. */
  async hold(): Promise<LeaseState> {
    const reply = await holdScript.run(
      this.#store.redis,
      [this.#key],
      [this.name, leaseSeconds, this.#store.scriptNow()],
    )
    const [mine, holder, endsInMs, redisNowMs] = replyList(reply)
    return {
      mine: mine === 1,
      holder: String(holder),
      endsInMs: Number(endsInMs),
      redisNowMs: Number(redisNowMs),
    }
  }

  async release(): Promise<void> {
    await releaseScript.run(this.#store.redis, [this.#key], [this.name])
  }
}
