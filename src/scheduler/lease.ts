// Who leads. Schedulers share a lease in Redis: the one that holds it promotes and fires, the others stand by
// and take over when it ends.
//
// The key and its use are Ruby resque-scheduler's, so a Ruby scheduler and ours are each other's hot standby.
// The lease is not what makes the work right. A leader may be stopped at any moment (SIGSTOP, a long pause of
// the machine) and wake when another leads; so every script that promotes or fires compares the lock's value
// with the caller's, in the same step in which it writes. A former leader's call does nothing.
//
// node-resque has a lock of its own. The shared lease takes it along, in the same step, so that a scheduler of
// node-resque stands by as well, and does not lead while one of those has it. Its value there begins with a mark,
// by which our scripts tell a former leader of ours, who is in nobody's way, from a leader of node-resque's.
//
// The lease ends 15 s after the last renewal and is renewed every 5 s, also in the middle of long promotions.
// Applications with a name have a lease of their own for their recurring entries. Their schedulers take the shared
// one as well, so that delayed jobs are promoted, but yield it to a scheduler without a name, whose entries need it.
//
// It is given up at a clean stop, so that a standby takes over at its next look, within a second.

import { uniqueProcessName } from '../daemon/roster.ts'
import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'

const holdScript = defineScript(new URL('./hold.lua', import.meta.url), { confirmed: false })
const releaseScript = defineScript(new URL('./release.lua', import.meta.url), { confirmed: false })

export const leaseSeconds = 15
export const renewEveryMs = 5_000

/** Before our values in node-resque's lock. node-resque itself compares values as a whole. */
export const nodeMark = 'resque-scheduler '

/** `yields`: gives the shared lease to who wants it, because its own entries are fired under another. */
export type LeaseManner = 'wants' | 'yields' | ''

export interface LeaseOptions {
  readonly appName?: string
  readonly manner?: LeaseManner
}

/** What was changed of the entries that the lease is for. */
export interface ChangeCount {
  /** The number of the last change that this library has made. */
  readonly version: number
  /** How many names others have put down as changed. */
  readonly names: number
}

export interface LeaseState {
  readonly mine: boolean
  readonly holder: string
  /** When it ends by itself; -1 for a lock without an end, which nobody can take over. */
  readonly endsInMs: number
  readonly redisNowMs: number
  /** It is node-resque's lock that another has. */
  readonly isNodes: boolean
  /** Since when it is led; null where its holder does not tell (Ruby, node-resque). */
  readonly sinceMs: number | null
  /** null for a lease that is another's, and when Redis cannot tell. */
  readonly changes: ChangeCount | null
  /** The lock's key, to be told to people. */
  readonly lock: string
}

export class Lease {
  readonly #store: Store
  readonly #key: string
  readonly #sinceKey: string
  readonly #changeKeys: readonly string[]
  /** Delayed jobs are promoted under the shared lease, and only this is node-resque's business. */
  readonly #nodeKeys: readonly string[]
  readonly #manner: LeaseManner
  /** This process's value in the lock: `host:pid`, with the host made unique. */
  readonly name: string = uniqueProcessName()

  /** Unless an application is named it is the lease that all schedulers share. */
  constructor(store: Store, { appName = '', manner = 'wants' }: LeaseOptions = {}) {
    this.#store = store
    const { leader, leaderSince, version, dynamicChanged } = store.keys.recurring(appName)
    this.#key = leader
    this.#sinceKey = leaderSince
    this.#changeKeys = [version, dynamicChanged]
    this.#nodeKeys = appName === '' ? [store.keys.nodeLeader] : []
    this.#manner = appName === '' ? manner : ''
  }

  /** Takes the lease, or renews it, or tells who has it. */
  async hold(): Promise<LeaseState> {
    const reply = await holdScript.run(
      this.#store.redis,
      [this.#key, this.#store.keys.leaderWanted, this.#sinceKey, ...this.#changeKeys, ...this.#nodeKeys],
      [this.name, leaseSeconds, this.#store.scriptNow(), this.#manner, nodeMark],
    )
    const [mine, holder, endsInMs, redisNowMs, isNodes, sinceMs, version, names] = replyList(reply)
    const changes = { version: Number(version), names: Number(names) }
    return {
      mine: mine === 1,
      holder: String(holder),
      endsInMs: Number(endsInMs),
      redisNowMs: Number(redisNowMs),
      isNodes: isNodes === 1,
      sinceMs: sinceMs === '' ? null : Number(sinceMs),
      changes: Number.isNaN(changes.version + changes.names) ? null : changes,
      lock: isNodes === 1 ? this.#store.keys.nodeLeader : this.#key,
    }
  }

  async release(): Promise<void> {
    const keys = [this.#key, this.#sinceKey, ...this.#nodeKeys]
    await releaseScript.run(this.#store.redis, keys, [this.name, nodeMark])
  }
}
