// What a simulation amounts to: counted while it goes by, since its runs are not kept.

import type { Span } from '../../recurring/dst-marks.ts'
import type { ScheduleEntry } from '../../recurring/entry.ts'
import type { SimulatedEvent, SimulatedRun } from '../../recurring/simulation.ts'

/** A time with the number of runs in it. */
export interface Busiest {
  readonly atMs: number
  readonly runs: number
}

export interface SimulationSummary extends Span {
  readonly runs: number
  readonly shifted: number
  readonly keptOnce: number
  readonly clockChanges: number
  /** null when there was no run. */
  readonly busiestMinute: Busiest | null
  /** Each entry with its number of runs, in the order of the schedule. */
  readonly entries: readonly { readonly entry: ScheduleEntry; readonly runs: number }[]
}

const minuteMs = 60_000

export class Tally {
  readonly #runsOf = new Map<ScheduleEntry, number>()
  readonly #marks = { shifted: 0, 'kept once': 0 }
  #runs = 0
  #clockChanges = 0
  #minute: Busiest = { atMs: Number.NaN, runs: 0 }
  #busiest: Busiest | null = null

  /** Events come in order of time. */
  add(event: SimulatedEvent): void {
    if (event.kind === 'clocks') this.#clockChanges++
    else this.#addRun(event)
  }

  #addRun({ atMs, entry, mark }: SimulatedRun): void {
    this.#runs++
    this.#runsOf.set(entry, (this.#runsOf.get(entry) ?? 0) + 1)
    if (mark !== null) this.#marks[mark.kind]++
    const startMs = atMs - (atMs % minuteMs)
    const runs = startMs === this.#minute.atMs ? this.#minute.runs + 1 : 1
    this.#minute = { atMs: startMs, runs }
    if (runs > (this.#busiest?.runs ?? 0)) this.#busiest = this.#minute
  }

  summary(entries: readonly ScheduleEntry[], span: Span): SimulationSummary {
    return {
      ...span,
      runs: this.#runs,
      shifted: this.#marks.shifted,
      keptOnce: this.#marks['kept once'],
      clockChanges: this.#clockChanges,
      busiestMinute: this.#busiest,
      entries: entries.map((entry) => ({ entry, runs: this.#runsOf.get(entry) ?? 0 })),
    }
  }
}
