// A worker process's registration: joins, beats, joins anew when it was taken for dead, leaves; and puts the
// jobs of other processes of ours that died back into their queues.

import type { Emitter } from '../events.ts'
import type { Store } from '../redis/store.ts'
import { slotWorkerId } from '../running/exchange.ts'
import type { Holder, Running } from '../running/running.ts'
import type { Order } from './orders.ts'
import type { ProcessInfo } from './process-info.ts'
import { type Member, Roster } from './roster.ts'
import { runLoop } from './run-loop.ts'

export interface Body {
  readonly store: Store
  readonly running: Running
}

/** Tells of the process with each beat, and does what it is told from outside. */
export interface Aide {
  /** @param tell has the process tell of itself at once */
  attach(tell: () => void): void
  info(): ProcessInfo
  obey(order: Order): void
}

const beatEveryMs = 5_000
/** How soon to look again while this process is not registered. */
const firstLookMs = 200
/** A process that has not beaten for so long is dead. */
export const deadAfterMs = 30_000
/** Ruby's heartbeat is renewed, and orphans are looked for, on every so many beats. */
const beatsPerHeartbeat = 10
const beatsPerOrphanSearch = 3

export class Heart {
  readonly #body: Body
  readonly #events: Emitter
  readonly #roster: Roster
  readonly #queues: string
  readonly #slots: number
  readonly #aide: Aide | undefined
  #member: Member | undefined
  #beats = 0

  constructor(body: Body, events: Emitter, queues: string, slots: number, aide?: Aide) {
    this.#body = body
    this.#events = events
    this.#roster = new Roster(body.store)
    this.#queues = queues
    this.#slots = slots
    this.#aide = aide
    aide?.attach(() => this.tell())
  }

  /** The registration that jobs are reserved under. @throws Error before `joined` */
  get holder(): Holder {
    if (this.#member === undefined) throw new Error('the worker has not joined yet')
    return this.#member
  }

  get isRegistered(): boolean {
    return this.#member !== undefined
  }

  /** The id of a slot's worker; what is taken ahead is in slots that have none, and goes by the first one's. */
  workerId(slot: number): string {
    if (this.#member === undefined) return '(not registered)'
    return slotWorkerId(this.#member.workerId, slot <= this.#slots ? slot : 1)
  }

  /** Registers this process, unless it is registered. */
  async joined(): Promise<void> {
    if (this.#member !== undefined) return
    this.#member = await this.#roster.join(this.#queues, this.#slots, this.#info)
    this.#events.emit('started', { role: 'worker', name: this.#member.workerId })
  }

  /** This process was taken for dead: the next `joined` registers it anew. */
  rejoin(): void {
    this.#member = undefined
  }

  /** Beats until the signal aborts. */
  run(signal: AbortSignal): Promise<void> {
    return runLoop({
      clock: this.#body.store.clock,
      signal,
      pass: () => this.#beat(),
      onTrouble: () => undefined, // the worker's own loop tells of it
      onRecovered: () => undefined,
    })
  }

  get #info(): string {
    return this.#aide === undefined ? '' : JSON.stringify(this.#aide.info())
  }

  async #beat(): Promise<number> {
    if (this.#member === undefined) return firstLookMs
    const beats = this.#beats++
    if (beats > 0) await this.#say(beats % beatsPerHeartbeat === 0)
    if (beats % beatsPerOrphanSearch === 0) await this.#lookForOrphans()
    return beatEveryMs
  }

  async #say(withHeartbeat: boolean): Promise<void> {
    const member = this.#member
    if (member === undefined) return
    const orders = await this.#roster.beat(member, withHeartbeat, this.#info)
    if (orders === null) {
      if (this.#member === member) this.rejoin()
      return
    }
    for (const order of orders) this.#aide?.obey(order)
    if (orders.length > 0) await this.#say(false) // so that everybody sees what has become of it
  }

  /** Beats at once, because the process is in another state or was told something; in trouble the next beat does. */
  tell(): void {
    void this.#say(false).catch(() => undefined)
  }

  /** Somebody has orders: these tokens. */
  hear(tokens: string): void {
    if (this.#member !== undefined && tokens.split(' ').includes(this.#member.token)) this.tell()
  }

  async #lookForOrphans(): Promise<void> {
    const orphans = await this.#body.running.requeueOrphans(deadAfterMs)
    if (orphans.processes > 0) this.#events.emit('orphans', orphans)
  }

  /** Leaves: what is still in hand goes back to its queue, and the registration goes. */
  async leave(): Promise<void> {
    if (this.#member !== undefined) await this.#body.running.leave(this.#member)
  }
}
