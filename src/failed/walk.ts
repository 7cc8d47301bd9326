// Walks over the failed list from the oldest entry to the newest that was there at the start, while workers add
// to it and other people take entries off.
//
// New entries come in at the tail, so what has not been seen yet can only move towards the head. The walk
// remembers the last entry that it left behind (its anchor): when another one stands in its place, entries in
// front of it have been taken off, and it is looked for further ahead. Nothing is passed over.

import type { Store } from '../redis/store.ts'
import { type Entry, pageSize, readEntries } from './entries.ts'

/** What became of an entry: it is off the list, something else stood in its place, or it stays, under this key. */
export type Fate = 'taken' | 'missed' | { readonly stays: string }

export interface Page {
  /** The oldest first. */
  readonly entries: readonly Entry[]
  /** Length of the list when they were read. */
  readonly total: number
}

interface Position {
  /** Entries before this one have been seen. */
  cursor: number
  /** Entries from this one on were not there at the start. */
  end: number
  /** The key of the entry before the cursor. */
  anchor: string | null
}

/** Looks for the anchor nearer to the head; without it every entry is looked at again. */
async function findAgain(store: Store, position: Position): Promise<void> {
  const { cursor, anchor } = position
  for (let to = cursor - 1; to > 0; to -= pageSize) {
    const from = Math.max(0, to - pageSize)
    const { entries } = await readEntries(store, from, to - from)
    const found = entries.findLast(({ key }) => key === anchor)
    if (found === undefined) continue
    position.end -= cursor - 1 - found.index
    position.cursor = found.index + 1
    return
  }
  Object.assign(position, { cursor: 0, anchor: null })
}

/** After a page: what is off the list brings the rest nearer, what stays is behind us. */
function advance(position: Position, fates: readonly Fate[]): void {
  for (const fate of fates) {
    if (fate === 'taken') position.end--
    else if (fate !== 'missed') {
      position.cursor++
      position.anchor = fate.stays
    }
  }
}

/** Up to the first entry that was missed: all after it stand elsewhere by now, and are read anew. */
function untilMissed(fates: readonly Fate[]): Fate[] {
  const missed = fates.indexOf('missed')
  if (missed === -1) return [...fates]
  return [...fates.slice(0, missed), ...fates.slice(missed).filter((fate) => fate === 'taken')]
}

/** Hands the list over page by page; `visit` says what became of each entry, and ends the walk with null. */
export async function walk(
  store: Store,
  visit: (page: Page) => Promise<readonly Fate[] | null>,
): Promise<void> {
  const { entries: newest, total: atStart } = await readEntries(store, -1, 1)
  const last = newest[0]?.bytes ?? null
  const position: Position = { cursor: 0, end: atStart, anchor: null }
  while (position.cursor < position.end) {
    const { cursor, anchor } = position
    const overlap = anchor === null ? 0 : 1
    const page = await readEntries(store, cursor - overlap, pageSize + overlap, last)
    if (anchor !== null && page.entries[0]?.key !== anchor) {
      await findAgain(store, position)
      continue
    }
    position.end = Math.min(position.end, page.total, (page.lastIndex ?? page.total) + 1)
    const entries = page.entries.slice(overlap).filter(({ index }) => index < position.end)
    if (entries.length === 0) return
    const fates = await visit({ entries, total: page.total })
    if (fates === null) return
    advance(position, untilMissed(fates))
  }
}

/** Hands the list over page by page from the newest entry to the oldest. */
export async function walkBack(store: Store, visit: (page: Page) => boolean): Promise<void> {
  let { total: to } = await readEntries(store, -1, 1)
  while (to > 0) {
    const from = Math.max(0, to - pageSize)
    const { entries, total } = await readEntries(store, from, to - from)
    if (!visit({ entries, total })) return
    to = from
  }
}
