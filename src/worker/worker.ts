// The worker: takes jobs for its free slots, performs them, hands in what became of them. Its heart beats
// beside, and looks after the jobs of workers that died.

import { type Clock, systemClock, turn } from '../clock.ts'
import { Heart } from '../daemon/heart.ts'
import { runLoop } from '../daemon/run-loop.ts'
import { InvalidArgumentError } from '../errors.ts'
import { Emitter, type EventName, type Listener } from '../events.ts'
import { openRooms, type Rooms, type RoomsOptions } from '../rooms.ts'
import type { Outcome, Reserved } from '../running/running.ts'
import { Abort } from './context.ts'
import { Ears } from './ears.ts'
import { JobClasses, type JobSource } from './job-classes.ts'
import { givenBack, type Performance, type Performer, perform } from './perform.ts'
import { QueueList } from './queue-list.ts'

export interface WorkerOptions extends RoomsOptions {
  /** A client whose connection and namespace to use; or give `redis` and `namespace`. */
  readonly resque?: { readonly rooms: Rooms }
  /** In order of priority: `'mail,low'`, `['mail', 'low']`, `'*'`, `'mail_*,!mail_test'`. */
  readonly queues: string | readonly string[]
  readonly jobs: JobSource
  /** How many jobs at a time. Default 10. */
  readonly concurrency?: number
  /** How often to look for jobs of producers that do not wake us, in seconds. Default 1. */
  readonly intervalSeconds?: number
  /** How long jobs in hand may go on after `stop`, in seconds, before they are put back. Default 25. */
  readonly termTimeoutSeconds?: number
}

const defaults = { concurrency: 10, intervalSeconds: 1, termTimeoutSeconds: 25 }
const mostSlots = 1_000
/** How long a job that was told to end is waited for before it is put back. */
const abortGraceMs = 500

function checkNumber(name: string, value: number, least: number, most: number): number {
  if (Number.isFinite(value) && value >= least && value <= most) return value
  throw new InvalidArgumentError(
    name,
    value,
    `${name} must be a number from ${least} to ${most}, got ${value}.`,
  )
}

/** @throws InvalidArgumentError, ConfigurationError for options that cannot be right */
export class Worker {
  readonly #rooms: Rooms
  readonly #ownsRooms: boolean
  readonly #clock: Clock
  readonly #events = new Emitter()
  readonly #queues: QueueList
  readonly #classes: JobClasses
  readonly #concurrency: number
  readonly #intervalMs: number
  readonly #termTimeoutMs: number
  readonly #ears: Ears
  readonly #heart: Heart
  readonly #performer: Performer
  readonly #free: number[] = []
  readonly #inHand = new Map<number, Performance>()
  #outcomes: Outcome[] = []
  #reservation = 0
  /** The reply to the last call was lost: it must be made again as it was. */
  #again = false
  #skewMs = 0
  #wakes = 0
  #seenEmptyAt = -1
  #paused = false
  #finishAll = false
  #kick: AbortController | undefined
  #stop: AbortController | undefined
  #running: Promise<void> | undefined

  constructor(options: WorkerOptions) {
    this.#queues = new QueueList(options.queues)
    this.#classes = new JobClasses(options.jobs)
    const given = { ...defaults, ...options }
    this.#concurrency = Math.floor(checkNumber('concurrency', given.concurrency, 1, mostSlots))
    this.#intervalMs = 1000 * checkNumber('intervalSeconds', given.intervalSeconds, 0.01, 3_600)
    this.#termTimeoutMs = 1000 * checkNumber('termTimeoutSeconds', given.termTimeoutSeconds, 0, 86_400)
    this.#ownsRooms = options.resque === undefined
    this.#rooms = options.resque?.rooms ?? openRooms(options)
    this.#clock = systemClock
    this.#ears = new Ears(this.#rooms, this.#queues, () => this.#wake())
    this.#heart = new Heart(this.#rooms, this.#events, this.#queues.text, this.#concurrency)
    this.#performer = this.#makePerformer()
    for (let slot = this.#concurrency; slot > 0; slot--) this.#free.push(slot)
  }

  #makePerformer(): Performer {
    return {
      classes: this.#classes,
      clock: this.#clock,
      events: this.#events,
      statuses: this.#rooms.statuses,
      workerId: (slot) => this.#heart.workerId(slot),
      redisNowMs: () => this.#rooms.clock.nowMs() + this.#skewMs,
    }
  }

  /** Listens to an event; the function returned stops listening. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    return this.#events.on(name, listener)
  }

  /** How many jobs are in hand. */
  get busy(): number {
    return this.#inHand.size
  }

  /** Takes no new jobs until `resume`. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#wake()
  }

  /** Tells every job in hand to end (its `signal` aborts), and goes on. */
  abortJobs(): void {
    for (const { abort } of this.#inHand.values())
      abort.abort(new Error('the worker was told to abort its jobs'))
  }

  /** Runs until the signal aborts; resolves when it has fully stopped. Rejects only on a bug. */
  run(signal: AbortSignal): Promise<void> {
    this.#running ??= this.#live(signal)
    return this.#running
  }

  /** The same as `run`, ended by `stop`. Resolves when the worker is registered and takes jobs. */
  async start(): Promise<void> {
    this.#stop = new AbortController()
    const started = new Promise<void>((resolve) => this.on('started', () => resolve()))
    const running = this.run(this.#stop.signal)
    await Promise.race([started, running])
  }

  /**
   * Takes no new jobs, lets those in hand end within the term timeout, and puts the rest back at the head of
   * their queues. With `finish` it waits for as long as they take.
   */
  async stop({ finish = false }: { readonly finish?: boolean } = {}): Promise<void> {
    this.#finishAll = finish
    this.#stop?.abort()
    await this.#running
  }

  async #live(signal: AbortSignal): Promise<void> {
    const stopped = new AbortController()
    signal.addEventListener('abort', () => this.#wake())
    void this.#ears.open().catch(() => undefined)
    const heart = this.#heart.run(stopped.signal)
    await this.#loop(signal, () => this.#pass(signal))
    await this.#drain()
    stopped.abort()
    await heart
    await this.#leave()
  }

  #loop(signal: AbortSignal, pass: () => Promise<number>): Promise<void> {
    return runLoop({
      clock: this.#clock,
      signal,
      pass,
      onTrouble: (error) => this.#events.emit('trouble', { role: 'worker', error }),
      onRecovered: () => this.#events.emit('recovered', { role: 'worker' }),
    })
  }

  async #leave(): Promise<void> {
    this.#ears.close()
    await this.#heart.leave().catch(() => undefined)
    this.#events.emit('stopped', { role: 'worker', name: this.#heart.workerId(1) })
    if (this.#ownsRooms) await this.#rooms.connection.close()
  }

  #wake(): void {
    this.#wakes++
    this.#kick?.abort()
  }

  /** Whether there may be jobs that nobody has looked for yet. */
  get #worthAsking(): boolean {
    return (
      !this.#paused &&
      this.#free.length > 0 &&
      this.#seenEmptyAt !== this.#wakes &&
      this.#ears.names.length > 0
    )
  }

  async #pass(signal: AbortSignal): Promise<number> {
    await this.#heart.joined()
    if (this.#outcomes.length > 0 || this.#again || this.#worthAsking) await this.#exchange(!signal.aborted)
    else await this.#rest(signal)
    return 0
  }

  /** Waits until something happens; after a poll interval without a word, looks for oneself. */
  async #rest(signal: AbortSignal): Promise<void> {
    const wakes = this.#wakes
    this.#kick = new AbortController()
    if (this.#outcomes.length === 0 && !signal.aborted)
      await this.#clock.sleep(this.#intervalMs, this.#kick.signal)
    const undisturbed = !this.#kick.signal.aborted
    this.#kick = undefined
    if (!undisturbed || this.#paused || this.#free.length === 0 || wakes !== this.#wakes) return
    if (await this.#ears.poll()) this.#wake()
  }

  /** Hands in all outcomes and takes jobs for the free slots, until Redis has answered. */
  async #exchange(mayReserve: boolean): Promise<void> {
    if (this.#outcomes.length < this.#inHand.size) await turn()
    const outcomes = this.#outcomes
    this.#outcomes = []
    const freed = outcomes.map(({ job }) => job.slot)
    const mayTake = mayReserve && !this.#paused
    const freeSlots = mayTake || this.#again ? [...this.#free, ...freed] : []
    const wakes = this.#wakes
    const exchange = {
      outcomes,
      freeSlots,
      queues: mayTake ? this.#ears.names : [],
      reservation: ++this.#reservation,
      again: this.#again,
    }
    try {
      this.#again = true
      const reply = await this.#rooms.running.exchange(this.#heart.holder, exchange)
      this.#again = false
      this.#skewMs = reply.redisNowMs - this.#rooms.clock.nowMs()
      this.#free.push(...freed)
      if (!reply.registered) this.#heart.rejoin()
      for (const slot of exchange.again ? [] : reply.refusedSlots) this.#tellRefused(outcomes, slot)
      for (const job of reply.jobs) this.#take(job)
      if (mayTake && reply.jobs.length < freeSlots.length) this.#seenEmptyAt = wakes
    } catch (error) {
      this.#outcomes = [...outcomes, ...this.#outcomes]
      throw error
    }
  }

  #tellRefused(outcomes: readonly Outcome[], slot: number): void {
    const outcome = outcomes.find(({ job }) => job.slot === slot)
    if (outcome === undefined) return
    const { queue, failures, deaths } = outcome.job
    this.#events.emit('refused', {
      id: outcome.status?.name ?? null,
      class: '',
      queue,
      attempt: failures + deaths + 1,
    })
  }

  #take(reserved: Reserved): void {
    const performance: Performance = { reserved, abort: new Abort(), startedMs: this.#performer.redisNowMs() }
    this.#free.splice(this.#free.indexOf(reserved.slot), 1)
    this.#inHand.set(reserved.slot, performance)
    void perform(performance, this.#performer).then((outcome) => this.#done(performance, outcome))
  }

  #done(performance: Performance, outcome: Outcome): void {
    // A job that was given back ends nobody's work any more.
    if (this.#inHand.get(performance.reserved.slot) !== performance) return
    this.#inHand.delete(performance.reserved.slot)
    this.#outcomes.push(outcome)
    this.#kick?.abort()
  }

  async #drain(): Promise<void> {
    const deadlineMs = this.#finishAll ? Number.POSITIVE_INFINITY : this.#clock.nowMs() + this.#termTimeoutMs
    await this.#settleUntil(
      () => this.#inHand.size === 0 || (!this.#finishAll && this.#clock.nowMs() >= deadlineMs),
      deadlineMs,
    )
    if (this.#inHand.size === 0) return
    this.abortJobs()
    const graceEndsMs = this.#clock.nowMs() + abortGraceMs
    await this.#settleUntil(() => this.#inHand.size === 0 || this.#clock.nowMs() >= graceEndsMs, graceEndsMs)
    for (const performance of this.#inHand.values())
      this.#outcomes.push(givenBack(performance, this.#performer))
    this.#inHand.clear()
    await this.#settleUntil(() => true, this.#clock.nowMs())
  }

  /** Goes on handing in outcomes until `isDone` and nothing is left to hand in, or Redis stays away too long. */
  async #settleUntil(isDone: () => boolean, untilMs: number): Promise<void> {
    const over = new AbortController()
    const giveUpMs = Math.max(untilMs, this.#clock.nowMs()) + this.#termTimeoutMs
    await this.#loop(over.signal, async () => {
      if (this.#outcomes.length > 0) await this.#exchange(false)
      else if (isDone()) over.abort()
      else {
        this.#kick = new AbortController()
        await this.#clock.sleep(
          Math.min(1_000, Math.max(1, untilMs - this.#clock.nowMs())),
          this.#kick.signal,
        )
        this.#kick = undefined
      }
      if (this.#clock.nowMs() > giveUpMs) over.abort()
      return 0
    })
  }
}
