// The worker: takes jobs for its free slots, performs them, hands in what became of them. Its heart beats
// beside, and looks after the jobs of workers that died.

import { type Clock, systemClock, turn } from '../clock.ts'
import { Heart } from '../daemon/heart.ts'
import { runLoop } from '../daemon/run-loop.ts'
import { Emitter, type EventName, type Listener } from '../events.ts'
import { openRooms, type Rooms } from '../rooms.ts'
import { Ears } from './ears.ts'
import { Hands } from './hands.ts'
import { JobClasses } from './job-classes.ts'
import { type StopOptions, stopWithinMs, type WorkerOptions, workerNumbers } from './options.ts'
import { makePerformer } from './perform.ts'
import { QueueList } from './queue-list.ts'

/** How long a job that was told to end is waited for before it is put back. */
const abortGraceMs = 500
const longestNapMs = 60_000

/** @throws InvalidArgumentError, ConfigurationError for options that cannot be right */
export class Worker {
  readonly #rooms: Rooms
  readonly #ownsRooms: boolean
  readonly #clock: Clock = systemClock
  readonly #events = new Emitter()
  readonly #intervalMs: number
  readonly #termTimeoutMs: number
  readonly #ears: Ears
  readonly #heart: Heart
  readonly #hands: Hands
  #wakes = 0
  #seenEmptyAt = -1
  #paused = false
  /** How long jobs in hand may go on; known once the worker has been told to stop. */
  #drainUntilMs: number | undefined
  #kick: AbortController | undefined
  #stop: AbortController | undefined
  #running: Promise<void> | undefined

  constructor(options: WorkerOptions) {
    const queues = new QueueList(options.queues)
    const classes = new JobClasses(options.jobs)
    const { concurrency, intervalMs, termTimeoutMs } = workerNumbers(options)
    this.#intervalMs = intervalMs
    this.#termTimeoutMs = termTimeoutMs
    this.#ownsRooms = options.resque === undefined
    this.#rooms = options.resque?.rooms ?? openRooms(options)
    this.#ears = new Ears(this.#rooms, queues, () => this.#wake())
    this.#heart = new Heart(this.#rooms, this.#events, queues.text, concurrency)
    const performer = makePerformer(this.#rooms, classes, this.#events, (slot) => this.#heart.workerId(slot))
    const { running, clock } = this.#rooms
    this.#hands = new Hands(running, clock, performer, concurrency, () => this.#kick?.abort())
  }

  /** Listens to an event; the function returned stops listening. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    return this.#events.on(name, listener)
  }

  /** How many jobs are in hand. */
  get busy(): number {
    return this.#hands.busy
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
    this.#hands.abortJobs()
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
   * their queues. Called again, it changes how long they may go on.
   */
  async stop(options: StopOptions = {}): Promise<void> {
    this.#drainUntilMs = this.#clock.nowMs() + stopWithinMs(options, this.#termTimeoutMs)
    this.#stop?.abort()
    this.#kick?.abort()
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
      this.#hands.haveRoom &&
      this.#seenEmptyAt !== this.#wakes &&
      this.#ears.names.length > 0
    )
  }

  async #pass(signal: AbortSignal): Promise<number> {
    await this.#heart.joined()
    if (this.#hands.owe || this.#worthAsking) await this.#exchange(!signal.aborted && !this.#paused)
    else await this.#rest(signal)
    return 0
  }

  /** Hands in outcomes and takes jobs. What wakes us while Redis is asked makes it worth asking once more. */
  async #exchange(mayTake: boolean): Promise<void> {
    const wakes = this.#wakes
    const { registered, sawEmpty } = await this.#hands.exchange(
      this.#heart.holder,
      mayTake ? this.#ears.names : [],
    )
    if (!registered) this.#heart.rejoin()
    else if (mayTake && sawEmpty) this.#seenEmptyAt = wakes
  }

  /** Taken for dead while it drains, a worker joins once more: what it hands in is refused, but it can end. */
  async #handIn(): Promise<void> {
    await this.#heart.joined()
    await this.#exchange(false)
  }

  /** Sleeps until something happens. True when nothing did. */
  async #sleep(ms: number): Promise<boolean> {
    const kick = new AbortController()
    this.#kick = kick
    if (!this.#hands.haveOutcomes) await this.#clock.sleep(ms, kick.signal)
    this.#kick = undefined
    return !kick.signal.aborted
  }

  /** Waits for a word; after a poll interval without one, looks for oneself. */
  async #rest(signal: AbortSignal): Promise<void> {
    await turn() // quick jobs have ended by then, and a timer costs more than they did
    if (this.#hands.owe || this.#worthAsking || signal.aborted) return
    if (!(await this.#sleep(this.#intervalMs))) return
    if (this.#paused || !this.#hands.haveRoom || signal.aborted) return
    if (await this.#ears.poll()) this.#wake()
  }

  async #drain(): Promise<void> {
    this.#drainUntilMs ??= this.#clock.nowMs() + this.#termTimeoutMs
    if (await this.#settleUntil(() => this.#drainUntilMs ?? 0)) return
    this.abortJobs()
    const graceEndsMs = this.#clock.nowMs() + abortGraceMs
    if (await this.#settleUntil(() => graceEndsMs)) return
    this.#hands.giveBack()
    const givenBackMs = this.#clock.nowMs()
    await this.#settleUntil(() => givenBackMs)
  }

  /**
   * Goes on handing in outcomes until no job is in hand (true) or the time is over (false). When Redis is away
   * it is waited for as long again: what could not be handed in is put back when this process is found dead.
   */
  async #settleUntil(untilMs: () => number): Promise<boolean> {
    const over = new AbortController()
    await this.#loop(over.signal, async () => {
      const leftMs = untilMs() - this.#clock.nowMs()
      if (-leftMs > Math.max(this.#termTimeoutMs, abortGraceMs)) over.abort()
      else if (this.#hands.haveOutcomes) await this.#handIn()
      else if (this.#hands.busy === 0 || leftMs <= 0) over.abort()
      else await this.#sleep(Math.min(leftMs, longestNapMs))
      return 0
    })
    return this.#hands.busy === 0
  }
}
