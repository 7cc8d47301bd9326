// Entries for tests, from maps as a schedule file has them.

import { parseEntry, type ScheduleEntry } from '../../src/recurring/entry.ts'

/** @throws Error when the map is no good entry */
export function entryOf(name: string, config: Readonly<Record<string, unknown>>): ScheduleEntry {
  const { entry, problems } = parseEntry(name, { class: 'Job', queue: 'low', ...config })
  if (entry === null) throw new Error(JSON.stringify(problems))
  return entry
}
