// Which recurring entries are due, and what to do with runs that were missed. Pure: it is told the time and
// where each entry's clock stands, and answers with runs to fire and runs to skip.

import type { ScheduleEntry } from '../recurring/entry.ts'
import { jitterOffsetMs, plannedAfter } from '../recurring/occurrences.ts'
import type { Anchor } from '../recurring/recurring.ts'

/** One run that is due. */
export interface DueRun {
  readonly entry: ScheduleEntry
  readonly plannedMs: number
  readonly previousMs: number | null
  /** It should have run a while ago, while no scheduler led. */
  readonly caughtUp: boolean
}

/** Runs that are passed over for good. */
export interface SkippedRuns {
  readonly entry: ScheduleEntry
  /** The last of them: claiming it claims them all. */
  readonly lastPlannedMs: number
  readonly firstPlannedMs: number
  readonly count: number
  readonly reason: string
}

export interface Due {
  readonly runs: readonly DueRun[]
  readonly skipped: readonly SkippedRuns[]
}

/** A run that is later than this was missed: a leader in good health is a few milliseconds late. */
const missedAfterMs = 5_000
/** However many were missed, no more are looked at in one go. */
const mostMissed = 10_000

interface Planned {
  entry: ScheduleEntry
  anchor: Anchor
  nextMs: number
}

function afterRun(entry: ScheduleEntry): ScheduleEntry {
  // first_in holds for the first run only; after it the interval counts from the last planned time.
  return entry.firstInSeconds === null ? entry : { ...entry, firstInSeconds: null }
}

function nextRun({ entry, anchor }: Pick<Planned, 'entry' | 'anchor'>, afterMs: number): number {
  const anchorMs = anchor.hasRun ? anchor.atMs - jitterOffsetMs(entry) : anchor.atMs
  return plannedAfter(entry, afterMs, anchorMs) ?? Number.POSITIVE_INFINITY
}

function missed(planned: Planned, nowMs: number): number[] {
  const times: number[] = []
  const oldestMs = nowMs - planned.entry.catchUpWindowSeconds * 1000
  let next = planned.nextMs < oldestMs ? nextRun(planned, oldestMs - 1) : planned.nextMs
  if (next > nowMs) next = planned.nextMs
  while (next <= nowMs && times.length < mostMissed) {
    times.push(next)
    next = nextRun(planned, next)
  }
  return times
}

function wanted(entry: ScheduleEntry, times: readonly number[], nowMs: number): readonly number[] {
  const oldestMs = nowMs - entry.catchUpWindowSeconds * 1000
  const recent = times.filter((plannedMs) => plannedMs >= oldestMs || plannedMs > nowMs - missedAfterMs)
  if (entry.catchUp === 'all') return recent
  if (entry.catchUp === 'last') return recent.slice(-1)
  return recent.filter((plannedMs) => plannedMs > nowMs - missedAfterMs)
}

function reasonFor(entry: ScheduleEntry): string {
  if (entry.catchUp === 'none') return 'catch_up: none'
  const window = `older than catch_up_window (${entry.catchUpWindowSeconds} s)`
  return entry.catchUp === 'last' ? `catch_up: last makes up only the latest, and none ${window}` : window
}

/** Holds every entry with its next planned time. */
export class Planner {
  #planned: Planned[] = []
  #byName = new Map<string, Planned>()

  /** Takes over a schedule. Where an entry's clock stands is known for every entry. */
  load(entries: readonly ScheduleEntry[], anchors: ReadonlyMap<string, Anchor>, nowMs: number): void {
    this.#planned = entries.map((given) => {
      const anchor = anchors.get(given.name) ?? { hasRun: false, atMs: nowMs }
      const entry = anchor.hasRun ? afterRun(given) : given
      return { entry, anchor, nextMs: nextRun({ entry, anchor }, anchor.atMs) }
    })
    this.#byName = new Map(this.#planned.map((planned) => [planned.entry.name, planned]))
  }

  /** When the next entry is due; infinity when none ever is. Epoch milliseconds. */
  get nextMs(): number {
    return this.#planned.reduce((least, { nextMs }) => Math.min(least, nextMs), Number.POSITIVE_INFINITY)
  }

  /** What is due at `nowMs`. Call `ran` with what has been claimed; until then the answer stays the same. */
  due(nowMs: number): Due {
    const runs: DueRun[] = []
    const skipped: SkippedRuns[] = []
    for (const planned of this.#planned)
      if (planned.nextMs <= nowMs) this.#judge(planned, nowMs, runs, skipped)
    return { runs, skipped }
  }

  #judge(planned: Planned, nowMs: number, runs: DueRun[], skipped: SkippedRuns[]): void {
    const { entry, anchor } = planned
    const times = missed(planned, nowMs)
    const chosen = wanted(entry, times, nowMs)
    const passedOver = times.filter((plannedMs) => !chosen.includes(plannedMs))
    const last = passedOver.at(-1)
    if (last !== undefined) {
      const firstPlannedMs = Math.min(planned.nextMs, passedOver[0] ?? last)
      skipped.push({
        entry,
        lastPlannedMs: last,
        firstPlannedMs,
        count: passedOver.length,
        reason: reasonFor(entry),
      })
    }
    let previousMs = anchor.hasRun ? anchor.atMs : null
    for (const plannedMs of chosen) {
      runs.push({ entry, plannedMs, previousMs, caughtUp: plannedMs <= nowMs - missedAfterMs })
      previousMs = plannedMs
    }
  }

  /** Notes that an entry's runs up to `plannedMs` have been claimed, by whomever. */
  ran(name: string, plannedMs: number): void {
    const planned = this.#byName.get(name)
    if (planned === undefined || (planned.anchor.hasRun && planned.anchor.atMs >= plannedMs)) return
    planned.entry = afterRun(planned.entry)
    planned.anchor = { hasRun: true, atMs: plannedMs }
    planned.nextMs = nextRun(planned, plannedMs)
  }
}
