// What a deploy would change: the entries of a schedule file against those that are in force, key by key. Pure.

import { isDeepStrictEqual } from 'node:util'
import type { ScheduleEntry } from './entry.ts'
import { parseEntry } from './entry.ts'
import { entryToPlain } from './entry-plain.ts'
import { nextPlanned, type Standing, timingText } from './standing.ts'

/** A key of an entry, as a schedule file writes it; undefined where the entry does not have it. */
export interface FieldChange {
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

export interface EntryChange {
  readonly name: string
  readonly before: ScheduleEntry
  readonly after: ScheduleEntry
  readonly fields: readonly FieldChange[]
}

export interface ScheduleDiff {
  readonly added: readonly ScheduleEntry[]
  readonly changed: readonly EntryChange[]
  readonly removed: readonly ScheduleEntry[]
  readonly unchanged: readonly ScheduleEntry[]
}

/** The keys in which two entries differ, in alphabetical order; how they are spelt does not matter. */
export function fieldChanges(before: ScheduleEntry, after: ScheduleEntry): FieldChange[] {
  const [old, fresh] = [plainOf(before), plainOf(after)]
  // Without --jobs nobody knows the queue that a class names itself: that is no change.
  if (after.queue === null && before.class === after.class) fresh['queue'] = old['queue']
  const fields = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].sort()
  return fields
    .map((field) => ({ field, before: old[field], after: fresh[field] }))
    .filter((change) => !isDeepStrictEqual(change.before, change.after))
}

/** Written and read once more, so that both sides have gone the same way. Blanks in a cron have no meaning. */
function plainOf(entry: ScheduleEntry): Record<string, unknown> {
  const again = parseEntry(entry.name, entryToPlain(entry)).entry ?? entry
  return entryToPlain({
    ...again,
    cron: again.cron === null ? null : again.cron.trim().split(/\s+/).join(' '),
  })
}

/** Entries are told apart by their names. */
export function diffSchedules(
  before: readonly ScheduleEntry[],
  after: readonly ScheduleEntry[],
): ScheduleDiff {
  const old = new Map(before.map((entry) => [entry.name, entry]))
  const names = new Set(after.map(({ name }) => name))
  const added: ScheduleEntry[] = []
  const changed: EntryChange[] = []
  const unchanged: ScheduleEntry[] = []
  for (const entry of after) {
    const known = old.get(entry.name)
    const fields = known === undefined ? [] : fieldChanges(known, entry)
    if (known === undefined) added.push(entry)
    else if (fields.length > 0) changed.push({ name: entry.name, before: known, after: entry, fields })
    else unchanged.push(entry)
  }
  return { added, changed, removed: before.filter(({ name }) => !names.has(name)), unchanged }
}

/** Where the clock of an entry stands that is put in force at `nowMs`. */
export function freshStanding(nowMs: number): Standing {
  return { hasRun: false, atMs: nowMs, sinceMs: nowMs, runs: 0 }
}

/**
 * Where it stands after a deploy at `nowMs`, by the rule of register.lua: the same, unless its timing changes;
 * then it runs so from now on, an interval still counting from its last run.
 */
export function standingAfter({ before, after }: EntryChange, standing: Standing, nowMs: number): Standing {
  if (timingText(before) === timingText(after)) return standing
  const sinceMs = Math.max(standing.sinceMs, nowMs)
  return standing.hasRun ? { ...standing, sinceMs } : { ...standing, atMs: nowMs, sinceMs }
}

/** The next planned runs after `nowMs`, epoch milliseconds; fewer than `count` when there are no more. */
export function nextRuns(
  entry: ScheduleEntry,
  standing: Standing,
  { nowMs, count }: { readonly nowMs: number; readonly count: number },
): number[] {
  const left = entry.limit === null ? count : Math.min(count, Math.max(0, entry.limit - standing.runs))
  const runs: number[] = []
  let next = nextPlanned(entry, standing, nowMs)
  while (next !== null && runs.length < left) {
    runs.push(next)
    next = nextPlanned(entry, standing, next)
  }
  return runs
}
