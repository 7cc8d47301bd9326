// A signal to a whole process group (Ctrl-C, a container or a service that is stopped) reaches a worker process twice:
// by itself, and from its master that passes on what it was sent. The second one is no news.

import type { Clock } from '../../clock.ts'

export type SignalSource = 'system' | 'master'

const echoMs = 5_000

export class Echoes {
  readonly #clock: Clock
  /** Until when the same signal is expected from the other side, for each that was heard. */
  readonly #expected: Readonly<Record<SignalSource, Map<string, number[]>>> = {
    system: new Map(),
    master: new Map(),
  }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether a signal is more than the echo of one that was heard a moment ago. */
  isNews(name: string, from: SignalSource): boolean {
    const nowMs = this.#clock.nowMs()
    const waiting = (this.#expected[from].get(name) ?? []).filter((untilMs) => untilMs >= nowMs)
    this.#expected[from].set(name, waiting.slice(1))
    if (waiting.length > 0) return false
    const other = this.#expected[from === 'system' ? 'master' : 'system']
    other.set(name, [...(other.get(name) ?? []), nowMs + echoMs])
    return true
  }
}
