// The recurring half of the scheduler: it keeps the plan of all entries in step with the schedule file and with
// Redis, and fires what is due. It works only while this scheduler leads.

import type { Emitter } from '../events.ts'
import type { PayloadFormat } from '../job/codec.ts'
import { DynamicEntries } from '../recurring/dynamic.ts'
import type { EntryContext, ScheduleEntry } from '../recurring/entry.ts'
import { Pace } from '../recurring/pace.ts'
import type { Recurring } from '../recurring/recurring.ts'
import type { Rooms } from '../rooms.ts'
import { Changes, type Renewed } from './changes.ts'
import { Entries } from './entries.ts'
import { type FiringEnd, fireDue } from './fire.ts'
import { Planner } from './planner.ts'

export interface RecurrenceOptions {
  readonly rooms: Rooms
  readonly appName: string
  readonly entries: readonly ScheduleEntry[] | undefined
  readonly dynamic: boolean
  readonly context: EntryContext
  readonly events: Emitter
  readonly format: PayloadFormat
}

const entriesPerCall = 500
/** Ruby's clock may be ahead of Redis's by so much; a time further ahead tells nothing. */
const toleratedAheadMs = 60_000

/** Up to when runs are Ruby's: none is from the moment on when we lead. */
function rubysOwn(firedMs: number, leadsSinceMs: number): number {
  return firedMs > leadsSinceMs + toleratedAheadMs ? 0 : Math.min(firedMs, leadsSinceMs)
}

/** The names that one load brought, changed or took away. */
class Difference {
  readonly added: string[] = []
  readonly changed: string[] = []
  readonly removed: string[] = []

  get isNone(): boolean {
    return this.added.length + this.changed.length + this.removed.length === 0
  }
}

export class Recurrence {
  readonly #recurring: Recurring
  readonly #events: Emitter
  readonly #format: PayloadFormat
  readonly #entries: Entries
  readonly #changes: Changes
  readonly #planner = new Planner()
  #isLoaded = false
  #isNewLeader = true
  /** By Redis's clock: from here on nobody else fires. */
  #leadsSinceMs: number | undefined

  constructor(options: RecurrenceOptions) {
    const { rooms, appName, entries: file, context, events } = options
    const dynamic = new DynamicEntries(rooms.store, appName)
    this.#recurring = rooms.recurring(appName)
    this.#events = events
    this.#format = options.format
    this.#entries = new Entries({ file, dynamic: options.dynamic ? dynamic : null, context, events })
    const channel = this.#recurring.keys.changed
    const { connection } = rooms
    this.#changes = new Changes({ connection, channel, dynamic, takesChanged: options.dynamic })
  }

  /** When the next entry is due, in epoch milliseconds; infinity when none is known to be. */
  get nextMs(): number {
    return this.#isLoaded ? this.#planner.nextMs : Number.POSITIVE_INFINITY
  }

  nextRunMs(name: string): number | undefined {
    return this.#isLoaded ? this.#planner.nextRunMs(name) : undefined
  }

  /** Begins to listen for changes. */
  open(): void {
    this.#changes.open()
  }

  close(): void {
    this.#changes.close()
  }

  /** Another scheduler may have led meanwhile: all has to be read anew. */
  lead(): void {
    this.#isNewLeader = true
    this.#isLoaded = false
    this.#leadsSinceMs = undefined
  }

  setFile(entries: readonly ScheduleEntry[]): void {
    this.#entries.setFile(entries)
    this.#changes.doubt()
  }

  /**
   * Reads what is new or has changed. False: someone else leads.
   * @param renewed what was told when the lease was renewed; null when it was not
   */
  async refresh(leader: string, renewed: Renewed | null): Promise<boolean> {
    if (this.#isNewLeader) {
      await this.#changes.begin()
      this.#changes.doubt()
      this.#isNewLeader = false
    } else await this.#changes.look(renewed)
    const changed = this.#changes.take()
    if (changed !== 'all' && changed.size === 0) return true
    try {
      return await (changed === 'all' ? this.#loadAll(leader) : this.#loadSome(leader, [...changed]))
    } catch (error) {
      this.#changes.doubt()
      throw error
    }
  }

  async #loadAll(leader: string): Promise<boolean> {
    const difference = new Difference()
    const entries = await this.#entries.all()
    const present = new Set(entries.map(({ name }) => name))
    const gone = await this.#absent(present)
    if (!(await this.#putInForce(entries, leader, difference))) return false
    if (!(await this.#forget(gone, leader))) return false
    for (const name of this.#planner.names) if (!present.has(name)) this.#remove(name, difference)
    this.#tell(difference, !this.#isLoaded)
    this.#isLoaded = true
    return true
  }

  async #loadSome(leader: string, names: readonly string[]): Promise<boolean> {
    const difference = new Difference()
    const entries = await this.#entries.some(names)
    const present = [...entries.values()].filter((entry) => entry !== null)
    const gone = names.filter((name) => entries.get(name) === null)
    if (!(await this.#putInForce(present, leader, difference))) return false
    const known = gone.filter((name) => this.#planner.entry(name) !== undefined)
    if (!(await this.#forget(known, leader))) return false
    for (const name of gone) this.#remove(name, difference)
    this.#tell(difference, false)
    return true
  }

  /** Names that Redis knows and that do not run; a scheduler without a file leaves those of files alone. */
  async #absent(present: ReadonlySet<string>): Promise<string[]> {
    const { inForce, gone } = await this.#recurring.known()
    const others = new Set(this.#entries.hasFile ? [] : await this.#recurring.ofFiles())
    return [...inForce, ...gone].filter((name) => !present.has(name) && !others.has(name))
  }

  async #putInForce(
    entries: readonly ScheduleEntry[],
    leader: string,
    difference: Difference,
  ): Promise<boolean> {
    const pace = new Pace()
    for (let from = 0; from < entries.length; from += entriesPerCall) {
      const some = entries.slice(from, from + entriesPerCall)
      const registrations = some.map((entry) => this.#entries.registration(entry))
      const { leading, standings, redisNowMs } = await this.#recurring.register(registrations, leader)
      if (!leading) return false
      this.#leadsSinceMs ??= redisNowMs
      const names = some.map(({ name }) => name)
      const byRuby = await this.#recurring.firedByRuby(
        names,
        standings.map(({ atMs }) => atMs),
      )
      for (const [index, entry] of some.entries()) {
        const standing = standings[index]
        if (standing !== undefined) {
          this.#note(entry, difference)
          this.#planner.put(entry, standing, rubysOwn(byRuby[index] ?? 0, this.#leadsSinceMs))
        }
        if (pace.isOver) await pace.rest()
      }
    }
    return true
  }

  #note(entry: ScheduleEntry, difference: Difference): void {
    const old = this.#planner.entry(entry.name)
    if (old === undefined) difference.added.push(entry.name)
    else if (old !== entry && this.#entries.text(old) !== this.#entries.text(entry))
      difference.changed.push(entry.name)
  }

  #remove(name: string, difference: Difference): void {
    if (this.#planner.entry(name) === undefined) return
    this.#planner.remove(name)
    difference.removed.push(name)
  }

  async #forget(names: readonly string[], leader: string): Promise<boolean> {
    for (let from = 0; from < names.length; from += entriesPerCall) {
      if (!(await this.#recurring.forget(names.slice(from, from + entriesPerCall), leader))) return false
    }
    return true
  }

  #tell(difference: Difference, isFirst: boolean): void {
    if (difference.isNone && !isFirst) return
    const { added, changed, removed } = difference
    const entries = this.#planner.size
    this.#events.emit('scheduleLoaded', { entries, added, changed, removed })
  }

  /** Does what can be done beforehand for the entries that are due by then. */
  async prepare(endMs: number): Promise<void> {
    if (this.#isLoaded) await this.#planner.prepare(endMs)
  }

  /** Fires what is due. False: someone else leads now. */
  async fire(leader: string, nowMs: number, askedFirst: readonly string[]): Promise<boolean> {
    const firing = {
      askedFirst,
      recurring: this.#recurring,
      planner: this.#planner,
      events: this.#events,
      format: this.#format,
      leader,
    }
    const end: FiringEnd = await fireDue(firing, nowMs)
    if (end === 'changed') this.#changes.doubt()
    return end !== 'lost'
  }
}
