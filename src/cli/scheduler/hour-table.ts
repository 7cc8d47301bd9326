// Counts runs by the hour and by the minute, as they go by in order of time.

import type { Busiest } from './tally.ts'

export interface Hour {
  readonly atMs: number
  readonly runs: number
  /** The minute with the most runs; null when there is none. */
  readonly busiest: Busiest | null
}

const hourMs = 3_600_000
const minuteMs = 60_000

export class HourTable {
  readonly hours: Hour[]
  readonly #fromMs: number
  #minute: Busiest = { atMs: Number.NaN, runs: 0 }

  /** The 24 hours after `fromMs`, which is a whole minute. */
  constructor(fromMs: number) {
    this.#fromMs = fromMs
    this.hours = Array.from({ length: 24 }, (_, index) => ({
      atMs: fromMs + index * hourMs,
      runs: 0,
      busiest: null,
    }))
  }

  add(atMs: number): void {
    const index = Math.floor((atMs - this.#fromMs) / hourMs)
    const hour = this.hours[index]
    if (hour === undefined) return
    const minuteStartMs = Math.floor(atMs / minuteMs) * minuteMs
    const runs = minuteStartMs === this.#minute.atMs ? this.#minute.runs + 1 : 1
    this.#minute = { atMs: minuteStartMs, runs }
    const busiest = runs > (hour.busiest?.runs ?? 0) ? this.#minute : hour.busiest
    this.hours[index] = { ...hour, runs: hour.runs + 1, busiest }
  }
}
