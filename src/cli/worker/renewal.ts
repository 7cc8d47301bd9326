// Renewing all processes of a master, one after the other: a new one takes jobs before an old one is told to finish, and
// the next one is renewed when that has ended, or has had its time.

import type { Clock } from '../../clock.ts'
import type { WorkerProcess } from './worker-process.ts'

export class Renewal {
  readonly #clock: Clock
  readonly #patienceMs: number
  readonly #old: WorkerProcess[] = []
  /** The one that was told last, while it is waited for. */
  #leaving: WorkerProcess | undefined
  #waitUntilMs = 0

  constructor(clock: Clock, patienceMs: number) {
    this.#clock = clock
    this.#patienceMs = patienceMs
  }

  /** Renews these; also while others are being renewed. */
  begin(processes: readonly WorkerProcess[]): void {
    this.#old.splice(0, this.#old.length, ...processes)
  }

  /** Whether a process more than usual is to run now. */
  get isDue(): boolean {
    return this.#old.length > 0 && this.restMs === 0
  }

  /** How long the one that leaves is waited for. 0 also when there is nothing to wait for. */
  get #patienceLeftMs(): number {
    return this.#leaving === undefined ? 0 : Math.max(0, this.#waitUntilMs - this.#clock.nowMs())
  }

  get restMs(): number {
    return this.#old.length === 0 ? Number.POSITIVE_INFINITY : this.#patienceLeftMs
  }

  /** The old process whose place is taken; undefined when it is not its turn yet. */
  next(): WorkerProcess | undefined {
    if (!this.isDue) return undefined
    const old = this.#old.shift()
    this.#leaving = old
    this.#waitUntilMs = this.#clock.nowMs() + this.#patienceMs
    return old
  }

  /** A process has ended. True when processes were being renewed then. */
  ended(one: WorkerProcess): boolean {
    if (one === this.#leaving) this.#leaving = undefined
    const at = this.#old.indexOf(one)
    if (at !== -1) this.#old.splice(at, 1)
    return this.#old.length > 0
  }

  callOff(): void {
    this.#old.length = 0
  }
}
