// A worker's hands: its slots, the jobs in them, and the outcomes that are still to be handed in.

import type { Clock } from '../clock.ts'
import { turn } from '../clock.ts'
import type { Exchange, Exchanged, Holder, Outcome, Reserved, Running } from '../running/running.ts'
import { Abort } from './context.ts'
import { givenBack } from './outcome.ts'
import { type Performance, type Performer, perform } from './perform.ts'

export interface Taken {
  /** false: this process was taken for dead and has to join anew. */
  readonly registered: boolean
  /** Whether there were fewer jobs than free slots. */
  readonly sawEmpty: boolean
}

export class Hands {
  readonly #running: Running
  readonly #clock: Clock
  readonly #performer: Performer
  /** Told when a job has ended and its outcome waits to be handed in. */
  readonly #onOutcome: () => void
  readonly #free: number[] = []
  readonly #inHand = new Map<number, Performance>()
  #outcomes: Outcome[] = []
  #reservation = 0
  /** The reply to the last call was lost: it must be made again, and may tell of jobs that are in hand already. */
  #again = false

  constructor(running: Running, clock: Clock, performer: Performer, slots: number, onOutcome: () => void) {
    this.#running = running
    this.#clock = clock
    this.#performer = performer
    this.#onOutcome = onOutcome
    for (let slot = slots; slot > 0; slot--) this.#free.push(slot)
  }

  /** How many jobs are in hand. */
  get busy(): number {
    return this.#inHand.size
  }

  get haveRoom(): boolean {
    return this.#free.length > 0
  }

  /** Whether Redis has to be told something, or asked again. */
  get owe(): boolean {
    return this.#outcomes.length > 0 || this.#again
  }

  get haveOutcomes(): boolean {
    return this.#outcomes.length > 0
  }

  /** Hands in all outcomes and takes jobs from these queues for the free slots; none when `queues` is empty. */
  async exchange(holder: Holder, queues: readonly string[]): Promise<Taken> {
    // Jobs that end in the same turn of the event loop travel together.
    if (this.#outcomes.length < this.#inHand.size) await turn()
    const outcomes = this.#outcomes
    this.#outcomes = []
    const exchange = this.#prepare(outcomes, queues)
    const isRepeated = this.#again
    let reply: Exchanged
    try {
      this.#again = true
      reply = await this.#running.exchange(holder, exchange)
      this.#again = false
    } catch (error) {
      this.#outcomes = [...outcomes, ...this.#outcomes]
      throw error
    }
    // A repeated call is refused what the first one has settled.
    this.#settled(outcomes, isRepeated ? [] : reply.refusedSlots)
    this.#performer.time.offsetMs = reply.redisNowMs - this.#clock.nowMs()
    for (const job of reply.jobs) this.#take(job)
    return { registered: reply.registered, sawEmpty: reply.jobs.length < exchange.freeSlots.length }
  }

  #prepare(outcomes: readonly Outcome[], queues: readonly string[]): Exchange {
    const wanted = queues.length > 0 || this.#again
    const freeSlots = wanted ? [...this.#free, ...outcomes.map(({ job }) => job.slot)] : []
    return { outcomes, freeSlots, queues, reservation: ++this.#reservation }
  }

  #settled(outcomes: readonly Outcome[], refusedSlots: readonly number[]): void {
    for (const { job, status } of outcomes) {
      this.#free.push(job.slot)
      if (!refusedSlots.includes(job.slot)) continue
      const attempt = job.failures + job.deaths + 1
      this.#performer.events.emit('refused', {
        id: status?.name ?? null,
        class: '',
        queue: job.queue,
        attempt,
      })
    }
  }

  #take(reserved: Reserved): void {
    const performance = { reserved, abort: new Abort(), startedMs: this.#performer.time.nowMs() }
    this.#free.splice(this.#free.indexOf(reserved.slot), 1)
    this.#inHand.set(reserved.slot, performance)
    void perform(performance, this.#performer).then((outcome) => this.#done(performance, outcome))
  }

  #done(performance: Performance, outcome: Outcome): void {
    // A job that was given back ends nobody's work any more.
    if (this.#inHand.get(performance.reserved.slot) !== performance) return
    this.#inHand.delete(performance.reserved.slot)
    this.#outcomes.push(outcome)
    this.#onOutcome()
  }

  /** Tells every job in hand to end: its signal aborts. */
  abortJobs(): void {
    for (const { abort } of this.#inHand.values())
      abort.abort(new Error('the worker was told to end its jobs'))
  }

  /** Puts every job in hand back to the head of its queue; what it still does is on its own. */
  giveBack(): void {
    for (const performance of this.#inHand.values())
      this.#outcomes.push(givenBack(performance, this.#performer))
    this.#inHand.clear()
  }
}
