// What clocks do to entries, in words.

import { describe, expect, test } from 'vitest'
import { zoneNamed } from '../../src/recurring/cron-zone.ts'
import { dstDays } from '../../src/recurring/dst-days.ts'
import { changesOf, changeText, cronOf, dstMark, markText } from '../../src/recurring/dst-marks.ts'
import { entryOf } from './schedule-entries.ts'

const year = { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2027, 0, 1) }

function days(cron: string, more: Readonly<Record<string, unknown>> = {}): [string, string][] {
  return dstDays(entryOf('e', { cron, ...more }), year).map(({ effect, text }) => [effect, text])
}

describe('the line of a change', () => {
  test.each([
    ['Europe/Berlin', ['2026-03-29 02:00 → 03:00 Europe/Berlin: clocks go forward']],
    ['Asia/Kolkata', []],
    ['Australia/Lord_Howe', ['2026-04-05 02:00 → 01:30 Australia/Lord_Howe: clocks go back']],
    ['Africa/Cairo', ['2026-04-24 00:00 → 01:00 Africa/Cairo: clocks go forward']],
  ])('of %s', (zone, lines) => {
    const spring = { fromMs: Date.UTC(2026, 2, 1), toMs: Date.UTC(2026, 4, 1) }
    expect(changesOf([zone], spring).map(changeText)).toEqual(lines)
  })

  test('names both days when midnight comes twice', () => {
    const autumn = { fromMs: Date.UTC(2026, 9, 1), toMs: Date.UTC(2026, 10, 1) }
    expect(changesOf(['Africa/Cairo'], autumn).map(changeText)).toEqual([
      '2026-10-30 00:00 → 2026-10-29 23:00 Africa/Cairo: clocks go back',
    ])
  })

  test('a change at the beginning of the span is in it, one at its end is not', () => {
    const atMs = Date.UTC(2026, 2, 29, 1)
    expect(changesOf(['Europe/Berlin'], { fromMs: atMs, toMs: atMs + 1 })).toHaveLength(1)
    expect(changesOf(['Europe/Berlin'], { fromMs: atMs - 1, toMs: atMs })).toEqual([])
  })
})

describe('the days of an entry', () => {
  test('at a fixed time that is skipped and comes twice', () => {
    expect(days('30 2 * * * Europe/Berlin')).toEqual([
      ['shifted', '02:30 does not exist: runs once, at 2026-03-29 03:00 +02:00 (2026-03-29T01:00:00Z)'],
      [
        'kept once',
        '02:30 comes twice: runs the first time only, at 2026-10-25 02:30 +02:00 (2026-10-25T00:30:00Z)',
      ],
    ])
  })

  test('at several fixed times of that hour', () => {
    expect(days('0,30 2 * * * Europe/Berlin').map(([, text]) => text)).toEqual([
      '02:00 and 02:30 do not exist: runs once, at 2026-03-29 03:00 +02:00 (2026-03-29T01:00:00Z)',
      '02:00 and 02:30 come twice: they run the first time only, from 2026-10-25 02:00 +02:00 (2026-10-25T00:00:00Z) on',
    ])
  })

  test('that keeps its pace', () => {
    expect(days('*/15 * * * * Europe/Berlin')).toEqual([
      ['left out', '02:00 to 02:45 (4 times) do not exist: left out, and it goes on by the new clock'],
      ['repeated', '02:00 to 02:45 (4 times) come twice: it keeps its pace and runs both times'],
    ])
  })

  test('that is not touched, has no clock to follow, or does not run then', () => {
    expect(days('0 9 * * * Europe/Berlin').map(([effect]) => effect)).toEqual(['none', 'none'])
    expect(days('0 9 * * * UTC')).toEqual([])
    expect(days('30 2 * * * Europe/Berlin', { ends_at: '2026-06-01' })).toHaveLength(1)
    expect(days('30 2 * * * Europe/Berlin', { enabled: false })).toEqual([])
    const interval = dstDays(entryOf('i', { every: '1d', timezone: 'Europe/Berlin' }), year)
    expect(interval.map(({ effect }) => effect)).toEqual(['none', 'none'])
  })

  test('with jitter: the run is told as it will be', () => {
    const [first] = dstDays(entryOf('jittery', { cron: '30 2 * * * Europe/Berlin', jitter: '10m' }), year)
    const changeMs = Date.UTC(2026, 2, 29, 1)
    expect(first?.runMs).toBeGreaterThan(changeMs)
    expect(first?.runMs).toBeLessThan(changeMs + 600_000)
  })
})

test('a correction of the calendar marks nothing: every job follows it', () => {
  const cron = cronOf(entryOf('samoa', { cron: '0 0 * * * Pacific/Apia' }))
  const [change] = zoneNamed('Pacific/Apia').changes(Date.UTC(2011, 11, 1), Date.UTC(2012, 0, 1))
  if (cron === null || change === undefined) throw new Error('Samoa has skipped a day in December 2011')
  expect(dstMark(cron, change, change.atMs)).toBeNull()
})

test('marks in words', () => {
  const wallMs = Date.UTC(2026, 2, 29, 2, 30)
  expect(markText({ kind: 'shifted', wallMs })).toBe('shifted: 02:30 does not exist that day')
  expect(markText({ kind: 'kept once', wallMs })).toBe('kept once: 02:30 comes twice')
})
