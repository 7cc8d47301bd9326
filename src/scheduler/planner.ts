// Which recurring entries are due, and what to do with runs that were missed. Pure: it is told the time and
// where each entry's clock stands, and answers with runs to fire and runs to skip.

import type { ScheduleEntry } from '../recurring/entry.ts'
import { plannedBefore } from '../recurring/occurrences.ts'
import { Pace } from '../recurring/pace.ts'
import { gridOf, nextPlanned, type Standing } from '../recurring/standing.ts'
import { TimeHeap } from './heap.ts'

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
  /** No more than `mostCounted` are counted. */
  readonly count: number
  readonly reason: string
}

/** What is due of one entry: what is skipped lies before what runs. */
export interface Due {
  readonly skipped: SkippedRuns | null
  readonly runs: readonly DueRun[]
}

/** An entry with where its clock stands. It is changed by the planner alone. */
export interface Planned {
  readonly entry: ScheduleEntry
  /** As it was loaded: an interval counts from here as long as it is loaded. */
  readonly standing: Standing
  /** Runs up to here are Ruby's, which led then: none of them was missed. Epoch milliseconds. */
  readonly rubyMs: number
  readonly lastMs: number | null
  readonly runs: number
  readonly nextMs: number
  /** The run after `nextMs`, once it was asked for. */
  followingMs: number | null
}

type Changing = { -readonly [Key in keyof Planned]: Planned[Key] }

/** A run that is later than this was missed: a leader in good health is a few milliseconds late. */
const missedAfterMs = 5_000
/** However many were missed, no more of one entry are looked at in one go; what is left is due still. */
const mostMissed = 1_000
/** Beyond so many, skipped runs are not counted. */
export const mostCounted = 1_000
/** From here on it is quicker to search than to count. */
const mostSteps = 50

function after(planned: Planned, afterMs: number): number {
  const { entry, runs } = planned
  const standing = planned.standing.runs === runs ? planned.standing : { ...planned.standing, runs }
  return nextPlanned(entry, standing, afterMs) ?? Number.POSITIVE_INFINITY
}

/** The run after the next one: asked for when it is due, and again when it has run. */
function following(planned: Planned): number {
  planned.followingMs ??= after(planned, planned.nextMs)
  return planned.followingMs
}

function before(planned: Planned, beforeMs: number): number {
  const grid = gridOf(planned.entry, planned.standing)
  return plannedBefore(grid.entry, beforeMs, grid.atMs) ?? planned.nextMs
}

/** The last run up to `nowMs`; there is one, since the next one is due. */
function latest(planned: Planned, nowMs: number): number {
  let last = planned.nextMs
  let next = following(planned)
  for (let steps = 0; steps < mostSteps; steps++) {
    if (next > nowMs) return last
    last = next
    next = after(planned, last)
  }
  return before(planned, nowMs + 1)
}

/** What runs and what does not, by the entry's policy. */
function chosen(planned: Planned, nowMs: number): number[] {
  const { entry } = planned
  const lateMs = nowMs - missedAfterMs + 1
  const oldestMs = Math.min(lateMs, nowMs - entry.catchUpWindowSeconds * 1000)
  if (entry.catchUp === 'all') return everyRun(planned, oldestMs, nowMs)
  const last = latest(planned, nowMs)
  return last >= (entry.catchUp === 'last' ? oldestMs : lateMs) ? [last] : []
}

function everyRun(planned: Planned, oldestMs: number, nowMs: number): number[] {
  const runs: number[] = []
  let next = planned.nextMs < oldestMs ? after(planned, oldestMs - 1) : planned.nextMs
  while (next <= nowMs && runs.length < mostMissed) {
    runs.push(next)
    next = after(planned, next)
  }
  return runs
}

function reasonFor({ entry: { catchUp, catchUpWindowSeconds }, rubyMs }: Planned, lastMs: number): string {
  if (lastMs <= rubyMs) return "Ruby's scheduler led, and fired it then"
  if (catchUp === 'none') return 'catch_up: none'
  const window = `older than catch_up_window (${catchUpWindowSeconds} s)`
  return catchUp === 'last' ? `catch_up: last makes up only the latest, and none ${window}` : window
}

/** The runs from the next one up to `endMs`, which is not one of them. */
function skippedBefore(planned: Planned, endMs: number): SkippedRuns | null {
  const { entry, nextMs } = planned
  if (nextMs >= endMs) return null
  let count = 1
  let last = nextMs
  for (let next = after(planned, last); next < endMs && count < mostCounted; next = after(planned, last)) {
    last = next
    count++
  }
  const isMore = count === mostCounted
  const lastPlannedMs = isMore ? before(planned, endMs) : last
  const why = reasonFor(planned, lastPlannedMs)
  const reason = isMore ? `${why}; ${mostCounted} runs or more` : why
  return { entry, firstPlannedMs: nextMs, lastPlannedMs, count, reason }
}

/** What is due of an entry at `nowMs`. */
export function judge(planned: Planned, nowMs: number): Due {
  const times = chosen(planned, nowMs).filter((plannedMs) => plannedMs > planned.rubyMs)
  const skipped = skippedBefore(planned, times[0] ?? nowMs + 1)
  let previousMs = planned.lastMs
  const runs = times.map((plannedMs) => {
    const run = {
      entry: planned.entry,
      plannedMs,
      previousMs,
      caughtUp: plannedMs <= nowMs - missedAfterMs,
    }
    previousMs = plannedMs
    return run
  })
  return { skipped, runs }
}

interface Node {
  readonly atMs: number
  readonly planned: Changing
}

/** Holds every entry with its next planned time, the earliest at hand. */
export class Planner {
  readonly #byName = new Map<string, Changing>()
  #heap = new TimeHeap<Node>()

  get names(): string[] {
    return [...this.#byName.keys()]
  }

  get size(): number {
    return this.#byName.size
  }

  entry(name: string): ScheduleEntry | undefined {
    return this.#byName.get(name)?.entry
  }

  /** Takes an entry, or what it is now. `rubyMs`: when Ruby's scheduler fired it, if that was the last to do so. */
  put(entry: ScheduleEntry, standing: Standing, rubyMs = 0): void {
    const lastMs = standing.hasRun ? standing.atMs : null
    const { runs } = standing
    const planned: Changing = { entry, standing, rubyMs, lastMs, runs, nextMs: 0, followingMs: null }
    this.#byName.set(entry.name, planned)
    this.#plan(planned, after(planned, standing.atMs))
  }

  remove(name: string): void {
    this.#byName.delete(name)
  }

  clear(): void {
    this.#byName.clear()
    this.#heap = new TimeHeap()
  }

  /** Older nodes of the entry stay in the heap until they come to its top. */
  #plan(planned: Changing, nextMs: number): void {
    planned.nextMs = nextMs
    planned.followingMs = null
    if (planned.nextMs !== Number.POSITIVE_INFINITY) this.#heap.push({ atMs: planned.nextMs, planned })
    if (this.#heap.size > 2 * this.#byName.size + 1_000) this.#sweep()
  }

  #isCurrent({ atMs, planned }: Node): boolean {
    return planned.nextMs === atMs && this.#byName.get(planned.entry.name) === planned
  }

  #sweep(): void {
    this.#heap = new TimeHeap()
    for (const planned of this.#byName.values())
      if (planned.nextMs !== Number.POSITIVE_INFINITY) this.#heap.push({ atMs: planned.nextMs, planned })
  }

  /** When the next entry is due; infinity when none ever is. Epoch milliseconds. */
  get nextMs(): number {
    for (let first = this.#heap.first; first !== undefined; first = this.#heap.first) {
      if (this.#isCurrent(first)) return first.atMs
      this.#heap.pop()
    }
    return Number.POSITIVE_INFINITY
  }

  /** When one entry runs next; infinity when it never does, undefined when it is not known here. */
  nextRunMs(name: string): number | undefined {
    return this.#byName.get(name)?.nextMs
  }

  /** The entries due at `nowMs`, the longest overdue first. They stay due until `ran` is told of them. */
  due(nowMs: number): Planned[] {
    const nodes = this.#heap.upTo(nowMs).filter((node) => this.#isCurrent(node))
    const planned = new Set(nodes.map((node) => node.planned))
    return [...planned].sort((a, b) => a.nextMs - b.nextMs)
  }

  /**
   * Finds out when the entries that are due by then run after that, so that it need not be found out while they are
   * fired: ten thousand searches take a tenth of a second.
   */
  async prepare(endMs: number): Promise<void> {
    const pace = new Pace()
    for (const node of this.#heap.upTo(endMs)) {
      if (this.#isCurrent(node)) following(node.planned)
      if (pace.isOver) await pace.rest()
    }
  }

  /** Notes that an entry's runs up to `plannedMs` have been claimed, by whomever; `counted` when one ran. */
  ran(name: string, plannedMs: number, counted: boolean): void {
    const planned = this.#byName.get(name)
    if (planned === undefined || (planned.lastMs !== null && planned.lastMs >= plannedMs)) return
    planned.lastMs = plannedMs
    const isCounted = counted && planned.entry.limit !== null
    if (isCounted) planned.runs++
    const isNext = plannedMs === planned.nextMs && !isCounted
    this.#plan(planned, isNext ? following(planned) : after(planned, plannedMs))
  }

  /** Notes that an entry has run as often as it may. */
  usedUp(name: string): void {
    const planned = this.#byName.get(name)
    if (planned !== undefined) planned.nextMs = Number.POSITIVE_INFINITY
  }
}
