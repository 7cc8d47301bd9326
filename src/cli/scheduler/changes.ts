// What differs between two schedules, entry by entry.

import type { ScheduleEntry } from '../../recurring/entry.ts'

export interface Changes {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly unchanged: readonly string[]
}

/** All that an entry says. Its next runs are no part of it, and would be found when they are read. */
function textOf(entry: ScheduleEntry): string {
  const names = Object.keys(entry).filter((name) => name !== 'next')
  return JSON.stringify(names.sort().map((name) => [name, entry[name as keyof ScheduleEntry]]))
}

export function changesBetween(before: readonly ScheduleEntry[], after: readonly ScheduleEntry[]): Changes {
  const old = new Map(before.map((entry) => [entry.name, textOf(entry)]))
  const now = new Map(after.map((entry) => [entry.name, textOf(entry)]))
  const kept = [...now.keys()].filter((name) => old.has(name))
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    changed: kept.filter((name) => old.get(name) !== now.get(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)),
    unchanged: kept.filter((name) => old.get(name) === now.get(name)),
  }
}
