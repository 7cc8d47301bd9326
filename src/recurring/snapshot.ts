// Everything that Redis knows of recurring entries at one moment, for who asks: their texts, where their clocks
// stand, their last jobs.

import { readHash } from '../redis/hash.ts'
import type { RecurringKeys } from '../redis/keys.ts'
import type { Store } from '../redis/store.ts'
import { type ReadEntry, readDynamic } from './dynamic.ts'
import { Pace } from './pace.ts'
import { type Standing, standingOf } from './standing.ts'

/** An entry, and what is known of it. */
export interface KnownEntry {
  readonly name: string
  readonly source: 'file' | 'dynamic'
  /** Its text in Redis. */
  readonly text: string
  /** null: no scheduler has taken it up yet. */
  readonly standing: Standing | null
  /** Until when it is disabled, in epoch milliseconds; 0 for good, null not at all. */
  readonly disabledUntilMs: number | null
  readonly lastJobId: string | null
}

/** Texts of entries are read where they are shown: a queue may be missing, and every environment counts. */
export function readKnown({ name, text }: Pick<KnownEntry, 'name' | 'text'>): ReadEntry {
  return readDynamic(name, text, {})
}

type Fields = ReadonlyMap<string, string>

const hashNames = ['entries', 'dynamic', 'last', 'definitions', 'disabled', 'counts', 'jobs'] as const
type Hashes = Readonly<Record<(typeof hashNames)[number], Fields>>

function standingIn({ definitions, last, disabled, counts }: Hashes, name: string): Standing | null {
  const sinceText = /^(\d+) /.exec(definitions.get(name) ?? '')?.[1]
  if (sinceText === undefined) return null
  const runs = Number(counts.get(name) ?? 0)
  return standingOf(Number(last.get(name) ?? 0), Number(sinceText), disabled.get(name) ?? null, runs)
}

function entryIn(hashes: Hashes, name: string): KnownEntry | null {
  const published = hashes.entries.get(name)
  const text = published ?? hashes.dynamic.get(name)
  if (text === undefined) return null
  const disabled = hashes.disabled.get(name)
  return {
    name,
    source: published === undefined ? 'dynamic' : 'file',
    text,
    standing: standingIn(hashes, name),
    disabledUntilMs: disabled === undefined ? null : Number(disabled),
    lastJobId: hashes.jobs.get(name)?.split(' ').at(-1) ?? null,
  }
}

async function oneField({ redis }: Store, key: string, name: string): Promise<Fields> {
  const value = await redis.hget(key, name)
  return new Map(value === null ? [] : [[name, value]])
}

async function hashesOf(store: Store, keys: RecurringKeys, name: string | null): Promise<Hashes> {
  const read = (key: string) => (name === null ? readHash(store.redis, key) : oneField(store, key, name))
  const fields = await Promise.all(hashNames.map((hash) => read(keys[hash])))
  const pairs = hashNames.map((hash, index) => [hash, fields[index] ?? new Map()])
  return Object.fromEntries(pairs) as Hashes
}

/** Every entry, or the one of a name, by name in alphabetical order. */
export async function snapshot(
  store: Store,
  keys: RecurringKeys,
  name: string | null = null,
): Promise<KnownEntry[]> {
  const hashes = await hashesOf(store, keys, name)
  const names = new Set([...hashes.entries.keys(), ...hashes.dynamic.keys()])
  const known: KnownEntry[] = []
  const pace = new Pace()
  for (const each of [...names].sort()) {
    const entry = entryIn(hashes, each)
    if (entry !== null) known.push(entry)
    if (pace.isOver) await pace.rest()
  }
  return known
}
