// A worker process's registration: joins, beats, joins anew when it was taken for dead, leaves; and puts the
// jobs of other processes of ours that died back into their queues.

import type { Emitter } from '../events.ts'
import type { Store } from '../redis/store.ts'
import type { Holder, Running } from '../running/running.ts'
import { type Member, Roster } from './roster.ts'
import { runLoop } from './run-loop.ts'

export interface Body {
  readonly store: Store
  readonly running: Running
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
  #member: Member | undefined
  #beats = 0

  constructor(body: Body, events: Emitter, queues: string, slots: number) {
    this.#body = body
    this.#events = events
    this.#roster = new Roster(body.store)
    this.#queues = queues
    this.#slots = slots
  }

  /** The registration that jobs are reserved under. @throws Error before `joined` */
  get holder(): Holder {
    if (this.#member === undefined) throw new Error('the worker has not joined yet')
    return this.#member
  }

  /** The id of a slot's worker. */
  workerId(slot: number): string {
    if (this.#member === undefined) return '(not registered)'
    return slot === 1 ? this.#member.workerId : `${this.#member.workerId}:${slot}`
  }

  /** Registers this process, unless it is registered. */
  async joined(): Promise<void> {
    if (this.#member !== undefined) return
    this.#member = await this.#roster.join(this.#queues, this.#slots)
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

  async #beat(): Promise<number> {
    if (this.#member === undefined) return firstLookMs
    const beats = this.#beats++
    if (beats > 0 && !(await this.#roster.beat(this.#member, beats % beatsPerHeartbeat === 0))) this.rejoin()
    if (beats % beatsPerOrphanSearch === 0) await this.#lookForOrphans()
    return beatEveryMs
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
