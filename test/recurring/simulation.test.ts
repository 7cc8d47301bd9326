// All runs in order of time: nothing left out, nothing twice, and the changes of clocks in their places.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { zoneNamed } from '../../src/recurring/cron-zone.ts'
import type { Span } from '../../src/recurring/dst-marks.ts'
import type { ScheduleEntry } from '../../src/recurring/entry.ts'
import { plannedAfter } from '../../src/recurring/occurrences.ts'
import { simulate } from '../../src/recurring/simulation.ts'
import { entryOf } from './schedule-entries.ts'

const hourMs = 3_600_000

function span(from: string, to: string): Span {
  return { fromMs: Date.parse(from), toMs: Date.parse(to) }
}

/** Each event as `<time> <name> <mark>`, or `<time> clocks`. */
function told(entries: readonly ScheduleEntry[], within: Span): string[] {
  return [...simulate(entries, within)].map((event) => {
    const at = new Date(event.atMs).toISOString().slice(5, 16)
    return event.kind === 'clocks'
      ? `${at} clocks`
      : `${at} ${event.entry.name} ${event.mark?.kind ?? ''}`.trim()
  })
}

/** The runs of one entry, by the search that the daemon uses. */
function plannedIn(entry: ScheduleEntry, { fromMs, toMs }: Span): number[] {
  const runs: number[] = []
  let next = plannedAfter(entry, fromMs - 1, fromMs)
  while (next !== null && next < toMs && runs.length < (entry.limit ?? Number.POSITIVE_INFINITY)) {
    runs.push(next)
    next = plannedAfter(entry, next, fromMs)
  }
  return runs
}

const nightly = entryOf('nightly', { cron: '30 2 * * * Europe/Berlin' })
const half = entryOf('half', { cron: '*/30 * * * * Europe/Berlin' })

describe('the order', () => {
  test('runs of all entries come in order of time, those of one moment in the order of the schedule', () => {
    const entries = [entryOf('b', { cron: '0 * * * * UTC' }), entryOf('a', { cron: '*/30 * * * * UTC' })]
    expect(told(entries, span('2026-01-01T00:00:00Z', '2026-01-01T01:30:00Z'))).toEqual([
      '01-01T00:00 b',
      '01-01T00:00 a',
      '01-01T00:30 a',
      '01-01T01:00 b',
      '01-01T01:00 a',
    ])
  })

  test('what never runs by itself is left out', () => {
    const entries = [entryOf('hand', {}), entryOf('off', { cron: '* * * * *', enabled: false })]
    expect(told(entries, span('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'))).toEqual([])
  })

  test('intervals and limits count from the beginning', () => {
    const entries = [
      entryOf('tick', { every: '20m' }),
      entryOf('twice', { cron: '*/10 * * * * UTC', limit: 2 }),
    ]
    expect(told(entries, span('2026-01-01T00:05:00Z', '2026-01-01T01:00:00Z'))).toEqual([
      '01-01T00:10 twice',
      '01-01T00:20 twice',
      '01-01T00:25 tick',
      '01-01T00:45 tick',
    ])
  })
})

describe('changes of clocks', () => {
  test('forward: the skipped run comes at the change, marked, after the line of the change', () => {
    expect(told([nightly, half], span('2026-03-29T00:30:00Z', '2026-03-29T02:00:00Z'))).toEqual([
      '03-29T00:30 half',
      '03-29T01:00 clocks',
      '03-29T01:00 nightly shifted',
      '03-29T01:00 half',
      '03-29T01:30 half',
    ])
  })

  test('back: the run of the first pass is marked, and there is none in the second', () => {
    expect(told([nightly, half], span('2026-10-25T00:30:00Z', '2026-10-25T02:00:00Z'))).toEqual([
      '10-25T00:30 nightly kept once',
      '10-25T00:30 half',
      '10-25T01:00 clocks',
      '10-25T01:00 half',
      '10-25T01:30 half',
    ])
  })

  test('the mark is found through the jitter, and just outside the span', () => {
    const late = entryOf('late', { cron: '30 2 * * * Europe/Berlin', jitter: '2h' })
    const [run] = [...simulate([late], span('2026-03-29T00:50:00Z', '2026-03-29T05:00:00Z'))].slice(-1)
    expect(run).toMatchObject({ kind: 'run', mark: { kind: 'shifted' } })
    expect(told([nightly], span('2026-10-25T00:30:00Z', '2026-10-25T00:31:00Z'))).toEqual([
      '10-25T00:30 nightly kept once',
    ])
  })

  test('zones that change together are one line, and entries without clocks have none', () => {
    const paris = entryOf('paris', { cron: '0 0 1 1 * Europe/Paris' })
    const tick = entryOf('tick', { every: '1d', timezone: 'America/New_York' })
    const events = [...simulate([nightly, paris, tick], span('2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z'))]
    const changes = events.filter(({ kind }) => kind === 'clocks')
    expect(changes).toMatchObject([{ change: { zones: ['Europe/Berlin', 'Europe/Paris'] } }])
  })
})

const crons = [
  '30 2 * * *',
  '*/7 * * * *',
  '0 0 * * *',
  '15 1,2,3 * * 0',
  '5 5 2-4 * * *',
  '0 2 29 2 *',
  '59 23 L * *',
]
const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Africa/Casablanca',
  'UTC',
]

const daysMs = 3 * 24 * hourMs
const changesMs = zones.flatMap((zone) =>
  zoneNamed(zone)
    .changes(Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1))
    .map(({ atMs }) => atMs),
)

const anyEntry = fc.record({
  cron: fc.tuple(fc.constantFrom(...crons), fc.constantFrom(...zones)).map((parts) => parts.join(' ')),
  jitter: fc.integer({ min: 0, max: 7200 }),
  ends_at: fc.option(fc.integer({ min: 1_767_225_600, max: 1_798_761_600 }), { nil: null }),
  limit: fc.option(fc.integer({ min: 1, max: 50 }), { nil: null }),
})

test('one entry runs exactly when the daemon would plan it, whatever its cron, zone, jitter and end', () => {
  const yearRound = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 31) })
  const nearChange = fc
    .constantFrom(...changesMs)
    .chain((atMs) => fc.integer({ min: atMs - daysMs, max: atMs }))
  const start = fc.oneof(yearRound, nearChange)
  fc.assert(
    fc.property(anyEntry, start, fc.integer({ min: 1, max: 96 }), (config, fromMs, hours) => {
      const entry = entryOf('any', config)
      const within = { fromMs, toMs: fromMs + hours * hourMs }
      const runs = [...simulate([entry], within)].filter(({ kind }) => kind === 'run').map(({ atMs }) => atMs)
      expect(runs).toEqual(plannedIn(entry, within))
    }),
    { numRuns: 300 },
  )
})

test('many entries together run as often as each alone, in order of time', () => {
  const entries = zones.flatMap((zone) =>
    crons.map((cron) => entryOf(`${cron} ${zone}`, { cron, timezone: zone })),
  )
  const within = span('2026-03-28T00:00:00Z', '2026-03-31T00:00:00Z')
  const times = [...simulate(entries, within)].filter(({ kind }) => kind === 'run').map(({ atMs }) => atMs)
  const alone = entries.flatMap((entry) => plannedIn(entry, within))
  expect(times).toEqual(alone.sort((a, b) => a - b))
})
