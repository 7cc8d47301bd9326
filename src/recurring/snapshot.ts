// Everything that Redis knows of recurring entries at one moment, for who asks: their texts, where their clocks
// stand, their last jobs.

import type { RecurringKeys } from '../redis/keys.ts'
import type { Store } from '../redis/store.ts'
import { type ReadEntry, readDynamic } from './dynamic.ts'
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

type Fields = Readonly<Record<string, string | null>>

interface Hashes {
  readonly entries: Fields
  readonly dynamic: Fields
  readonly last: Fields
  readonly definitions: Fields
  readonly disabled: Fields
  readonly counts: Fields
  readonly jobs: Fields
}

const hashNames = ['entries', 'dynamic', 'last', 'definitions', 'disabled', 'counts', 'jobs'] as const

function standingIn({ definitions, last, disabled, counts }: Hashes, name: string): Standing | null {
  const sinceText = /^(\d+) /.exec(definitions[name] ?? '')?.[1]
  if (sinceText === undefined) return null
  const runs = Number(counts[name] ?? 0)
  return standingOf(Number(last[name] ?? 0), Number(sinceText), disabled[name] ?? null, runs)
}

function entryIn(hashes: Hashes, name: string): KnownEntry | null {
  const published = hashes.entries[name] ?? null
  const text = published ?? hashes.dynamic[name] ?? null
  if (text === null) return null
  const disabled = hashes.disabled[name] ?? null
  return {
    name,
    source: published === null ? 'dynamic' : 'file',
    text,
    standing: standingIn(hashes, name),
    disabledUntilMs: disabled === null ? null : Number(disabled),
    lastJobId: hashes.jobs[name]?.split(' ').at(-1) ?? null,
  }
}

/** Redis answers a pipeline with an error beside each reply. */
function repliesOf(replies: [Error | null, unknown][] | null): unknown[] {
  return (replies ?? []).map(([error, reply]) => {
    if (error !== null) throw error
    return reply
  })
}

async function hashesOf(store: Store, keys: RecurringKeys, name: string | null): Promise<Hashes> {
  const pipeline = store.redis.pipeline()
  for (const hash of hashNames) {
    if (name === null) pipeline.hgetall(keys[hash])
    else pipeline.hget(keys[hash], name)
  }
  const replies = repliesOf(await pipeline.exec())
  const fieldsOf = (reply: unknown): Fields =>
    name === null ? (reply as Fields) : { [name]: reply as string | null }
  const pairs = hashNames.map((hash, index) => [hash, fieldsOf(replies[index])])
  return Object.fromEntries(pairs) as Hashes
}

/** Every entry, or the one of a name, by name in alphabetical order. */
export async function snapshot(
  store: Store,
  keys: RecurringKeys,
  name: string | null = null,
): Promise<KnownEntry[]> {
  const hashes = await hashesOf(store, keys, name)
  const names = new Set([...Object.keys(hashes.entries), ...Object.keys(hashes.dynamic)])
  return [...names]
    .sort()
    .map((each) => entryIn(hashes, each))
    .filter((entry) => entry !== null)
}
