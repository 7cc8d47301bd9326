// Herds: many entries that run in the very same second, mostly at :00, and what jitter would do to them. Pure.

import type { ScheduleEntry } from './entry.ts'
import { jitterOffsetMs } from './occurrences.ts'

export interface Herd {
  readonly atMs: number
  readonly entries: readonly ScheduleEntry[]
}

/** A jitter for all entries of a herd; `mostAtOnce` is how many would then still share a second. */
export interface JitterAdvice {
  readonly jitterSeconds: number
  readonly mostAtOnce: number
}

/** Shorter than anything runs late by, to an hour. */
const jittersSeconds = [30, 60, 120, 300, 600, 1_800, 3_600]

/**
 * The shortest of the usual jitters with which no more than `limit` entries share a second, or null when none
 * helps. Entries keep the jitter they have: only the herd's own entries are counted.
 */
export function adviseJitter(entries: readonly ScheduleEntry[], limit: number): JitterAdvice | null {
  for (const jitterSeconds of jittersSeconds) {
    const mostAtOnce = crowdWith(entries, jitterSeconds)
    if (mostAtOnce <= limit) return { jitterSeconds, mostAtOnce }
  }
  return null
}

function crowdWith(entries: readonly ScheduleEntry[], jitterSeconds: number): number {
  const counts = new Map<number, number>()
  for (const { name } of entries) {
    const offsetMs = jitterOffsetMs({ name, jitterSeconds })
    counts.set(offsetMs, (counts.get(offsetMs) ?? 0) + 1)
  }
  return Math.max(0, ...counts.values())
}

/** Finds herds in runs that go by in order of time. */
export class HerdWatch {
  readonly #limit: number
  readonly #herds = new Map<string, Herd & { times: number }>()
  #atMs = Number.NaN
  #entries: ScheduleEntry[] = []

  /** More than `limit` entries in one second are a herd. */
  constructor(limit: number) {
    this.#limit = limit
  }

  add(atMs: number, entry: ScheduleEntry): void {
    if (atMs !== this.#atMs) this.#close()
    this.#atMs = atMs
    this.#entries.push(entry)
  }

  /** The same entries in another second are the same herd. */
  #close(): void {
    if (this.#entries.length > this.#limit) {
      const key = JSON.stringify(this.#entries.map(({ name }) => name))
      const known = this.#herds.get(key)
      if (known !== undefined) known.times++
      else this.#herds.set(key, { atMs: this.#atMs, entries: this.#entries, times: 1 })
    }
    this.#entries = []
  }

  /** The largest first; `times` says how often each came by. */
  found(): readonly (Herd & { readonly times: number })[] {
    this.#close()
    return [...this.#herds.values()].sort((a, b) => b.entries.length - a.entries.length || a.atMs - b.atMs)
  }
}
