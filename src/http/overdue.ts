// Recurring entries whose run should have been fired and was not, by what Redis knows of them. That can be told
// when no scheduler lives at all.

import type { ScheduleEntry } from '../recurring/entry.ts'
import { Pace } from '../recurring/pace.ts'
import { type KnownEntry, readKnown, snapshot } from '../recurring/snapshot.ts'
import { nextPlanned } from '../recurring/standing.ts'
import type { Store } from '../redis/store.ts'

export interface OverdueEntry {
  readonly name: string
  readonly appName: string
  /** When the first run that was missed was planned. */
  readonly plannedMs: number
}

export interface Overdue {
  /** The longest overdue first. */
  readonly entries: readonly OverdueEntry[]
  /** How many entries are in force. */
  readonly inForce: number
  /** There were more entries than may be looked at: none was. */
  readonly isTooMany: boolean
}

/** Entries read before, so that a probe every few seconds need not read them anew. */
const mostRemembered = 5_000

export class OverdueEntries {
  readonly #store: Store
  readonly #read = new Map<string, ScheduleEntry | null>()

  constructor(store: Store) {
    this.#store = store
  }

  #entryOf(known: KnownEntry): ScheduleEntry | null {
    const name = `${known.name}\n${known.text}`
    const read = this.#read.get(name)
    if (read !== undefined) return read
    if (this.#read.size >= mostRemembered) this.#read.clear()
    const { entry } = readKnown(known)
    this.#read.set(name, entry)
    return entry
  }

  /** When its next run after the last one was planned; null when there is none. */
  #nextMs(known: KnownEntry): number | null {
    const { standing } = known
    const entry = standing === null ? null : this.#entryOf(known)
    return entry === null || standing === null ? null : nextPlanned(entry, standing, standing.atMs)
  }

  /** @param mostEntries of more entries than these none is looked at */
  async find(appName: string, dueBeforeMs: number, mostEntries: number): Promise<Overdue> {
    const { redis, keys } = this.#store
    const own = keys.recurring(appName)
    const [ofFiles, dynamic] = await Promise.all([redis.hlen(own.entries), redis.hlen(own.dynamic)])
    const inForce = ofFiles + dynamic
    if (inForce > mostEntries) return { entries: [], inForce, isTooMany: true }
    if (inForce === 0) return { entries: [], inForce, isTooMany: false }
    const entries: OverdueEntry[] = []
    const pace = new Pace()
    const known = await snapshot(this.#store, own)
    for (const each of known) {
      const plannedMs = this.#nextMs(each)
      if (plannedMs !== null && plannedMs < dueBeforeMs) entries.push({ name: each.name, appName, plannedMs })
      if (pace.isOver) await pace.rest()
    }
    entries.sort((a, b) => a.plannedMs - b.plannedMs)
    return { entries, inForce: known.filter(({ standing }) => standing !== null).length, isTooMany: false }
  }
}
