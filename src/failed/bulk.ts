// Retries or takes off many records: all those that are meant, of those on the list at the start, the oldest
// first. Each call of Redis does a bounded number of them.

import { replyList, type Store } from '../redis/store.ts'
import { type Entry, type FailedJob, failedJob } from './entries.ts'
import { type Fate, type Page, walk } from './walk.ts'

export interface FailedProgress {
  /** How many were retried, or taken off, so far. */
  readonly done: number
  /** How many were not, since their queue's key holds something else than a list. They stay. */
  readonly refused: number
  /** How many entries have been looked at, and how many there were at the start. */
  readonly seen: number
  readonly total: number
}

export interface BulkOptions {
  /** Is told after each step; what it returns is waited for. */
  readonly onProgress?: (progress: FailedProgress) => unknown
  /** Only counts. */
  readonly dryRun?: boolean
}

interface WalkOptions extends BulkOptions {
  /** Only the oldest are meant: a page of records without any of them ends it. */
  readonly isOldestFirst?: boolean
}

/** What a script says of one record. */
export interface Answer {
  readonly fate: Fate
  readonly done: boolean
  /** Why its queue did not take the job. */
  readonly refusal?: string
}

/** Acts on entries in one script call: their positions ascend. */
export type Act = (entries: readonly Entry[]) => Promise<readonly Answer[]>

/** Reads one script's reply: `taken`, `missed`, `refused why`, or the key under which the record stays. */
export function answers(reply: unknown, entries: readonly Entry[]): Answer[] {
  return replyList(reply).map((word, row) => {
    const text = String(word)
    if (text === 'taken' || text === 'missed') return { fate: text, done: text === 'taken' }
    if (!text.startsWith('refused ')) return { fate: { stays: text }, done: true }
    const stays = entries[row]?.key ?? ''
    return { fate: { stays }, done: false, refusal: text.slice('refused '.length) }
  })
}

/**
 * A script goes to each record past all that lie before it: the deeper they lie, the fewer in one call. The one
 * LREM at its end passes over all of them once more, so there is no gain in very few.
 */
function mostAtOnce(index: number): number {
  return Math.min(250, Math.max(25, Math.floor(5_000_000 / (index + 1))))
}

/** Acts in bounded steps; what one step takes off brings the next ones nearer. */
async function inSteps(entries: readonly Entry[], act: Act): Promise<Answer[]> {
  const all: Answer[] = []
  let taken = 0
  while (all.length < entries.length) {
    const from = all.length
    const step = entries.slice(from, from + mostAtOnce(entries[from]?.index ?? 0))
    const moved = step.map((entry) => ({ ...entry, index: entry.index - taken }))
    const done = await act(moved)
    taken += done.filter(({ fate }) => fate === 'taken').length
    all.push(...done)
  }
  return all
}

/** Whether a record is meant; null is an entry that is no record. */
export type Picks = (job: FailedJob | null, entry: Entry, page: Page) => boolean

/** Acts on all records that are meant. Resolves to how many it did. */
export async function actOnAll(
  store: Store,
  picks: Picks,
  act: Act,
  { onProgress, dryRun = false, isOldestFirst = false }: WalkOptions,
): Promise<number> {
  const progress = { done: 0, refused: 0, seen: 0, total: 0 }
  await walk(store, async (page) => {
    if (progress.total === 0) progress.total = page.total
    const meant = page.entries.filter((entry) => picks(failedJob(entry), entry, page))
    if (isOldestFirst && meant.length === 0 && page.entries.some((entry) => failedJob(entry))) return null
    const answered = dryRun ? [] : await inSteps(meant, act)
    progress.done += dryRun ? meant.length : answered.filter(({ done }) => done).length
    progress.refused += answered.filter(({ refusal }) => refusal !== undefined).length
    const fates = new Map(answered.map(({ fate }, row) => [meant[row]?.index, fate]))
    const all = page.entries.map(({ index, key }): Fate => fates.get(index) ?? { stays: key })
    progress.seen = Math.min(progress.total, progress.seen + all.filter((fate) => fate !== 'missed').length)
    await onProgress?.({ ...progress })
    return all
  })
  return progress.done
}
