// The worker: takes jobs for its free slots, performs them, hands in what became of them. Its heart beats
// beside, and looks after the jobs of workers that died.

import { type Clock, systemClock, turn } from '../clock.ts'
import { Heart } from '../daemon/heart.ts'
import { runLoop } from '../daemon/run-loop.ts'
import { Emitter, type EventName, type Listener } from '../events.ts'
import { openRooms, type Rooms } from '../rooms.ts'
import { Admission } from './admission.ts'
import { Attention } from './attention.ts'
import { Cancels } from './cancels.ts'
import { Conduct, type LeaveReason } from './conduct.ts'
import { drain } from './drain.ts'
import { Ears } from './ears.ts'
import { Hands, type Taken } from './hands.ts'
import { readQueueLimits } from './limits.ts'
import { type StopOptions, stopWithinMs, type WorkerOptions, workerNumbers } from './options.ts'
import type { WorkerPulse } from './pulse.ts'
import { QueueList } from './queue-list.ts'
import { checkOrder, Turns } from './queue-order.ts'
import { Workplace } from './workplace.ts'

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
  readonly #admission: Admission
  readonly #workplace: Workplace
  readonly #cancels: Cancels
  readonly #conduct: Conduct
  readonly #attention = new Attention()
  readonly #queues: string
  readonly #slots: number
  #lastPassMs = 0
  #paused = false
  /** How long jobs in hand may go on; known once the worker has been told to stop. */
  #drainUntilMs: number | undefined
  #stop: AbortController | undefined
  #running: Promise<void> | undefined

  constructor(options: WorkerOptions) {
    const queues = new QueueList(options.queues)
    const turns = new Turns(queues, checkOrder(options.order, queues))
    const numbers = workerNumbers(options)
    const { concurrency, intervalMs, termTimeoutMs, mostAhead } = numbers
    this.#queues = queues.text
    this.#slots = concurrency
    this.#intervalMs = intervalMs
    this.#termTimeoutMs = termTimeoutMs
    this.#ownsRooms = options.resque === undefined
    this.#rooms = options.resque?.rooms ?? openRooms(options)
    const { maxJobs, maxMemoryMb } = numbers
    const memoryMb = options.isolation === 'process' ? null : maxMemoryMb
    this.#conduct = new Conduct({ maxJobs, maxMemoryMb: memoryMb, fleet: options.fleet }, this, this.#events)
    const onOrders = (tokens: string): void => this.#heart.hear(tokens)
    this.#ears = new Ears(this.#rooms, queues, turns, () => this.#attention.wake(), onOrders)
    this.#heart = new Heart(this.#rooms, this.#events, queues.text, concurrency, this.#conduct)
    const workerId = (slot: number): string => this.#heart.workerId(slot)
    const workplace = new Workplace(options, numbers, this.#rooms, this.#clock, this.#events, workerId)
    this.#workplace = workplace
    const { running, clock } = this.#rooms
    this.#admission = new Admission({
      limits: running.limits,
      classes: workplace.classes,
      queueLimits: readQueueLimits(options.limits?.queues),
      events: this.#events,
      clock,
      time: workplace.performer.time,
      onOpening: () => this.#attention.wake(),
    })
    const onOutcome = (): void => {
      this.#conduct.noteOutcome()
      this.#attention.rouse()
    }
    const admission = this.#admission
    const { performer } = workplace
    this.#hands = new Hands({ running, clock, performer, admission, concurrency, mostAhead, onOutcome })
    this.#cancels = new Cancels(this.#rooms, this.#hands, () => workerId(1))
  }

  /** Listens to an event; the function returned stops listening. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    return this.#events.on(name, listener)
  }

  /** How many jobs are in hand. */
  get busy(): number {
    return this.#hands.busy
  }

  /** Its connection and stations. */
  get rooms(): Rooms {
    return this.#rooms
  }

  get pulse(): WorkerPulse {
    return {
      queues: this.#queues,
      slots: this.#slots,
      busy: this.#hands.busy,
      ...this.#hands.tally,
      isPaused: this.#paused,
      isRegistered: this.#heart.isRegistered,
      intervalMs: this.#intervalMs,
      lastPassMs: this.#lastPassMs,
    }
  }

  /** Of its registration; a new one each time that it was taken for dead. @throws Error before `started` */
  get token(): string {
    return this.#heart.holder.token
  }

  /** Whether this worker has a job class of that name. */
  performs(className: string): boolean {
    return this.#workplace.classes.find(className) !== undefined
  }

  /** Whether it stopped by itself, because too many jobs ran on after their timeout (`maxStuck`). */
  get isWornOut(): boolean {
    return this.#workplace.wornOut.aborted
  }

  /** Why it stopped without a signal; undefined when that is not so. */
  get leaveReason(): LeaveReason | undefined {
    return this.#conduct.reason
  }

  /** Takes no new jobs until `resume`. */
  pause(): void {
    if (!this.#paused) void this.#workplace.attendants.tell('workerPaused')
    this.#paused = true
    this.#hands.takeBack()
    this.#heart.tell()
  }

  resume(): void {
    if (this.#paused) void this.#workplace.attendants.tell('workerResumed')
    this.#paused = false
    this.#heart.tell()
    this.#attention.wake()
  }

  /** Tells every job in hand to end (its `signal` aborts), and goes on. */
  abortJobs(): void {
    this.#hands.abortJobs(true)
  }

  /**
   * Runs until the signal aborts; resolves when it has fully stopped.
   * @throws ConfigurationError when the job files cannot be loaded; else rejects only on a bug
   */
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
    this.#attention.rouse()
    if (this.#running === undefined && this.#ownsRooms) await this.#rooms.connection.close()
    await this.#running
  }

  async #live(asked: AbortSignal): Promise<void> {
    await this.#workplace.open().catch(async (error: unknown) => {
      await this.#leave()
      throw error
    })
    const signal = this.#conduct.until([asked, this.#workplace.wornOut])
    const stopped = new AbortController()
    signal.addEventListener('abort', () => {
      this.#hands.takeBack()
      this.#attention.wake()
    })
    void this.#ears.open().catch(() => undefined)
    const heart = Promise.all([
      this.#heart.run(stopped.signal),
      this.#cancels.run(stopped.signal),
      this.#conduct.run(stopped.signal),
      this.#admission.run(stopped.signal),
    ])
    await this.#loop(signal, () =>
      this.#pass(signal).finally(() => {
        this.#lastPassMs = this.#clock.nowMs()
      }),
    )
    void this.#workplace.attendants.tell('workerStopping')
    this.#heart.tell()
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
    await this.#workplace.close()
    await this.#heart.leave().catch(() => undefined)
    this.#events.emit('stopped', { role: 'worker', name: this.#heart.workerId(1) })
    if (this.#ownsRooms) await this.#rooms.connection.close()
  }

  /** Whether there may be jobs that nobody has looked for yet. */
  get #worthAsking(): boolean {
    return (
      !this.#paused && this.#hands.haveRoom && this.#attention.isWorthAsking && this.#ears.names.length > 0
    )
  }

  async #pass(signal: AbortSignal): Promise<number> {
    await this.#heart.joined()
    const mayTake = !signal.aborted && !this.#paused
    if (this.#hands.owe || this.#worthAsking) await this.#exchange(mayTake)
    else if (this.#hands.isWaiting) this.#note(await this.#hands.landed(), mayTake)
    else await this.#rest(signal)
    return 0
  }

  async #exchange(mayTake: boolean): Promise<void> {
    this.#attention.ask()
    const queues = mayTake ? this.#ears.inOrder() : []
    this.#note(await this.#hands.exchange(this.#heart.holder, queues), mayTake)
  }

  #note({ registered, sawEmpty }: Taken, mayTake: boolean): void {
    this.#attention.answer(mayTake && sawEmpty)
    if (!registered) this.#heart.rejoin()
    else if (mayTake && sawEmpty) this.#workplace.attendants.sawEmpty()
  }

  /** Taken for dead while it drains, a worker joins once more: what it hands in is refused, but it can end. */
  async #handIn(): Promise<void> {
    await this.#heart.joined()
    await this.#exchange(false)
  }

  /** True when nothing happened meanwhile. */
  async #sleep(ms: number): Promise<boolean> {
    return !this.#hands.haveOutcomes && this.#attention.sleep(this.#clock, ms)
  }

  /** Waits for a word; after a poll interval without one, looks for oneself. */
  async #rest(signal: AbortSignal): Promise<void> {
    await turn() // quick jobs have ended by then, and a timer costs more than they did
    if (this.#hands.owe || this.#worthAsking || signal.aborted) return
    if (!(await this.#sleep(this.#intervalMs))) return
    if (this.#paused || !this.#hands.haveRoom || signal.aborted) return
    if (await this.#ears.poll()) this.#attention.wake()
  }

  async #drain(): Promise<void> {
    this.#drainUntilMs ??= this.#clock.nowMs() + this.#termTimeoutMs
    await drain({
      hands: this.#hands,
      clock: this.#clock,
      termTimeoutMs: this.#termTimeoutMs,
      untilMs: () => this.#drainUntilMs ?? 0,
      handIn: () => this.#handIn(),
      sleep: (ms) => this.#sleep(ms),
      loop: (signal, pass) => this.#loop(signal, pass),
    })
  }
}
