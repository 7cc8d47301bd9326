// A worker's hands: its slots, the jobs in them, and the outcomes that are still to be handed in.

import type { Clock } from '../clock.ts'
import { turn } from '../clock.ts'
import type { Exchange, Exchanged, Holder, Outcome, Reserved, Running } from '../running/running.ts'
import type { Admission } from './admission.ts'
import { Ending } from './ending.ts'
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
  readonly #admission: Admission
  /** Told when a job has ended and its outcome waits to be handed in. */
  readonly #onOutcome: () => void
  readonly #free: number[] = []
  readonly #inHand = new Map<number, Performance>()
  #outcomes: Outcome[] = []
  #reservation = 0
  #performed = 0
  #failed = 0
  /** The reply to the last call was lost: it must be made again, and may tell of jobs that are in hand already. */
  #again = false

  constructor(
    running: Running,
    clock: Clock,
    performer: Performer,
    admission: Admission,
    slots: number,
    onOutcome: () => void,
  ) {
    this.#running = running
    this.#clock = clock
    this.#performer = performer
    this.#admission = admission
    this.#onOutcome = onOutcome
    for (let slot = slots; slot > 0; slot--) this.#free.push(slot)
  }

  /** How many jobs are in hand. */
  get busy(): number {
    return this.#inHand.size
  }

  /** How many jobs have ended in these hands, and how many of them failed for good. */
  get tally(): { readonly performed: number; readonly failed: number } {
    return { performed: this.#performed, failed: this.#failed }
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
    this.#admission.noteOpening(reply.opensInMs)
    const parked = await this.#takeAll(holder, reply.jobs)
    const sawEmpty = !parked && reply.jobs.length < exchange.freeSlots.length
    return { registered: reply.registered, sawEmpty }
  }

  /** Begins to perform, but for jobs whose limit is full. Resolves to whether there were any. */
  async #takeAll(holder: Holder, jobs: readonly Reserved[]): Promise<boolean> {
    const asking = this.#admission.asking(jobs)
    if (asking.length === 0) {
      for (const job of jobs) this.#take(job)
      return false
    }
    const asked = new Set(asking.map(({ job }) => job))
    for (const job of jobs) if (!asked.has(job)) this.#take(job)
    this.#again = true // who asks is in hand: without an answer, the next call tells of it again
    const letIn = await this.#admission.ask(holder, asking)
    this.#again = false
    for (const job of letIn.jobs) this.#take(job)
    return letIn.parked
  }

  #prepare(outcomes: readonly Outcome[], queues: readonly string[]): Exchange {
    const wanted = queues.length > 0 || this.#again
    const freeSlots = wanted ? [...this.#free, ...outcomes.map(({ job }) => job.slot)] : []
    const { queueLimits } = this.#admission
    return { outcomes, freeSlots, queues, reservation: ++this.#reservation, queueLimits }
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
    const performance = { reserved, ending: new Ending(), startedMs: this.#performer.time.nowMs() }
    this.#free.splice(this.#free.indexOf(reserved.slot), 1)
    this.#inHand.set(reserved.slot, performance)
    void perform(performance, this.#performer).then((outcome) => this.#done(performance, outcome))
  }

  #done(performance: Performance, outcome: Outcome): void {
    // A job that was given back ends nobody's work any more.
    if (this.#inHand.get(performance.reserved.slot) !== performance) return
    this.#inHand.delete(performance.reserved.slot)
    this.#outcomes.push(outcome)
    if (outcome.kind !== 'back') this.#performed++
    if (outcome.kind === 'failed' || outcome.kind === 'poison') this.#failed++
    this.#onOutcome()
  }

  /** Tells every job in hand to end: its signal aborts. By force: after the grace it is killed, where it can be. */
  abortJobs(byForce: boolean): void {
    const reason = new Error('the worker was told to end its jobs')
    for (const { ending } of this.#inHand.values()) byForce ? ending.force(reason) : ending.abort(reason)
  }

  /** Cancels the job of a reservation. False when it is not in hand. */
  cancel(slot: number, token: string): boolean {
    const performance = this.#inHand.get(slot)
    if (performance?.reserved.token !== token) return false
    performance.ending.cancel()
    return true
  }

  /** Puts every job in hand back to the head of its queue; what cannot be killed goes on without us. */
  giveBack(): void {
    for (const performance of this.#inHand.values()) {
      performance.ending.kill()
      this.#outcomes.push(givenBack(performance, this.#performer))
    }
    this.#inHand.clear()
  }
}
