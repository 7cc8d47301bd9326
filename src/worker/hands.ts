// A worker's hands: its slots, the jobs in them, and the outcomes that are still to be handed in.

import type { Clock } from '../clock.ts'
import { turn } from '../clock.ts'
import type { Exchanged, Holder, Outcome, Reserved, Running } from '../running/running.ts'
import type { Admission } from './admission.ts'
import { Line } from './line.ts'
import { Outcomes, tellRefused } from './outcomes.ts'
import type { Performer } from './perform.ts'
import { Prefetch } from './prefetch.ts'
import { Slots, slotsIn, slotsOf } from './slots.ts'

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

/** The hand's capacity is asked for in so many calls: one is carried out, one waits at Redis, one's jobs are performed. */
const callsAhead = 3

const nothingNew: Taken = { registered: true, sawEmpty: false }

interface Asked {
  readonly most: number
  readonly freeSlots: readonly number[]
}

export class Hands {
  readonly #parts: HandsParts
  readonly #slots: Slots
  readonly #line: Line
  readonly #prefetch: Prefetch
  readonly #outcomes = new Outcomes()
  /** Of the registration under which jobs are taken. */
  #token = ''
  #reservation = 0
  /** Number of the last call, while Redis is known to hold just what is in hand here when it has been carried out. */
  #known: number | undefined
  /** A call whose answer nobody has waited for yet, and how many jobs were asked for in calls without an answer. */
  #flying: Promise<Taken> | undefined
  #askedFor = 0
  #performed = 0
  #failed = 0
  /** The reply to the last call was lost: it must be made again, and may tell of jobs that are in hand already. */
  #again = false

  constructor(parts: HandsParts) {
    const { clock, performer, concurrency, mostAhead } = parts
    this.#parts = parts
    this.#slots = new Slots(concurrency + mostAhead)
    this.#prefetch = new Prefetch(mostAhead)
    const onOutcome = (outcome: Outcome): void => this.#ended(outcome)
    this.#line = new Line(clock, performer, concurrency, onOutcome, () => this.#prefetch.reset())
  }

  /** How many jobs are performed. */
  get busy(): number {
    return this.#line.busy
  }

  /** How many jobs have ended in these hands, and how many of them failed for good. */
  get tally(): { readonly performed: number; readonly failed: number } {
    return { performed: this.#performed, failed: this.#failed }
  }

  /** How many more jobs could begin at once. */
  get #roomNow(): number {
    return Math.max(0, this.#parts.concurrency - this.#line.length - this.#askedFor)
  }

  /** How many more could be taken. */
  get #room(): number {
    const ahead = this.#parts.admission.queueLimits === undefined ? this.#prefetch.depth : 0
    return Math.max(0, this.#parts.concurrency + ahead - this.#line.length - this.#askedFor)
  }

  get haveRoom(): boolean {
    return this.#room > 0
  }

  /** How many to take in one call: of those ahead a part, so that some are performed while Redis is asked for more. */
  get #handful(): number {
    const part = Math.ceil((this.#parts.concurrency + this.#prefetch.depth) / callsAhead)
    return Math.min(this.#room, Math.max(this.#roomNow, part))
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
    if (holder.token !== this.#token) this.#joined(holder)
    // Jobs that end in the same turn of the event loop travel together.
    if (this.#line.waiting === 0 && this.#outcomes.count < this.#line.length) await turn()
    if (!this.#isKnown || this.#outcomes.hasOdd) return this.#exchangeAlone(holder, queues)
    const earlier = this.#flying
    const call = this.#exchangeQuickly(holder, queues)
    this.#flying = call
    call.catch(() => undefined) // whoever waits for it hears of it
    if (this.#line.waiting > 0) return earlier ?? nothingNew
    await earlier
    return this.landed()
  }

  /** What a process had in hand before it was taken for dead is others' by now; what it has not begun, it need not begin. */
  #joined({ token }: Holder): void {
    this.#token = token
    this.#known = undefined
    this.#line.takeBack()
  }

  /** Whether what Redis holds of this process is what is in hand here. */
  get #isKnown(): boolean {
    return this.#known !== undefined && !this.#again && this.#parts.admission.queueLimits === undefined
  }

  async #exchangeQuickly(holder: Holder, queues: readonly string[]): Promise<Taken> {
    const { running, clock, performer, concurrency } = this.#parts
    const outcomes = this.#outcomes.takePlain()
    this.#prefetch.noteEnded(outcomes.length, clock.nowMs())
    this.#slots.free(slotsOf(outcomes))
    const most = queues.length > 0 ? this.#handful : 0
    const freeSlots = this.#slots.first(most)
    const exchange = {
      ...{ outcomes, queues, most, freeSlots, shownSlots: concurrency },
      mostAfterDeaths: Math.min(most, this.#roomNow),
      redisNowMs: performer.time.nowMs(),
      reservation: ++this.#reservation,
      lastReservation: this.#known ?? 0,
    }
    this.#known = exchange.reservation
    const reply = await this.#ask(outcomes, exchange, () => running.quickExchange(holder, exchange))
    if (reply !== null) return this.#receive(holder, reply, most)
    this.#known = undefined
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
    this.#slots.free(slotsOf(outcomes))
    const exchange = {
      ...{ outcomes, queues: onlyOdd ? [] : queues, freeSlots: onlyOdd ? [] : this.#emptySlots() },
      most: onlyOdd || queues.length === 0 ? 0 : this.#roomNow,
      ...{ shownSlots: concurrency, queueLimits: admission.queueLimits },
      reservation: ++this.#reservation,
      lastReservation: onlyOdd ? this.#known : undefined,
    }
    const reply = await this.#ask(outcomes, exchange, () => running.exchange(holder, exchange))
    this.#again = false
    this.#known = reply.registered ? exchange.reservation : undefined
    // A repeated call is refused what the first one has settled.
    if (!isRepeated) tellRefused(outcomes, reply.refusedSlots, this.#parts.performer.events)
    return this.#receive(holder, reply, exchange.most)
  }

  /** Those that ought to be empty. With limits nothing is taken ahead. */
  #emptySlots(): number[] {
    const isAhead = this.#again || this.#parts.admission.queueLimits === undefined
    return this.#slots.upTo(isAhead ? undefined : this.#parts.concurrency)
  }

  /** Until the answer is here, nobody knows which of the free slots have jobs. */
  async #ask<Reply>(outcomes: readonly Outcome[], asked: Asked, call: () => Promise<Reply>): Promise<Reply> {
    this.#slots.take(asked.freeSlots)
    this.#askedFor += asked.most
    try {
      return await call()
    } catch (error) {
      this.#again = true
      this.#keep(outcomes)
      throw error
    } finally {
      this.#askedFor -= asked.most
      this.#slots.free(asked.freeSlots)
    }
  }

  /** They could not be handed in. */
  #keep(outcomes: readonly Outcome[]): void {
    this.#slots.take(slotsOf(outcomes))
    this.#outcomes.keep(outcomes)
  }

  async #receive(holder: Holder, reply: Exchanged, most: number): Promise<Taken> {
    const { performer, clock, admission } = this.#parts
    performer.time.offsetMs = reply.redisNowMs - clock.nowMs()
    admission.noteOpening(reply.opensInMs)
    if (reply.most < most) this.#prefetch.reset()
    const parked = await this.#takeAll(holder, reply.jobs)
    const sawEmpty = !parked && reply.jobs.length < reply.most
    if (sawEmpty) this.#prefetch.reset()
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
    this.#slots.take(slotsIn(jobs))
    this.#line.add(jobs)
  }

  #ended(outcome: Outcome): void {
    this.#outcomes.add(outcome, this.#token)
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
    this.#prefetch.reset()
    this.#line.takeBack()
  }

  /** Puts every job in hand back to the head of its queue; what cannot be killed goes on without us. */
  giveBack(): void {
    this.#line.giveBack()
  }
}
