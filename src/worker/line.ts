// The jobs in a worker's hands: those that are performed, as many at a time as the worker was told, and behind them in
// line those that were taken ahead.

import { after, type Clock, elapsedMs, turn } from '../clock.ts'
import type { Outcome, Reserved } from '../running/running.ts'
import { givenBack, takenBack } from './outcome.ts'
import { type Performer, perform } from './perform.ts'
import { Performance, Performances } from './performance.ts'
import { patienceMs } from './prefetch.ts'

/** For so long jobs may follow one another before the event loop has its turn, in milliseconds. */
const stretchMs = 5

export interface LineListener {
  /** A job has ended, or is put back. */
  onOutcome(outcome: Outcome): void
  /** Jobs were put back because they waited for too long. */
  onImpatience(): void
  /** A job that was taken ahead goes on for longer than such jobs do; told again and again until it ends. */
  onLong(performance: Performance): void
}

export class Line {
  readonly #clock: Clock
  readonly #performer: Performer
  readonly #concurrency: number
  readonly #listener: LineListener
  readonly #performed = new Performances()
  #waiting: Reserved[] = []
  /** By slot: since when a job waits that was taken when as many were in hand as may be performed; Infinity for others. */
  readonly #aheadSinceMs: number[] = []
  /** Those in line that somebody wants to end. */
  readonly #cancelled = new Set<Reserved>()
  /** Where the line begins: those before have begun. */
  #next = 0
  #stretchEndsMs = 0
  #busySinceMs = 0
  #busyMs = 0
  #isTurnComing = false
  #isBeginning = false
  #isPatient = false

  constructor(clock: Clock, performer: Performer, concurrency: number, listener: LineListener) {
    this.#clock = clock
    this.#performer = performer
    this.#concurrency = concurrency
    this.#listener = listener
  }

  /** How many jobs are in hand. */
  get length(): number {
    return this.#performed.size + this.#waiting.length - this.#next
  }

  /** How many of them are performed, or are just about to be. */
  get busy(): number {
    return Math.min(this.#concurrency, this.length)
  }

  /** How many wait for others to end. */
  get waiting(): number {
    return this.length - this.busy
  }

  /** For how long there were jobs in hand since the last time that somebody asked. */
  takeBusyMs(): number {
    const nowMs = elapsedMs()
    const busyMs = this.#busyMs + (this.length === 0 ? 0 : nowMs - this.#busySinceMs)
    this.#busyMs = 0
    this.#busySinceMs = nowMs
    return busyMs
  }

  /** Puts jobs in line. They begin in the next turn of the event loop: Redis is asked for more before. */
  add(jobs: readonly Reserved[]): void {
    if (jobs.length === 0) return
    if (this.length === 0) this.#busySinceMs = elapsedMs()
    const sinceMs = this.#clock.nowMs()
    this.#waiting.splice(0, this.#next)
    this.#next = 0
    for (const reserved of jobs) {
      const isAhead = this.length >= this.#concurrency
      this.#aheadSinceMs[reserved.slot] = isAhead ? sinceMs : Number.POSITIVE_INFINITY
      this.#waiting.push(reserved)
    }
    this.#beginSoon()
  }

  #beginSoon(): void {
    if (this.#isTurnComing) return
    this.#isTurnComing = true
    void turn().then(() => {
      this.#isTurnComing = false
      this.#stretchEndsMs = this.#clock.nowMs() + stretchMs
      this.#begin()
    })
  }

  get #hasNext(): boolean {
    return this.#next < this.#waiting.length
  }

  #begin(): void {
    if (this.#isBeginning) return
    this.#isBeginning = true
    while (this.#hasNext && this.#performed.size < this.#concurrency) {
      const nowMs = this.#clock.nowMs()
      const next = this.#waiting[this.#next] as Reserved
      if (nowMs > this.#stretchEndsMs) {
        this.#beginSoon()
        break
      }
      // After a standstill others may have taken these jobs by now.
      if (this.#lookAtTheWaiting(nowMs)) break
      this.#next++
      this.#perform(next)
    }
    this.#isBeginning = false
    if (this.#hasNext) this.#havePatience()
    else this.#clear()
  }

  #clear(): void {
    this.#waiting = []
    this.#next = 0
    this.#cancelled.clear()
  }

  #perform(reserved: Reserved): void {
    const performance = new Performance(reserved, this.#performer.time.nowMs())
    if (this.#cancelled.has(reserved)) performance.ending.cancel()
    this.#performed.add(performance)
    const outcome = perform(performance, this.#performer)
    if (!(outcome instanceof Promise)) this.#ended(performance, outcome)
    else {
      void outcome.then((later) => this.#ended(performance, later))
      if (reserved.slot > this.#concurrency) this.#havePatience()
    }
  }

  #ended(performance: Performance, outcome: Outcome): void {
    // A job that was given back ends nobody's work any more.
    if (!this.#performed.remove(performance)) return
    if (this.length === 0) this.#busyMs += elapsedMs() - this.#busySinceMs
    this.#listener.onOutcome(outcome)
    if (this.#hasNext) this.#begin()
  }

  #havePatience(): void {
    if (this.#isPatient) return
    this.#isPatient = true
    after(patienceMs, () => {
      this.#isPatient = false
      this.#lookAtTheLong()
      this.#lookAtTheWaiting(this.#clock.nowMs())
      if (this.#hasNext || this.#ahead.length > 0) this.#havePatience()
    })
  }

  /** Those that are performed where nobody sees them. */
  get #ahead(): Performance[] {
    return this.#performed.all().filter(({ reserved }) => reserved.slot > this.#concurrency)
  }

  #lookAtTheLong(): void {
    const beforeMs = this.#performer.time.nowMs() - patienceMs
    for (const performance of this.#ahead)
      if (performance.startedMs <= beforeMs) this.#listener.onLong(performance)
  }

  /** Jobs ahead that wait for too long go back to where another worker may take them. Returns whether they did. */
  #lookAtTheWaiting(nowMs: number): boolean {
    const first = this.#waiting[this.#next]
    if (first === undefined || nowMs - (this.#aheadSinceMs[first.slot] as number) < patienceMs) return false
    this.takeBack()
    this.#listener.onImpatience()
    return true
  }

  /** Puts the jobs that have not begun back to the head of their queues. */
  takeBack(): void {
    const waiting = this.#waiting.slice(this.#next)
    this.#clear()
    for (const reserved of waiting) this.#listener.onOutcome(takenBack(reserved))
  }

  /** Puts every job back to the head of its queue; what cannot be killed goes on without us. */
  giveBack(): void {
    this.takeBack()
    const performed = this.#performed.all()
    this.#performed.clear()
    for (const performance of performed) {
      performance.ending.kill()
      this.#listener.onOutcome(givenBack(performance, this.#performer))
    }
  }

  /** Tells every job that is performed to end: its signal aborts. By force: after the grace it is killed, where it can be. */
  abort(byForce: boolean): void {
    const reason = new Error('the worker was told to end its jobs')
    for (const { ending } of this.#performed.all()) byForce ? ending.force(reason) : ending.abort(reason)
  }

  /** Cancels the job of a reservation. False when it is not in hand. */
  cancel(slot: number, token: string): boolean {
    const performance = this.#performed.get(slot)
    if (performance?.reserved.token === token) {
      performance.ending.cancel()
      return true
    }
    const waiting = this.#waiting.find((reserved, index) => {
      return index >= this.#next && reserved.slot === slot && reserved.token === token
    })
    if (waiting !== undefined) this.#cancelled.add(waiting)
    return waiting !== undefined
  }
}
