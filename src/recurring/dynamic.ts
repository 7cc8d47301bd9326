// Entries that are kept in Redis, where Ruby keeps them too: persistent_schedules holds name and JSON, and
// schedules_changed names what was changed since the leader looked last. Changes made here are told over a channel
// as well, and counted, so that nobody misses one.

import { readHash } from '../redis/hash.ts'
import type { RecurringKeys } from '../redis/keys.ts'
import { defineScript } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'
import type { EntryContext, ScheduleEntry } from './entry.ts'
import { parseEntry } from './entry.ts'
import { knownKeys } from './entry-keys.ts'
import { entryToPlain } from './entry-plain.ts'
import { isMap } from './entry-values.ts'
import { timingText } from './standing.ts'

const setScript = defineScript(new URL('./set-entry.lua', import.meta.url))
const removeScript = defineScript(new URL('./remove-entry.lua', import.meta.url))
const pauseScript = defineScript(new URL('./pause-entry.lua', import.meta.url))

/** An entry as its text says; `problem` in words when it cannot run. */
export type ReadEntry =
  | { readonly entry: ScheduleEntry; readonly problem: null }
  | { readonly entry: null; readonly problem: string }

/** Ruby ignores keys that it does not know, and a newer version of this library may know more of them. */
function knownPart(config: unknown): unknown {
  if (!isMap(config)) return config
  return Object.fromEntries(Object.entries(config).filter(([key]) => knownKeys.includes(key)))
}

/** Reads an entry that anyone may have written. Never throws. */
export function readDynamic(name: string, text: string, context: EntryContext): ReadEntry {
  let config: unknown
  try {
    config = JSON.parse(text)
  } catch (error) {
    return { entry: null, problem: `it is not JSON: ${error instanceof Error ? error.message : ''}` }
  }
  const { entry, problems } = parseEntry(name, knownPart(config), context)
  if (entry !== null) return { entry, problem: null }
  const errors = problems.filter(({ severity }) => severity === 'error')
  return { entry: null, problem: errors.map(({ message }) => message).join(' ') }
}

/** An entry as Redis keeps it, for Ruby as well. */
export function dynamicText(entry: ScheduleEntry): string {
  return JSON.stringify(entryToPlain(entry))
}

/** How many names are taken from schedules_changed in one go. */
const namesPerCall = 1_000

export class DynamicEntries {
  readonly #store: Store
  readonly #keys: RecurringKeys
  constructor(store: Store, appName: string) {
    this.#store = store
    this.#keys = store.keys.recurring(appName)
  }

  /** Name and text of every entry. */
  texts(): Promise<Map<string, string>> {
    return readHash(this.#store.redis, this.#keys.dynamic)
  }

  /** The texts of some entries, in order; null for those that are not there. */
  async textsOf(names: readonly string[]): Promise<(string | null)[]> {
    if (names.length === 0) return []
    return this.#store.redis.hmget(this.#keys.dynamic, ...names)
  }

  /** Counts changes made by this library. */
  async version(): Promise<number> {
    return Number((await this.#store.redis.get(this.#keys.version)) ?? 0)
  }

  /** How many names others have put down as changed. */
  changedCount(): Promise<number> {
    return this.#store.redis.scard(this.#keys.dynamicChanged)
  }

  /** Takes the names of changed entries. Only a leader may: it consumes them. */
  async takeChanged(): Promise<string[]> {
    const names: string[] = []
    for (;;) {
      const some = await this.#store.redis.spop(this.#keys.dynamicChanged, namesPerCall)
      names.push(...some)
      if (some.length < namesPerCall) return names
    }
  }

  /** For a new leader, which then reads everything. */
  async dropChanged(): Promise<void> {
    await this.#store.redis.del(this.#keys.dynamicChanged)
  }

  /** Stores an entry. Resolves to whether it is new. */
  async set(entry: ScheduleEntry): Promise<boolean> {
    const { dynamic, dynamicChanged, last, definitions, counts, entries, version, changed } = this.#keys
    const scriptKeys = [dynamic, dynamicChanged, last, definitions, counts, entries, version]
    const args = [this.#store.scriptNow(), entry.name, dynamicText(entry), timingText(entry), changed]
    return (await setScript.run(this.#store.redis, scriptKeys, args)) === 1
  }

  /** Removes an entry. Resolves to whether it was there. */
  async remove(name: string): Promise<boolean> {
    const { dynamic, dynamicChanged, definitions, disabled, entries, version, changed } = this.#keys
    const scriptKeys = [dynamic, dynamicChanged, definitions, disabled, entries, version]
    const args = [this.#store.scriptNow(), name, changed]
    return (await removeScript.run(this.#store.redis, scriptKeys, args)) === 1
  }

  /** Disables an entry until a time, in ms (0: for good), or with null enables it. False: there is none. */
  async pause(name: string, untilMs: number | null): Promise<boolean> {
    const { disabled, definitions, entries, dynamic, version, changed } = this.#keys
    const scriptKeys = [disabled, definitions, entries, dynamic, version]
    const args = [this.#store.scriptNow(), name, untilMs ?? '', changed]
    return (await pauseScript.run(this.#store.redis, scriptKeys, args)) === 1
  }
}
