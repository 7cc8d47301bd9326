// A worker's hands: its slots, the jobs in them, and the outcomes that are still to be handed in.

import type { Clock } from '../clock.ts'
import { turn } from '../clock.ts'
import type { Exchanged, Holder, Outcome, Reserved, Running } from '../running/running.ts'
import type { Admission } from './admission.ts'
import { type Asked, Capacity } from './capacity.ts'
import { Line } from './line.ts'
import { inOrderTaken, Outcomes, tellRefused } from './outcomes.ts'
import type { Performer } from './perform.ts'
import { Showcase } from './showcase.ts'
import { slotsIn, slotsOf } from './slots.ts'

export interface Taken {
  /** false: this process was taken for dead and has to join anew. */
  readonly registered: boolean
  /** Whether there were fewer jobs than free slots. */
  readonly sawEmpty: boolean
}

export interface HandsParts {
  readonly running: Running
  readonly clock: Clock
  readonly performer: Performer
  readonly admission: Admission
  /** How many jobs are performed at a time. */
  readonly concurrency: number
  /** How many may be taken ahead of that, when they are quick. */
  readonly mostAhead: number
  /** Told when a job has ended and its outcome waits to be handed in. */
  onOutcome(): void
}

const nothingNew: Taken = { registered: true, sawEmpty: false }

export class Hands {
  readonly #parts: HandsParts
  readonly #line: Line
  readonly #showcase: Showcase
  readonly #capacity: Capacity
  readonly #outcomes = new Outcomes()
  /** The registration under which jobs are taken. */
  #holder: Holder | undefined
  #reservation = 0
  /** What the calls up to this one bring goes back, so that it does not come before what has gone back. */
  #backUpTo = 0
  /** Number of the last call, while Redis is known to hold just what is in hand here when it has been carried out. */
  #known: number | undefined
  /** A call whose answer nobody has waited for yet. */
  #flying: Promise<Taken> | undefined
  #performed = 0
  #failed = 0
  /** The reply to the last call was lost: it must be made again, and may tell of jobs that are in hand already. */
  #again = false

  constructor(parts: HandsParts) {
    const { clock, performer, concurrency, mostAhead } = parts
    this.#parts = parts
    this.#capacity = new Capacity(concurrency, mostAhead)
    this.#showcase = new Showcase(parts.running, this.#capacity.slots, concurrency)
    this.#line = new Line(clock, performer, concurrency, {
      onOutcome: (outcome) => this.#ended(outcome),
      onImpatience: () => this.takeBack(),
      onLong: ({ reserved, startedMs }) => this.#show(reserved, startedMs),
    })
  }

  /** How many jobs are performed. */
  get busy(): number {
    return this.#line.busy
  }

  /** How many jobs have ended in these hands, and how many of them failed for good. */
  get tally(): { readonly performed: number; readonly failed: number } {
    return { performed: this.#performed, failed: this.#failed }
  }

  get haveRoom(): boolean {
    return this.#capacity.room(this.#line.length) > 0
  }

  /** Whether Redis has to be told something, or asked again. */
  get owe(): boolean {
    return this.haveOutcomes || this.#again
  }

  get haveOutcomes(): boolean {
    return this.#outcomes.count > 0
  }

  /** Whether a call has no answer yet. */
  get isWaiting(): boolean {
    return this.#flying !== undefined
  }

  /** The answer to the call that has none yet. */
  landed(): Promise<Taken> {
    const flying = this.#flying ?? Promise.resolve(nothingNew)
    this.#flying = undefined
    return flying
  }

  /**
   * Hands in outcomes and takes jobs from these queues for the free slots; none when `queues` is empty. While there are
   * jobs to perform meanwhile, resolves to what came of the call before, so that Redis has the next one when it is
   * done with this one.
   */
  async exchange(holder: Holder, queues: readonly string[]): Promise<Taken> {
    if (holder.token !== this.#holder?.token) this.#joined(holder)
    if (this.#mayGather) await turn()
    if (!this.#isKnown || this.#outcomes.hasOdd) return this.#exchangeAlone(holder, queues)
    const earlier = this.#flying
    const call = this.#exchangeQuickly(holder, queues)
    this.#flying = call
    call.catch(() => undefined) // whoever waits for it hears of it
    if (this.#line.waiting > 0) return earlier ?? nothingNew
    await earlier
    return this.landed()
  }

  /** Jobs that end in the same turn of the event loop travel together, unless Redis is to be kept busy meanwhile. */
  get #mayGather(): boolean {
    const { count } = this.#outcomes
    return this.#line.waiting === 0 ? count < this.#line.length : count > 0 && count < this.#line.busy
  }

  /** What a process had in hand before it was taken for dead is others' by now; what it has not begun, it need not begin. */
  #joined(holder: Holder): void {
    this.#holder = holder
    this.#known = undefined
    this.#line.takeBack()
  }

  /** Whether what Redis holds of this process is what is in hand here. */
  get #isKnown(): boolean {
    return this.#known !== undefined && !this.#again && this.#parts.admission.queueLimits === undefined
  }

  async #exchangeQuickly(holder: Holder, queues: readonly string[]): Promise<Taken> {
    const { running, performer, concurrency } = this.#parts
    const outcomes = this.#outcomes.takePlain()
    this.#capacity.prefetch.noteEnded(outcomes.length, this.#line.takeBusyMs())
    this.#capacity.slots.free(slotsOf(outcomes))
    const most = queues.length > 0 ? this.#capacity.handful(this.#line.length) : 0
    const freeSlots = this.#capacity.slots.first(most)
    const exchange = {
      ...{ outcomes, queues, most, freeSlots, shownSlots: concurrency },
      mostAfterDeaths: Math.min(most, this.#capacity.now(this.#line.length)),
      redisNowMs: performer.time.nowMs(),
      reservation: ++this.#reservation,
      lastReservation: this.#known ?? 0,
    }
    this.#known = exchange.reservation
    const reply = await this.#ask(outcomes, exchange, () => running.quickExchange(holder, exchange))
    if (reply !== null) return this.#receive(holder, reply, exchange)
    this.#known = undefined
    this.#again = true
    this.#keep(outcomes)
    return nothingNew
  }

  async #exchangeAlone(holder: Holder, queues: readonly string[]): Promise<Taken> {
    while (this.isWaiting) await this.landed()
    return this.#exchangeWithCare(holder, queues)
  }

  /**
   * Has the record of each job looked at. While Redis is known to hold what is in hand, only what did not go well is
   * handed in so: the rest follows in the next pass. Else everything is, and all slots that ought to be empty are told.
   */
  async #exchangeWithCare(holder: Holder, queues: readonly string[]): Promise<Taken> {
    const { running, admission, concurrency } = this.#parts
    const [isRepeated, onlyOdd] = [this.#again, this.#isKnown]
    const odd = this.#outcomes.takeOdd()
    const outcomes = onlyOdd ? odd : [...odd, ...this.#outcomes.takePlain()]
    this.#capacity.slots.free(slotsOf(outcomes))
    const exchange = {
      ...{ outcomes, queues, freeSlots: this.#emptySlots(onlyOdd) },
      most: queues.length === 0 ? 0 : this.#capacity.now(this.#line.length),
      ...{ shownSlots: concurrency, queueLimits: admission.queueLimits },
      reservation: ++this.#reservation,
      lastReservation: onlyOdd ? this.#known : undefined,
    }
    const reply = await this.#ask(outcomes, exchange, () => running.exchange(holder, exchange))
    this.#again = false
    this.#known = reply.registered ? exchange.reservation : undefined
    // A repeated call is refused what the first one has settled.
    if (!isRepeated || !reply.registered)
      tellRefused(outcomes, reply.refusedSlots, this.#parts.performer.events)
    return this.#receive(holder, { ...reply, jobs: [...reply.jobs].sort(inOrderTaken) }, exchange)
  }

  /** Those that ought to be empty. With limits nothing is taken ahead. */
  #emptySlots(isKnown: boolean): number[] {
    const isAhead = !isKnown && (this.#again || this.#parts.admission.queueLimits === undefined)
    return this.#capacity.slots.upTo(isAhead ? undefined : this.#parts.concurrency)
  }

  async #ask<Reply>(outcomes: readonly Outcome[], asked: Asked, call: () => Promise<Reply>): Promise<Reply> {
    this.#capacity.ask(asked)
    try {
      return await call()
    } catch (error) {
      this.#again = true
      this.#keep(outcomes)
      throw error
    } finally {
      this.#capacity.answered(asked)
    }
  }

  /** They could not be handed in. */
  #keep(outcomes: readonly Outcome[]): void {
    this.#capacity.slots.take(slotsOf(outcomes))
    this.#outcomes.keep(outcomes)
  }

  async #receive(
    holder: Holder,
    reply: Exchanged,
    { most, reservation }: { readonly most: number; readonly reservation: number },
  ): Promise<Taken> {
    const { performer, clock, admission } = this.#parts
    performer.time.offsetMs = reply.redisNowMs - clock.nowMs()
    admission.noteOpening(reply.opensInMs)
    if (reply.most < most) this.#capacity.prefetch.reset()
    const parked = await this.#takeAll(holder, reply.jobs)
    if (reservation <= this.#backUpTo) this.#line.takeBack()
    const sawEmpty = !parked && reply.jobs.length < reply.most
    if (sawEmpty) this.#capacity.prefetch.reset()
    return { registered: reply.registered, sawEmpty }
  }

  /** Begins to perform, but for jobs whose limit is full. Resolves to whether there were any. */
  async #takeAll(holder: Holder, jobs: readonly Reserved[]): Promise<boolean> {
    const { admission } = this.#parts
    const asking = admission.asking(jobs)
    if (asking.length === 0) {
      this.#lineUp(jobs)
      return false
    }
    const asked = new Set(asking.map(({ job }) => job))
    this.#lineUp(jobs.filter((job) => !asked.has(job)))
    this.#again = true // who asks is in hand: without an answer, the next call tells of it again
    const letIn = await admission.ask(holder, asking)
    this.#again = false
    this.#lineUp(letIn.jobs)
    return letIn.parked
  }

  #lineUp(jobs: readonly Reserved[]): void {
    this.#capacity.slots.take(slotsIn(jobs))
    this.#line.add(jobs)
  }

  #show(job: Reserved, sinceMs: number): void {
    if (this.#holder !== undefined && job.token.startsWith(this.#holder.token))
      this.#showcase.show(this.#holder, job, sinceMs)
  }

  #ended(outcome: Outcome): void {
    this.#showcase.hide(outcome.job)
    this.#outcomes.add(outcome, this.#holder?.token ?? '')
    if (outcome.kind !== 'back') this.#performed++
    if (outcome.kind === 'failed' || outcome.kind === 'poison') this.#failed++
    this.#parts.onOutcome()
  }

  /** Tells every job that is performed to end: its signal aborts. By force: after the grace it is killed, where it can be. */
  abortJobs(byForce: boolean): void {
    this.#line.abort(byForce)
  }

  /** Cancels the job of a reservation. False when it is not in hand. */
  cancel(slot: number, token: string): boolean {
    return this.#line.cancel(slot, token)
  }

  /** Puts the jobs that have not begun back to the head of their queues. */
  takeBack(): void {
    this.#backUpTo = this.#reservation
    this.#capacity.prefetch.reset()
    this.#line.takeBack()
  }

  /** Puts every job in hand back to the head of its queue; what cannot be killed goes on without us. */
  giveBack(): void {
    this.#line.giveBack()
  }
}
