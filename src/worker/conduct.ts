// How a worker process answers to those who steer it: what it tells of itself with each beat, what it does when it is
// told something from outside, and when it makes way for a new process by itself.

import { type Clock, systemClock } from '../clock.ts'
import type { Aide } from '../daemon/heart.ts'
import type { Order } from '../daemon/orders.ts'
import { packageVersion } from '../daemon/package-version.ts'
import type { ProcessInfo } from '../daemon/process-info.ts'
import { runLoop } from '../daemon/run-loop.ts'
import type { Emitter } from '../events.ts'
import type { StopOptions } from './options.ts'
import type { WorkerPulse } from './pulse.ts'

/** The master of a worker process, as `resque-worker --processes` gives it to its children. */
export interface Fleet {
  readonly masterPid: number
  /** How many processes the master keeps. */
  processes(): number
  /** Calls back when that has changed. */
  onChange(listener: () => void): void
  /** Passes on what concerns the master and all its processes. */
  relay(order: Order): void
}

/** Why a worker ended that nobody had sent a signal. */
export type LeaveReason = 'ordered' | 'maxJobs' | 'maxMemory'

export interface ConductOptions {
  /** The worker retires when it has performed so many jobs; Infinity: never. */
  readonly maxJobs: number
  /** The worker retires when its process takes more than this, in megabytes; null: never. */
  readonly maxMemoryMb: number | null
  readonly fleet: Fleet | undefined
}

/** The worker, for who steers it. */
export interface Steered {
  readonly pulse: WorkerPulse
  pause(): void
  resume(): void
  stop(options: StopOptions): Promise<void>
}

const megabyte = 1024 * 1024
const lookAtMemoryMs = 1_000

export class Conduct implements Aide {
  readonly #options: ConductOptions
  readonly #worker: Steered
  readonly #events: Emitter
  readonly #clock: Clock
  readonly #startedMs: number
  readonly #over = new AbortController()
  #isStopping = false
  #reason: LeaveReason | undefined

  constructor(options: ConductOptions, worker: Steered, events: Emitter, clock: Clock = systemClock) {
    this.#options = options
    this.#worker = worker
    this.#events = events
    this.#clock = clock
    this.#startedMs = clock.nowMs()
  }

  /** Why the worker ends by itself; undefined while it does not. */
  get reason(): LeaveReason | undefined {
    return this.#reason
  }

  /** Aborts when one of these does, or when the worker is to end for a reason of its own. */
  until(signals: readonly AbortSignal[]): AbortSignal {
    const signal = AbortSignal.any([...signals, this.#over.signal])
    signal.addEventListener('abort', () => {
      this.#isStopping = true
    })
    return signal
  }

  attach(tell: () => void): void {
    this.#options.fleet?.onChange(tell)
  }

  info(): ProcessInfo {
    const { busy, isPaused, performed, failed } = this.#worker.pulse
    const { fleet } = this.#options
    return {
      version: packageVersion(),
      state: this.#isStopping ? 'stopping' : isPaused ? 'quiet' : 'running',
      busy,
      performed,
      failed,
      startedMs: this.#startedMs,
      rssBytes: process.memoryUsage.rss(),
      masterPid: fleet?.masterPid ?? null,
      processes: fleet?.processes() ?? null,
    }
  }

  obey(order: Order): void {
    this.#events.emit('ordered', { verb: order.verb, scope: order.scope, processes: order.processes })
    const { fleet } = this.#options
    if (order.scope === 'fleet' && fleet !== undefined) fleet.relay(order)
    else this.#do(order)
  }

  #do(order: Order): void {
    if (order.verb === 'quiet') this.#worker.pause()
    if (order.verb === 'resume') this.#worker.resume()
    if (order.verb === 'stop') this.#leave('ordered', { finish: order.finish })
  }

  #leave(reason: LeaveReason, options: StopOptions): void {
    if (this.#isStopping) return
    this.#reason = reason
    void this.#worker.stop(options)
    this.#over.abort()
  }

  #retire(reason: 'maxJobs' | 'maxMemory'): void {
    if (this.#isStopping) return
    const { performed, busy } = this.#worker.pulse
    this.#events.emit('retiring', { reason, performed, busy, rssBytes: process.memoryUsage.rss() })
    this.#leave(reason, { finish: true })
  }

  /** A job has ended. */
  noteOutcome(): void {
    const { maxJobs } = this.#options
    if (maxJobs === Number.POSITIVE_INFINITY) return // the usual case, and every job comes by
    if (this.#worker.pulse.performed >= maxJobs) this.#retire('maxJobs')
  }

  /** Watches the memory of this process until the signal aborts. A process that has done nothing is no better anew. */
  async run(signal: AbortSignal): Promise<void> {
    const { maxMemoryMb } = this.#options
    if (maxMemoryMb === null) return
    const pass = async (): Promise<number> => {
      const isTooMuch = process.memoryUsage.rss() > maxMemoryMb * megabyte
      if (isTooMuch && this.#worker.pulse.performed > 0) this.#retire('maxMemory')
      return lookAtMemoryMs
    }
    const say = (): void => undefined
    await runLoop({ clock: this.#clock, signal, pass, onTrouble: say, onRecovered: say })
  }
}
