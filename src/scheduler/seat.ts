// One lease as the scheduler sees it from pass to pass: held, renewed, lost, and told of.

import type { Clock } from '../clock.ts'
import type { Emitter } from '../events.ts'
import { type Lease, type LeaseState, leaseSeconds, renewEveryMs } from './lease.ts'
import type { RedisTime } from './redis-time.ts'

export interface SeatOptions {
  readonly lease: Lease
  readonly clock: Clock
  readonly time: RedisTime
  readonly events: Emitter
  /** '' for the lease that all schedulers share. */
  readonly appName: string
  /** Called whenever the lease is taken that another may have held meanwhile. */
  onTaken(): void
}

export class Seat {
  readonly #options: SeatOptions
  #isMine = false
  #holder = ''
  #renewAtMs = 0
  /** Who held a lock without an end at the last look, and whether that was told. */
  #endless = { holder: '', isTold: false }

  constructor(options: SeatOptions) {
    this.#options = options
  }

  get isMine(): boolean {
    return this.#isMine
  }

  get name(): string {
    return this.#options.lease.name
  }

  /**
   * Takes the lease, or renews it when it is time to. Resolves to what Redis has told; null when it was not asked.
   * @param earlyMs renews so much earlier; negative: so much later
   */
  async keep(earlyMs = 0): Promise<LeaseState | null> {
    if (this.#isMine && this.#options.clock.nowMs() < this.#renewAtMs - earlyMs) return null
    const { lease, time, clock } = this.#options
    const state = await time.learn(lease.hold())
    const { mine, holder } = state
    const nowMs = clock.nowMs()
    // A machine that slept for longer than the lease: another may have led, and be gone again.
    const hasLapsed = this.#isMine && nowMs > this.#renewAtMs - renewEveryMs + leaseSeconds * 1000
    this.#renewAtMs = nowMs + renewEveryMs
    if (mine && hasLapsed) this.#options.onTaken()
    this.#tell(state)
    this.#tellEndless(state)
    this.#isMine = mine
    this.#holder = holder
    return state
  }

  #tell({ mine, holder, endsInMs, isNodes, sinceMs }: LeaseState): void {
    const { events, appName, onTaken } = this.#options
    const app = {
      ...(appName === '' ? {} : { appName }),
      ...(isNodes ? { system: 'node-resque' as const } : {}),
    }
    if (mine && !this.#isMine) {
      onTaken()
      events.emit('leading', { name: this.name, ...app })
    }
    if (!mine && (this.#isMine || holder !== this.#holder))
      events.emit('standby', { holder, endsInMs, sinceMs, ...app })
  }

  /** A lock is without an end for a moment in every old Ruby scheduler; who is told of it saw it twice. */
  #tellEndless({ mine, holder, endsInMs, lock }: LeaseState): void {
    const isEndless = !mine && endsInMs < 0
    const isSecondLook = isEndless && this.#endless.holder === holder
    if (isSecondLook && !this.#endless.isTold) this.#options.events.emit('endlessLock', { holder, lock })
    this.#endless = { holder: isEndless ? holder : '', isTold: isSecondLook }
  }

  /** A script has said that the lease is another's. */
  lost(): void {
    this.#isMine = false
    this.#renewAtMs = 0
  }

  /** Gives the lease up, so that a standby takes over at its next look. */
  async release(): Promise<void> {
    if (this.#isMine) await this.#options.lease.release().catch(() => undefined)
    this.#isMine = false
  }
}
