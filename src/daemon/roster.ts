// Who works here: each worker process joins under an id in Ruby's form, beats, and leaves. Ids are
// `host:pid:queues` for the first slot and `host:pid:queues:2` and so on for the others, which neither Ruby's
// nor PHP's pruning takes for dead while the process lives (its title says `resque-<version>`).

import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { rubyTime } from '../job/wire-times.ts'
import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'
import { type Order, readOrder } from './orders.ts'

const beatScript = defineScript(new URL('./beat.lua', import.meta.url), { confirmed: false })

export interface Member {
  /** New for each time that a process joins: it marks the jobs in hand. */
  readonly token: string
  /** Worker id of the first slot. */
  readonly workerId: string
  readonly slots: number
}

interface Saying {
  readonly what: 'join' | 'beat'
  /** Whether to renew what Ruby reads. */
  readonly withHeartbeat: boolean
  readonly info: string
}

/** The name of this machine as worker ids have it. */
export function hostPart(): string {
  return hostname().replaceAll(':', '-') || 'localhost'
}

/** A process's name for the lease or a token: the host, made unique, and the pid. */
export function uniqueProcessName(): string {
  return `${hostPart()}.${randomBytes(4).toString('hex')}:${process.pid}`
}

export class Roster {
  readonly #store: Store
  constructor(store: Store) {
    this.#store = store
  }

  async #say(member: Member, saying: Saying): Promise<readonly string[]> {
    const { redis, keys, clock, scriptNow } = this.#store
    const lists = [keys.processes, keys.processIds, keys.workers, keys.heartbeats, keys.processInfo]
    const reply = await beatScript.run(
      redis,
      [...lists, keys.orders(member.token)],
      [
        scriptNow(),
        member.token,
        member.slots,
        member.workerId,
        saying.withHeartbeat ? '1' : '',
        rubyTime(clock.nowMs()),
        saying.what,
        keys.workerPrefix,
        saying.info,
      ],
    )
    return replyList(reply).map(String)
  }

  /**
   * Joins as `host:pid:queues`, or under a host made unique when that id is in use (containers with pid 1).
   * @param info what the process tells of itself, '' for nothing
   */
  async join(queues: string, slots: number, info = ''): Promise<Member> {
    const token = randomBytes(8).toString('hex')
    const saying = { what: 'join', withHeartbeat: true, info } as const
    const plain: Member = { token, slots, workerId: `${hostPart()}:${process.pid}:${queues}` }
    if ((await this.#say(plain, saying))[0] !== 'taken') return plain
    const unique: Member = { token, slots, workerId: `${uniqueProcessName()}:${queues}` }
    await this.#say(unique, saying)
    return unique
  }

  /**
   * Says that the process lives. Resolves to what it was told from outside, or to null when it was taken for dead in
   * the meantime and has to join anew.
   */
  async beat(member: Member, withHeartbeat: boolean, info = ''): Promise<readonly Order[] | null> {
    const [word, ...orders] = await this.#say(member, { what: 'beat', withHeartbeat, info })
    return word === 'gone' ? null : orders.map(readOrder).filter((order) => order !== null)
  }

  /** Every worker id, of all systems. */
  ids(): Promise<string[]> {
    return this.#store.redis.smembers(this.#store.keys.workers)
  }

  /** What each worker has in hand, as the record's text, null when idle. */
  async working(ids: readonly string[]): Promise<(string | null)[]> {
    if (ids.length === 0) return []
    return this.#store.redis.mget(...ids.map((id) => this.#store.keys.worker(id)))
  }
}
