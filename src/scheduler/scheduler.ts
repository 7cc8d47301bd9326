// The scheduler: while it holds the lease, it moves due jobs into their queues and fires recurring entries,
// once a second, just after the second has begun on Redis's clock.

import { systemClock } from '../clock.ts'
import { runLoop } from '../daemon/run-loop.ts'
import { Emitter, type EventName, type Listener } from '../events.ts'
import type { TrimOptions } from '../failed/failed.ts'
import type { PayloadFormat } from '../job/codec.ts'
import type { EntryContext, ScheduleEntry } from '../recurring/entry.ts'
import { checkAppName } from '../recurring/recurring.ts'
import { openRooms, type Rooms, type RoomsOptions } from '../rooms.ts'
import { checkEntries } from './entries.ts'
import { FailedCap } from './failed-cap.ts'
import { Lease, type LeaseManner, type LeaseState } from './lease.ts'
import { type KnownJobs, Promotion } from './promotion.ts'
import type { SchedulerPulse } from './pulse.ts'
import { Recurrence } from './recurrence.ts'
import { RedisTime } from './redis-time.ts'
import { Seat } from './seat.ts'
import { checkedIntervalMs, Ticks } from './ticks.ts'

export interface SchedulerOptions extends RoomsOptions {
  /** A client whose connection and namespace to use; or give `redis` and `namespace`. */
  readonly resque?: { readonly rooms: Rooms }
  /**
   * Recurring entries, as `loadSchedule(…).entries` gives them. Each names its queue. A scheduler that is given
   * none leaves alone what others have told of theirs.
   */
  readonly entries?: readonly ScheduleEntry[] | undefined
  /** Keeps the entries of several applications on one Redis apart, each with a leader of its own. */
  readonly appName?: string
  /** false: entries kept in Redis (`resque.recurring.set`, Ruby's dynamic schedules) do not run. Default true. */
  readonly dynamic?: boolean
  /** What entries kept in Redis take from their surroundings: environment, time zone, default queue. */
  readonly entryContext?: EntryContext
  /** How often to look, in seconds. Default 1. */
  readonly intervalSeconds?: number
  readonly payload?: PayloadFormat
  /**
   * Job classes. Those with a static `scheduled`, or with hooks around enqueueing, are asked before a job of theirs
   * goes into its queue; classes that this scheduler does not have are not.
   */
  readonly jobs?: KnownJobs
  /** How much of the failed list is kept: the newest `keep`, and none older than `maxAgeDays`. Default: all of it. */
  readonly failed?: TrimOptions
}

/** How soon a standby looks again. */
const standbyEveryMs = 1_000
/** The lease may be renewed so much earlier or later, so that it is not when jobs are due. */
const mostLeewayMs = 500
/** What can be done before an entry is due is done for those of the next few ticks. */
const ticksAhead = 3
/** A clock further off than this is told of. */
const toleratedSkewMs = 1_000

export class Scheduler {
  readonly #rooms: Rooms
  readonly #ownsRooms: boolean
  readonly #events = new Emitter()
  readonly #time: RedisTime
  readonly #ticks: Ticks
  /** The lease that all schedulers share: who has it promotes delayed jobs. */
  readonly #seat: Seat
  /** The lease of who fires the application's entries; the same for the application without a name. */
  readonly #ownSeat: Seat
  readonly #recurrence: Recurrence
  readonly #promotion: Promotion
  readonly #failedCap: FailedCap | undefined
  readonly #appName: string
  readonly #intervalMs: number
  readonly #leewayMs: number
  #skewTold = false
  /** The lease was renewed: time to look for what others have changed. */
  #renewed: LeaseState | null = null
  #lastPassMs = 0
  #scheduleProblem: string | null = null
  #stop: AbortController | undefined
  #running: Promise<void> | undefined

  /** @throws InvalidArgumentError for an interval that is no positive number, or an entry without a queue */
  constructor(options: SchedulerOptions = {}) {
    const { appName = '', entries, resque, intervalSeconds = 1 } = options
    this.#intervalMs = checkedIntervalMs(intervalSeconds)
    checkAppName(appName)
    if (entries !== undefined) checkEntries(entries)
    this.#appName = appName
    this.#leewayMs = Math.min(this.#intervalMs / 2, mostLeewayMs)
    this.#ownsRooms = resque === undefined
    this.#rooms = resque?.rooms ?? openRooms(options)
    this.#time = new RedisTime(this.#rooms.clock)
    this.#ticks = new Ticks(this.#time, this.#intervalMs)
    this.#promotion = new Promotion(this.#rooms, this.#time, this.#events, options.jobs ?? [])
    const { failed, clock } = this.#rooms
    if (options.failed !== undefined) this.#failedCap = new FailedCap(failed, clock, options.failed)
    this.#recurrence = this.#recurrenceOf(options)
    this.#ownSeat = this.#seatOf(appName, () => this.#lead())
    this.#seat = appName === '' ? this.#ownSeat : this.#seatOf('', () => this.#promotion.lead(), 'yields')
  }

  #recurrenceOf(options: SchedulerOptions): Recurrence {
    const { appName = '', dynamic = true, entryContext: context = {}, payload: format = 'php' } = options
    const shared = { rooms: this.#rooms, events: this.#events }
    return new Recurrence({ ...shared, appName, entries: options.entries, dynamic, context, format })
  }

  #lead(): void {
    this.#recurrence.lead()
    this.#promotion.lead()
  }

  #seatOf(appName: string, onTaken: () => void, manner: LeaseManner = 'wants'): Seat {
    const { store, clock } = this.#rooms
    const lease = new Lease(store, { appName, manner })
    return new Seat({ lease, clock, time: this.#time, events: this.#events, appName, onTaken })
  }

  /** Listens to an event; the function returned stops listening. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    return this.#events.on(name, listener)
  }

  /** This scheduler's value in the leader's lock. */
  get name(): string {
    return this.#seat.name
  }

  get isLeading(): boolean {
    return this.#seat.isMine
  }

  /** When the next recurring entry is due, in epoch milliseconds; infinity when none is known to be. */
  get nextRunMs(): number {
    return this.#recurrence.nextMs
  }

  /** The same for one entry; undefined while another scheduler leads, which alone knows. */
  nextRunMsOf(entryName: string): number | undefined {
    return this.#ownSeat.isMine ? this.#recurrence.nextRunMs(entryName) : undefined
  }

  /** Its connection and stations, for who serves pages about it. */
  get rooms(): Rooms {
    return this.#rooms
  }

  get pulse(): SchedulerPulse {
    return {
      appName: this.#appName,
      intervalMs: this.#intervalMs,
      lastPassMs: this.#lastPassMs,
      redisNowMs: this.#time.nowMs(),
      isFiring: this.#ownSeat.isMine,
      scheduleProblem: this.#scheduleProblem,
    }
  }

  /** Takes other recurring entries from now on. @throws InvalidArgumentError, and the old ones stay in force */
  reload(entries: readonly ScheduleEntry[]): void {
    this.#recurrence.setFile(checkEntries(entries))
    this.#scheduleProblem = null
  }

  /** Notes and tells that another schedule cannot be used: the one in force stays. */
  refuseReload(reason: string): void {
    this.#scheduleProblem = reason
    this.#events.emit('scheduleRefused', { reason })
  }

  /** Runs until the signal aborts; resolves when it has fully stopped and given the lease up. Rejects only on a bug. */
  run(signal: AbortSignal): Promise<void> {
    this.#running ??= this.#live(signal)
    return this.#running
  }

  /** The same as `run`, ended by `stop`. Resolves after the first pass. */
  async start(): Promise<void> {
    this.#stop = new AbortController()
    const started = new Promise<void>((resolve) => this.on('started', () => resolve()))
    await Promise.race([started, this.run(this.#stop.signal)])
  }

  async stop(): Promise<void> {
    this.#stop?.abort()
    if (this.#running === undefined && this.#ownsRooms) await this.#rooms.connection.close()
    await this.#running
  }

  async #live(signal: AbortSignal): Promise<void> {
    let started = false
    this.#recurrence.open()
    await runLoop({
      clock: systemClock,
      signal,
      pass: async () => {
        const earlyMs = this.#ticks.earlyMs()
        if (earlyMs > 0) return earlyMs
        await this.#doWhatIsDue().finally(() => {
          this.#lastPassMs = systemClock.nowMs()
        })
        if (!started) this.#events.emit('started', { role: 'scheduler', name: this.name })
        started = true
        if (this.#promotion.hasMoved)
          await systemClock.sleep(Math.min(this.#leewayMs / 2, this.#ticks.restMs()), signal)
        return this.#tidy()
      },
      onTrouble: (error) => this.#events.emit('trouble', { role: 'scheduler', error }),
      onRecovered: () => this.#events.emit('recovered', { role: 'scheduler' }),
    })
    await this.#leave()
  }

  async #leave(): Promise<void> {
    this.#recurrence.close()
    this.#promotion.stop()
    await this.#seat.release()
    if (this.#ownSeat !== this.#seat) await this.#ownSeat.release()
    this.#events.emit('stopped', { role: 'scheduler', name: this.name })
    if (this.#ownsRooms) await this.#rooms.connection.close()
  }

  /** One pass. Resolves to how many milliseconds to rest. */
  async tick(): Promise<number> {
    await this.#doWhatIsDue()
    return this.#tidy()
  }

  async #doWhatIsDue(): Promise<void> {
    await this.#keepSeats(-this.#leewayMs)
    this.#ticks.begin()
    if (this.#seat.isMine) await this.#promote()
    if (this.#ownSeat.isMine) await this.#refresh()
    if (this.#ownSeat.isMine) await this.#fire()
    if (this.#seat.isMine) this.#promotion.ask(this.#seat.name)
  }

  /** What nobody waits for: renewing the lease, looking for changes, clearing up. Resolves to how long to rest. */
  async #tidy(): Promise<number> {
    const isLeading = this.#seat.isMine || this.#ownSeat.isMine
    if (isLeading) await this.#keepSeats(this.#leewayMs) // a standby has looked in this pass already
    if (this.#renewed !== null && this.#ownSeat.isMine) await this.#refresh()
    if (this.#ownSeat.isMine)
      await this.#recurrence.prepare(this.#time.nowMs() + ticksAhead * this.#intervalMs)
    if (this.#seat.isMine) {
      this.#failedCap?.step()
      await this.#promotion.tidy(this.#seat.name)
    }
    const works = this.#seat.isMine || this.#ownSeat.isMine
    return works ? this.#ticks.restMs() : standbyEveryMs
  }

  async #keepSeats(earlyMs: number): Promise<void> {
    if (this.#ownSeat !== this.#seat) await this.#seat.keep(earlyMs)
    this.#renewed = (await this.#ownSeat.keep(earlyMs)) ?? this.#renewed
    this.#tellSkew()
  }

  #tellSkew(): void {
    const isSkewed = Math.abs(this.#time.offsetMs) > toleratedSkewMs
    if (isSkewed && !this.#skewTold)
      this.#events.emit('clockSkew', { aheadMs: Math.round(-this.#time.offsetMs) })
    this.#skewTold = isSkewed
  }

  async #refresh(): Promise<void> {
    const leads = await this.#recurrence.refresh(this.#ownSeat.name, this.#renewed)
    this.#renewed = null
    if (!leads) this.#ownSeat.lost()
  }

  async #fire(): Promise<void> {
    if (this.#recurrence.nextMs > this.#time.nowMs()) return
    // Who asks is who promotes: the leader of an application alone has them enqueued as they are.
    const askedFirst = this.#seat.isMine ? this.#promotion.askedFirst : []
    const nowMs = Math.floor(this.#time.nowMs())
    if (!(await this.#recurrence.fire(this.#ownSeat.name, nowMs, askedFirst))) this.#ownSeat.lost()
    if (askedFirst.length > 0) this.#promotion.noteAsked()
  }

  /** Moves all that is due. An idle pass is one plain command. */
  async #promote(): Promise<void> {
    if (!(await this.#promotion.isNear(this.#intervalMs))) return
    for (;;) {
      await this.#keepSeats(-this.#leewayMs)
      if (!this.#seat.isMine) return
      const end = await this.#promotion.some(this.#seat.name)
      this.#ticks.sawAt(this.#time.toldMs)
      if (end === 'lost') this.#seat.lost()
      if (end !== 'more') return
      // Moving a great many jobs must not make recurring ones late.
      if (this.#ownSeat.isMine) await this.#fire()
    }
  }
}
