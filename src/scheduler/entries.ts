// The entries that are to run: those of the schedule file and the dynamic ones. A file's entry wins over a dynamic
// one of the same name. What cannot run is left out and told once; it never stops the rest.

import { InvalidArgumentError } from '../errors.ts'
import type { Emitter } from '../events.ts'
import { type DynamicEntries, dynamicText, readDynamic } from '../recurring/dynamic.ts'
import { type EntryContext, isElsewhere, type ScheduleEntry } from '../recurring/entry.ts'
import { Pace } from '../recurring/pace.ts'
import type { Registration } from '../recurring/recurring.ts'
import { timingText } from '../recurring/standing.ts'

export interface EntriesOptions {
  /** undefined: this scheduler was given no schedule. */
  readonly file: readonly ScheduleEntry[] | undefined
  /** null: dynamic entries are left alone. */
  readonly dynamic: DynamicEntries | null
  readonly context: EntryContext
  readonly events: Emitter
}

interface Read {
  readonly text: string
  /** null: it is left out. */
  readonly entry: ScheduleEntry | null
}

export class Entries {
  readonly #dynamic: DynamicEntries | null
  readonly #context: EntryContext
  readonly #events: Emitter
  #file = new Map<string, ScheduleEntry>()
  #read = new Map<string, Read>()
  /** For whom it is told that a file's entry wins. */
  readonly #shadowed = new Set<string>()
  readonly #texts = new WeakMap<ScheduleEntry, string>()
  /** Whether there is a schedule file; without one its entries are somebody else's. */
  hasFile = false

  constructor({ file, dynamic, context, events }: EntriesOptions) {
    this.#dynamic = dynamic
    this.#context = { ...context, requireQueue: true }
    this.#events = events
    if (file !== undefined) this.setFile(file)
  }

  setFile(entries: readonly ScheduleEntry[]): void {
    this.hasFile = true
    this.#file = new Map(entries.map((entry) => [entry.name, entry]))
  }

  #leaveOut(name: string, reason: string): void {
    this.#events.emit('entryLeftOut', { entry: name, reason })
  }

  #readText(name: string, text: string): ScheduleEntry | null {
    const known = this.#read.get(name)
    if (known?.text === text) return known.entry
    const { entry, problem } = readDynamic(name, text, this.#context)
    if (problem !== null) this.#leaveOut(name, problem)
    const isOurs = entry !== null && !isElsewhere(entry.env, this.#context.environment)
    const read = { text, entry: isOurs ? entry : null }
    this.#read.set(name, read)
    return read.entry
  }

  #tellShadow(name: string): void {
    if (this.#shadowed.has(name)) return
    this.#shadowed.add(name)
    this.#leaveOut(
      name,
      'the schedule file has an entry of this name, which wins. Rename or remove one of them',
    )
  }

  /** Of a dynamic entry; null when it does not run. */
  #dynamicEntry(name: string, text: string): ScheduleEntry | null {
    if (this.#file.has(name)) {
      this.#tellShadow(name)
      return null
    }
    this.#shadowed.delete(name)
    return this.#readText(name, text)
  }

  /** Every entry that is to run. */
  async all(): Promise<ScheduleEntry[]> {
    const texts = (await this.#dynamic?.texts()) ?? new Map<string, string>()
    for (const name of this.#read.keys()) if (!texts.has(name)) this.#read.delete(name)
    for (const name of this.#shadowed) if (!texts.has(name)) this.#shadowed.delete(name)
    const entries = [...this.#file.values()]
    const pace = new Pace()
    for (const [name, text] of texts) {
      const entry = this.#dynamicEntry(name, text)
      if (entry !== null) entries.push(entry)
      if (pace.isOver) await pace.rest()
    }
    return entries
  }

  /** Some entries, as they are now; null for one that does not run any more. */
  async some(names: readonly string[]): Promise<Map<string, ScheduleEntry | null>> {
    const texts = (await this.#dynamic?.textsOf(names)) ?? []
    const pace = new Pace()
    const entries = new Map<string, ScheduleEntry | null>()
    for (const [index, name] of names.entries()) {
      const text = texts[index] ?? null
      const dynamic = text === null ? null : this.#dynamicEntry(name, text)
      if (text === null) this.#read.delete(name)
      entries.set(name, this.#file.get(name) ?? dynamic)
      if (pace.isOver) await pace.rest()
    }
    return entries
  }

  registration(entry: ScheduleEntry): Registration {
    const isOfFile = this.#file.get(entry.name) === entry
    return { name: entry.name, timing: timingText(entry), published: isOfFile ? this.text(entry) : null }
  }

  /** All that an entry says, as Redis keeps it. */
  text(entry: ScheduleEntry): string {
    const known = this.#texts.get(entry) ?? dynamicText(entry)
    this.#texts.set(entry, known)
    return known
  }
}

/** @throws InvalidArgumentError for an entry that names no queue */
export function checkEntries(entries: readonly ScheduleEntry[]): readonly ScheduleEntry[] {
  const homeless = entries.find(({ queue, kind }) => queue === null && kind !== 'manual')
  if (homeless === undefined) return entries
  throw new InvalidArgumentError(
    'entries',
    homeless.name,
    `the recurring entry "${homeless.name}" names no queue: its jobs would be lost. Add "queue: …" to it.`,
  )
}
