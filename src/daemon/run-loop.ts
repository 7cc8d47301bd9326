// The one loop of all daemons: a pass, then a rest, until the signal. Nothing that a pass throws ends it. What
// fails is said once, and once more when it works again; in between it waits, longer each time.

import type { Clock } from '../clock.ts'
import { kindOfTrouble } from '../redis/trouble.ts'

export interface LoopOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** One pass; resolves to how many milliseconds to rest. */
  pass(): Promise<number>
  /** The first failure after a success; not for each of many that follow one another within seconds. */
  onTrouble(error: unknown): void
  onRecovered(): void
}

const firstPauseMs = 100
const longestPauseMs = 5_000

/** Between half and all of the pause: many daemons that lost one Redis must not come back in step. */
function pauseMs(failures: number): number {
  const full = Math.min(firstPauseMs * 2 ** Math.min(failures - 1, 10), longestPauseMs)
  return full * (0.5 + Math.random() / 2)
}

/** A connection that breaks again and again is told of no more often than this, unless it stays away. */
const quietMs = 10_000
const longTroubleMs = 1_000

/** What was told of the trouble in hand, and when trouble was told of before. */
class Teller {
  readonly #options: LoopOptions
  #toldAtMs = Number.NEGATIVE_INFINITY
  #sinceMs = 0
  #toldKind: string | undefined
  failures = 0

  constructor(options: LoopOptions) {
    this.#options = options
  }

  failed(error: unknown): void {
    const nowMs = this.#options.clock.nowMs()
    if (this.failures++ === 0) this.#sinceMs = nowMs
    const kind = kindOfTrouble(error)
    if (!this.#isNews(kind, nowMs)) return
    this.#toldKind = kind
    this.#toldAtMs = nowMs
    this.#options.onTrouble(error)
  }

  /** Trouble that has become another (away, then: wrong password) is news; its every failure is not. */
  #isNews(kind: string, nowMs: number): boolean {
    const isLong = nowMs - this.#sinceMs >= longTroubleMs
    if (this.#toldKind === undefined) return isLong || nowMs - this.#toldAtMs >= quietMs
    return isLong && kind !== this.#toldKind && nowMs - this.#toldAtMs >= longTroubleMs
  }

  passed(): void {
    this.failures = 0
    if (this.#toldKind === undefined) return
    this.#toldKind = undefined
    this.#options.onRecovered()
  }
}

/** Resolves when the signal has aborted and the pass in hand has ended. Never rejects. */
export async function runLoop(options: LoopOptions): Promise<void> {
  const { clock, signal, pass } = options
  const teller = new Teller(options)
  while (!signal.aborted) {
    let restMs: number
    try {
      restMs = await pass()
      teller.passed()
    } catch (error) {
      teller.failed(error)
      restMs = pauseMs(teller.failures)
    }
    if (restMs > 0) await clock.sleep(restMs, signal)
  }
}
