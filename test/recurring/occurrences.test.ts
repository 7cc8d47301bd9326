// Which runs are planned: the public lists, and the daemon's questions.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ScheduleEntry } from '../../src/recurring/entry.ts'
import { parseEntry } from '../../src/recurring/entry.ts'
import {
  jitterOffsetMs,
  nextOccurrences,
  plannedAfter,
  plannedBefore,
  previousOccurrence,
} from '../../src/recurring/occurrences.ts'

function entry(value: object, name = 'Job'): ScheduleEntry {
  const { entry: parsed, problems } = parseEntry(name, value, { timezone: 'UTC' })
  if (parsed === null) throw new Error(JSON.stringify(problems))
  return parsed
}

const from = new Date('2026-03-28T12:00:00Z')
const anchorMs = from.getTime()
const seconds = (at: number | null) => (at === null ? null : (at - anchorMs) / 1000)

describe('nextOccurrences', () => {
  it('lists the next runs of a cron in a zone', () => {
    const dates = nextOccurrences('30 2 * * *', { from, count: 3, timezone: 'Europe/Berlin' })
    expect(dates.map((date) => date.toISOString())).toEqual([
      ...['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z', '2026-03-31T00:30:00.000Z'],
    ])
  })

  it('lists five when not told how many, and as few as there are', () => {
    expect(nextOccurrences('@hourly')).toHaveLength(5)
    expect(nextOccurrences('@hourly', { count: 0 })).toEqual([])
    expect(nextOccurrences('0 0 30 2 *', { count: 3 })).toEqual([])
  })

  it('lists the runs of an entry, an interval counting from the start', () => {
    const dates = nextOccurrences(entry({ every: ['1m', { first_in: '10s' }] }), { from: anchorMs, count: 3 })
    expect(dates.map((date) => seconds(date.getTime()))).toEqual([10, 70, 130])
    const anchored = nextOccurrences(entry({ every: '1m' }), { from, count: 2, anchor: anchorMs - 15_000 })
    expect(anchored.map((date) => seconds(date.getTime()))).toEqual([45, 105])
  })

  it.each([-1, 1.5, 1e9, Number.NaN])('refuses the count %d', (count) => {
    expect(() => nextOccurrences('@hourly', { count })).toThrow(
      expect.objectContaining({ argument: 'count' }),
    )
  })

  it('refuses a start that is no date, a bad cron and a bad zone', () => {
    expect(() => nextOccurrences('@hourly', { from: new Date(Number.NaN) })).toThrow(/from is no date/)
    expect(() => nextOccurrences('61 * * * *')).toThrow(/minute "61"/)
    expect(() => nextOccurrences('@hourly', { timezone: 'x' })).toThrow(/unknown time zone/)
  })
})

describe('previousOccurrence', () => {
  it('is the last run before a moment', () => {
    expect(previousOccurrence('@daily', { from, timezone: 'UTC' })).toEqual(new Date('2026-03-28T00:00:00Z'))
    expect(previousOccurrence('0 0 30 2 *', { from })).toBeNull()
    const half = entry({ every: '30m' })
    expect(previousOccurrence(half, { from, anchor: anchorMs - 7_000_000 })).toEqual(
      new Date(anchorMs - 1_600_000),
    )
    expect(previousOccurrence(half, { from })).toBeNull()
  })
})

describe('plannedAfter', () => {
  it('a manual or disabled entry has none', () => {
    expect(plannedAfter(entry({}), anchorMs, anchorMs)).toBeNull()
    expect(plannedAfter(entry({ every: '1m', enabled: false }), anchorMs, anchorMs)).toBeNull()
  })

  it('an interval runs first after one interval, and then in its rhythm', () => {
    const minute = entry({ every: '1m' })
    expect(
      [0, 59, 60, 61, 3600].map((at) => seconds(plannedAfter(minute, anchorMs + at * 1000, anchorMs))),
    ).toEqual([...[60, 60, 120, 120, 3660]])
    expect(seconds(plannedAfter(minute, anchorMs - 1e9, anchorMs))).toBe(60)
  })

  it('after first_in, and then in its rhythm from there', () => {
    const soon = entry({ every: ['1h', { first_in: '10s' }] })
    expect([0, 10, 3610].map((at) => seconds(plannedAfter(soon, anchorMs + at * 1000, anchorMs)))).toEqual([
      10, 3610, 7210,
    ])
  })

  it('first_in 0 is at once', () => {
    const now = entry({ every: ['1h', { first_in: 0 }] })
    expect(seconds(plannedAfter(now, anchorMs - 1, anchorMs))).toBe(0)
  })

  it('first_at is the first of an interval, wherever the anchor is', () => {
    const fixed = entry({ every: ['1h', { first_at: '2026-03-28T09:15:00Z' }] })
    expect(plannedAfter(fixed, anchorMs, anchorMs)).toBe(Date.parse('2026-03-28T12:15:00Z'))
    expect(plannedAfter(fixed, 0, anchorMs)).toBe(Date.parse('2026-03-28T09:15:00Z'))
  })

  it('an interval with fractions is rounded up, never early', () => {
    const odd = entry({ every: '1.5s' })
    const times = [0, 2, 3, 5].map((at) => seconds(plannedAfter(odd, anchorMs + at * 1000, anchorMs)))
    expect(times).toEqual([2, 3, 5, 6])
    expect(seconds(plannedAfter(entry({ every: '1m' }), anchorMs, anchorMs + 1))).toBe(61)
  })

  it('starts_at and ends_at bound both kinds, ends_at included', () => {
    const bounds = { starts_at: '2026-03-28T12:10:00Z', ends_at: '2026-03-28T12:12:00Z' }
    for (const kind of [{ cron: '* * * * *' }, { every: '1m' }]) {
      const dates = nextOccurrences(entry({ ...kind, ...bounds }), { from, count: 9 })
      expect(dates.map((date) => seconds(date.getTime()))).toEqual([600, 660, 720])
    }
  })

  it('a cron with first_in or first_at does not run before', () => {
    const later = entry({ cron: ['* * * * *', { first_in: '5m' }] })
    expect(seconds(plannedAfter(later, anchorMs, anchorMs))).toBe(300)
    const fixed = entry({ cron: ['* * * * *', { first_at: '2026-03-28T12:30:00Z' }] })
    expect(seconds(plannedAfter(fixed, anchorMs, anchorMs))).toBe(1800)
  })
})

describe('jitter', () => {
  it('moves all runs of an entry by the same whole seconds, less than the jitter', () => {
    const moved = entry({ cron: '*/10 * * * *', jitter: '5m' })
    const offsetMs = jitterOffsetMs(moved)
    expect(offsetMs).toBeGreaterThan(0)
    expect(offsetMs).toBeLessThan(300_000)
    const dates = nextOccurrences(moved, { from, count: 4 })
    const unmoved = nextOccurrences(entry({ cron: '*/10 * * * *' }), { from: anchorMs - offsetMs, count: 4 })
    expect(dates.map((date) => date.getTime() - offsetMs)).toEqual(unmoved.map((date) => date.getTime()))
  })

  it('depends on the name alone, and spreads names', () => {
    const offsets = Array.from({ length: 200 }, (_, index) =>
      jitterOffsetMs({ name: `job ${index}`, jitterSeconds: 60 }),
    )
    expect(new Set(offsets).size).toBeGreaterThan(45)
    expect(Math.max(...offsets)).toBeLessThan(60_000)
    expect(offsets.every((offset) => offset % 1000 === 0)).toBe(true)
    expect(jitterOffsetMs({ name: 'nightly', jitterSeconds: 30 })).toBe(
      jitterOffsetMs({ name: 'nightly', jitterSeconds: 30 }),
    )
    expect(jitterOffsetMs({ name: 'nightly', jitterSeconds: 0.5 })).toBe(0)
  })
})

describe('plannedBefore', () => {
  const anyEntry = fc
    .record({
      timing: fc.constantFrom<object>(
        ...[
          { cron: '*/7 * * * *' },
          { every: '90s' },
          { every: '1.5s' },
          { every: ['1h', { first_in: '10s' }] },
        ],
        ...[{ cron: '30 2 * * * Europe/Berlin' }, { every: ['1h', { first_at: '2026-03-28T09:15:00Z' }] }],
      ),
      jitter: fc.constantFrom('0s', '45s'),
      bounds: fc.constantFrom<object>(
        {},
        { starts_at: '2026-03-28T11:00:00Z', ends_at: '2026-03-30T13:00:00Z' },
      ),
    })
    .map(({ timing, jitter, bounds }) => entry({ ...timing, jitter, ...bounds }))

  it('is the last of those that plannedAfter gives', () => {
    fc.assert(
      fc.property(anyEntry, fc.integer({ min: -200_000_000, max: 200_000_000 }), (some, distanceMs) => {
        const beforeMs = anchorMs + distanceMs
        const previous = plannedBefore(some, beforeMs, anchorMs)
        if (previous === null) return (plannedAfter(some, 0, anchorMs) ?? beforeMs) >= beforeMs
        const next = plannedAfter(some, previous, anchorMs)
        return (
          previous < beforeMs &&
          plannedAfter(some, previous - 1, anchorMs) === previous &&
          (next ?? beforeMs) >= beforeMs
        )
      }),
      { numRuns: 1000 },
    )
  })
})
