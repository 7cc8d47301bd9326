// What a deploy changes: key by key, whatever way it is written, and when entries run before and after.

import { describe, expect, test } from 'vitest'
import { parseEntry } from '../../src/recurring/entry.ts'
import { entryToPlain } from '../../src/recurring/entry-plain.ts'
import {
  diffSchedules,
  fieldChanges,
  freshStanding,
  nextRuns,
  standingAfter,
} from '../../src/recurring/schedule-diff.ts'
import { entryOf } from './schedule-entries.ts'

const nowMs = Date.UTC(2026, 0, 1)

describe('diffSchedules', () => {
  test('tells added, changed, removed and unchanged entries apart by their names', () => {
    const before = ['gone', 'same', 'other'].map((name) => entryOf(name, { every: '1h' }))
    const after = [entryOf('other', { every: '2h' }), entryOf('same', { every: '60m' }), entryOf('new', {})]
    const { added, changed, removed, unchanged } = diffSchedules(before, after)
    expect(added.map(({ name }) => name)).toEqual(['new'])
    expect(changed).toMatchObject([
      { name: 'other', fields: [{ field: 'every', before: '1h', after: '2h' }] },
    ])
    expect(removed.map(({ name }) => name)).toEqual(['gone'])
    expect(unchanged.map(({ name }) => name)).toEqual(['same'])
  })

  test('an empty file removes all, a first deploy adds all', () => {
    const entries = [entryOf('a', {}), entryOf('b', {})]
    expect(diffSchedules(entries, []).removed).toEqual(entries)
    expect(diffSchedules([], entries).added).toEqual(entries)
  })
})

describe('what is no change', () => {
  test.each([
    ['blanks in a cron', { cron: '0 8 * * *' }, { cron: ' 0  8 * * * ' }],
    [
      'where the zone stands',
      { cron: '0 8 * * * Europe/Berlin' },
      { cron: '0 8 * * *', timezone: 'Europe/Berlin' },
    ],
    [
      'a default written down',
      { every: '1h' },
      { every: 3600, overlap: 'allow', catch_up: 'last', enabled: true },
    ],
    ['one argument, alone or in a list', { args: 'a' }, { args: ['a'] }],
    ['the order of keys in a map', { args: [{ a: 1, b: 2 }] }, { args: [{ b: 2, a: 1 }] }],
    ['what Redis keeps of it', { every: ['1h', { first_in: '5m' }], env: 'a b', jitter: 30 }, null],
  ])('%s', (_, before, after) => {
    const old = entryOf('e', before)
    const stored = parseEntry('e', JSON.parse(JSON.stringify(entryToPlain(old)))).entry
    const fresh = after === null ? stored : entryOf('e', after)
    expect(fresh === null ? null : fieldChanges(old, fresh)).toEqual([])
  })

  test('a queue that only the class may know, unless the class is another', () => {
    const old = entryOf('e', { class: 'Mail', queue: 'mail' })
    expect(fieldChanges(old, entryOf('e', { class: 'Mail', queue: null }))).toEqual([])
    const other = fieldChanges(old, entryOf('e', { class: 'Post', queue: null }))
    expect(other.map(({ field }) => field)).toEqual(['class', 'queue'])
  })
})

describe('runs before and after', () => {
  const shown = { nowMs, count: 3 }
  const hours = (runs: readonly number[]): number[] => runs.map((atMs) => (atMs - nowMs) / 3_600_000)

  test('a new entry counts from now on', () => {
    expect(hours(nextRuns(entryOf('e', { every: '2h' }), freshStanding(nowMs), shown))).toEqual([2, 4, 6])
  })

  test('an interval that becomes longer still counts from its last run', () => {
    const [change] = diffSchedules([entryOf('e', { every: '2h' })], [entryOf('e', { every: '3h' })]).changed
    if (change === undefined) throw new Error('2h and 3h differ')
    const standing = { hasRun: true, atMs: nowMs - 3_600_000, sinceMs: nowMs - 90_000_000, runs: 0 }
    expect(hours(nextRuns(change.before, standing, shown))).toEqual([1, 3, 5])
    expect(hours(nextRuns(change.after, standingAfter(change, standing, nowMs), shown))).toEqual([2, 5, 8])
  })

  test('an interval that has not run yet begins anew with another timing, and goes on with other arguments', () => {
    const standing = { hasRun: false, atMs: nowMs - 3_600_000, sinceMs: nowMs - 3_600_000, runs: 0 }
    const before = entryOf('e', { every: '2h' })
    const [timing] = diffSchedules([before], [entryOf('e', { every: '3h' })]).changed
    const [args] = diffSchedules([before], [entryOf('e', { every: '2h', args: [1] })]).changed
    if (timing === undefined || args === undefined) throw new Error('both differ')
    expect(hours(nextRuns(timing.after, standingAfter(timing, standing, nowMs), shown))).toEqual([3, 6, 9])
    expect(hours(nextRuns(args.after, standingAfter(args, standing, nowMs), shown))).toEqual([1, 3, 5])
  })

  test('no more runs than the limit leaves, and none of a disabled entry', () => {
    const entry = entryOf('e', { every: '1h', limit: 3 })
    expect(hours(nextRuns(entry, { ...freshStanding(nowMs), runs: 1 }, shown))).toEqual([1, 2])
    expect(nextRuns(entry, { ...freshStanding(nowMs), sinceMs: Number.POSITIVE_INFINITY }, shown)).toEqual([])
  })
})
