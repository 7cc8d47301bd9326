// The scheduler: while it holds the lease, it moves due jobs into their queues and fires recurring entries,
// once a second, just after the second has begun on Redis's clock.

import { systemClock } from '../clock.ts'
import { runLoop } from '../daemon/run-loop.ts'
import { InvalidArgumentError } from '../errors.ts'
import { Emitter, type EventName, type Listener } from '../events.ts'
import type { PayloadFormat } from '../job/codec.ts'
import type { ScheduleEntry } from '../recurring/entry.ts'
import type { Recurring } from '../recurring/recurring.ts'
import { openRooms, type Rooms, type RoomsOptions } from '../rooms.ts'
import { fireDue } from './fire.ts'
import { Lease, renewEveryMs } from './lease.ts'
import { Planner } from './planner.ts'
import { RedisTime } from './redis-time.ts'

export interface SchedulerOptions extends RoomsOptions {
  /** A client whose connection and namespace to use; or give `redis` and `namespace`. */
  readonly resque?: { readonly rooms: Rooms }
  /** Recurring entries, as `loadSchedule(…).entries` gives them. Each names its queue. */
  readonly entries?: readonly ScheduleEntry[]
  /** Keeps the entries of several applications on one Redis apart. */
  readonly appName?: string
  /** How often to look, in seconds. Default 1. */
  readonly intervalSeconds?: number
  readonly payload?: PayloadFormat
}

/** How many jobs one script call moves: Redis must not be held up for more than 5 ms. */
const jobsPerCall = 1_000
/** How soon a standby looks again. */
const standbyEveryMs = 1_000
/** A clock further off than this is told of. */
const toleratedSkewMs = 1_000

export class Scheduler {
  readonly #rooms: Rooms
  readonly #ownsRooms: boolean
  readonly #events = new Emitter()
  readonly #lease: Lease
  readonly #time: RedisTime
  readonly #planner = new Planner()
  readonly #recurring: Recurring
  readonly #intervalMs: number
  readonly #format: PayloadFormat
  #entries: readonly ScheduleEntry[]
  #leading = false
  #holder = ''
  #renewAtMs = 0
  #loaded = false
  #skewTold = false
  #stop: AbortController | undefined
  #running: Promise<void> | undefined

  /** @throws InvalidArgumentError for an interval that is no positive number, or an entry without a queue */
  constructor(options: SchedulerOptions = {}) {
    const { intervalSeconds = 1 } = options
    if (!(Number.isFinite(intervalSeconds) && intervalSeconds > 0)) {
      throw new InvalidArgumentError(
        'intervalSeconds',
        intervalSeconds,
        `intervalSeconds must be a number above 0, got ${intervalSeconds}.`,
      )
    }
    this.#intervalMs = intervalSeconds * 1000
    this.#ownsRooms = options.resque === undefined
    this.#rooms = options.resque?.rooms ?? openRooms(options)
    this.#lease = new Lease(this.#rooms.store)
    this.#time = new RedisTime(this.#rooms.clock)
    this.#recurring = this.#rooms.recurring(options.appName ?? '')
    this.#format = options.payload ?? 'php'
    this.#entries = checkEntries(options.entries ?? [])
  }

  /** Listens to an event; the function returned stops listening. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    return this.#events.on(name, listener)
  }

  /** This scheduler's value in the leader's lock. */
  get name(): string {
    return this.#lease.name
  }

  get isLeading(): boolean {
    return this.#leading
  }

  /** When the next recurring entry is due, in epoch milliseconds; infinity when none is known to be. */
  get nextRunMs(): number {
    return this.#planner.nextMs
  }

  /** Takes other recurring entries from now on. */
  reload(entries: readonly ScheduleEntry[]): void {
    this.#entries = checkEntries(entries)
    this.#loaded = false
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
    await this.#running
  }

  async #live(signal: AbortSignal): Promise<void> {
    let started = false
    await runLoop({
      clock: systemClock,
      signal,
      pass: async () => {
        const restMs = await this.tick()
        if (!started) this.#events.emit('started', { role: 'scheduler', name: this.name })
        started = true
        return restMs
      },
      onTrouble: (error) => this.#events.emit('trouble', { role: 'scheduler', error }),
      onRecovered: () => this.#events.emit('recovered', { role: 'scheduler' }),
    })
    await this.#leave()
  }

  async #leave(): Promise<void> {
    if (this.#leading) await this.#lease.release().catch(() => undefined)
    this.#leading = false
    this.#events.emit('stopped', { role: 'scheduler', name: this.name })
    if (this.#ownsRooms) await this.#rooms.connection.close()
  }

  /** One pass. Resolves to how many milliseconds to rest. */
  async tick(): Promise<number> {
    if (this.#rooms.clock.nowMs() >= this.#renewAtMs || !this.#leading) await this.#hold()
    if (!this.#leading) return standbyEveryMs
    if (!this.#loaded) await this.#load()
    await this.#promote()
    if (this.#leading && this.#planner.nextMs <= this.#time.nowMs()) await this.#fire()
    return this.#time.untilNextTick(this.#intervalMs)
  }

  async #hold(): Promise<void> {
    const { mine, holder, endsInMs } = await this.#time.learn(this.#lease.hold())
    this.#renewAtMs = this.#rooms.clock.nowMs() + renewEveryMs
    this.#tellSkew()
    if (mine && !this.#leading) {
      this.#loaded = false
      this.#events.emit('leading', { name: this.name })
    }
    if (!mine && (this.#leading || holder !== this.#holder))
      this.#events.emit('standby', { holder, endsInMs })
    this.#leading = mine
    this.#holder = holder
  }

  #tellSkew(): void {
    const isSkewed = Math.abs(this.#time.offsetMs) > toleratedSkewMs
    if (isSkewed && !this.#skewTold)
      this.#events.emit('clockSkew', { aheadMs: Math.round(-this.#time.offsetMs) })
    this.#skewTold = isSkewed
  }

  /** Where each entry's clock stands is read anew with each lease: another scheduler may have led meanwhile. */
  async #load(): Promise<void> {
    const entries = this.#entries
    const nowMs = Math.floor(this.#time.nowMs())
    const anchors = await this.#recurring.anchors(
      entries.map(({ name }) => name),
      nowMs,
    )
    this.#planner.load(entries, anchors, nowMs)
    this.#loaded = entries === this.#entries
  }

  #lost(): void {
    this.#leading = false
    this.#renewAtMs = 0
  }

  /** Moves all that is due. An idle pass is one plain command. */
  async #promote(): Promise<void> {
    const next = await this.#rooms.delayed.nextSeconds()
    if (next === null || next * 1000 > this.#time.nowMs() + this.#intervalMs) return
    for (;;) {
      if (this.#rooms.clock.nowMs() >= this.#renewAtMs) await this.#hold()
      if (!this.#leading) return
      const { leading, moved, refused, oldestSeconds, redisNowMs } = await this.#time.learn(
        this.#rooms.delayed.promote({ limit: jobsPerCall, leader: this.#lease.name }),
      )
      if (!leading) return this.#lost()
      if (moved + refused > 0) {
        const lateMs = redisNowMs - (oldestSeconds ?? 0) * 1000
        this.#events.emit('promoted', { count: moved, refused, lateMs })
      }
      if (moved + refused < jobsPerCall) return
    }
  }

  async #fire(): Promise<void> {
    const firing = {
      recurring: this.#recurring,
      planner: this.#planner,
      events: this.#events,
      format: this.#format,
      leader: this.#lease.name,
    }
    if (!(await fireDue(firing, Math.floor(this.#time.nowMs())))) this.#lost()
  }
}

function checkEntries(entries: readonly ScheduleEntry[]): readonly ScheduleEntry[] {
  const homeless = entries.find(({ queue, kind }) => queue === null && kind !== 'manual')
  if (homeless === undefined) return entries
  throw new InvalidArgumentError(
    'entries',
    homeless.name,
    `the recurring entry "${homeless.name}" names no queue: its jobs would be lost. Add "queue: …" to it.`,
  )
}
