// Who leads. Schedulers share a lease in Redis: the one that holds it promotes and fires, the others stand by
// and take over when it ends.
//
// The key and its use are Ruby resque-scheduler's, so a Ruby scheduler and ours are each other's hot standby.
// The lease is not what makes the work right. A leader may be stopped at any moment (SIGSTOP, a long pause of
// the machine) and wake when another leads; so every script that promotes or fires compares the lock's value
// with the caller's, in the same step in which it writes. A former leader's call does nothing.
//
// The lease ends 15 s after the last renewal and is renewed every 5 s, also in the middle of long promotions.
// Applications with a name have a lease of their own for their recurring entries. Their schedulers take the shared
// one as well, so that delayed jobs are promoted, but yield it to a scheduler without a name, whose entries need it.
//
// It is given up at a clean stop, so that a standby takes over at its next look, within a second.

import { uniqueProcessName } from '../daemon/roster.ts'
import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'

const holdScript = defineScript(new URL('./hold.lua', import.meta.url))
const releaseScript = defineScript(new URL('./release.lua', import.meta.url))

export const leaseSeconds = 15
export const renewEveryMs = 5_000

/** `yields`: gives the shared lease to who wants it, because its own entries are fired under another. */
export type LeaseManner = 'wants' | 'yields' | ''

export interface LeaseOptions {
  readonly appName?: string
  readonly manner?: LeaseManner
}

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
  readonly #manner: LeaseManner
  /** This process's value in the lock: `host:pid`, with the host made unique. */
  readonly name: string = uniqueProcessName()

  /** Unless an application is named it is the lease that all schedulers share. */
  constructor(store: Store, { appName = '', manner = 'wants' }: LeaseOptions = {}) {
    this.#store = store
    this.#key = store.keys.recurring(appName).leader
    this.#manner = appName === '' ? manner : ''
  }

  /** Takes the lease, or renews it, or tells who has it. */
  async hold(): Promise<LeaseState> {
    const reply = await holdScript.run(
      this.#store.redis,
      [this.#key, this.#store.keys.leaderWanted],
      [this.name, leaseSeconds, this.#store.scriptNow(), this.#manner],
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
