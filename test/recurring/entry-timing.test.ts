// When an entry runs, in every shape that Ruby takes.

import { describe, expect, it } from 'vitest'
import type { ScheduleEntry } from '../../src/recurring/entry.ts'
import { parseEntry } from '../../src/recurring/entry.ts'

function read(value: object, timezone?: string): { entry: ScheduleEntry | null; said: string } {
  const { entry, problems } = parseEntry('Job', value, { timezone })
  return { entry, said: problems.map(({ severity, message }) => `${severity}: ${message}`).join('\n') }
}

describe('cron', () => {
  it('is kept as given', () => {
    expect(read({ cron: ' 5 4 * * * ' }).entry).toMatchObject({
      kind: 'cron',
      cron: ' 5 4 * * * ',
      timezone: null,
    })
  })

  it('may stand in a list, with options', () => {
    expect(read({ cron: ['5 4 * * *'] }).entry?.cron).toBe('5 4 * * *')
    const { entry } = read({ cron: ['5 4 * * *', { first_in: '1h', times: 3 }] })
    expect(entry).toMatchObject({ cron: '5 4 * * *', firstInSeconds: 3600, limit: 3 })
  })

  it('takes its zone from the text, the key, or the file, in this order', () => {
    expect(read({ cron: '5 4 * * * Asia/Tokyo' }, 'UTC').entry?.timezone).toBe('Asia/Tokyo')
    expect(read({ cron: '5 4 * * *', timezone: 'Asia/Tokyo' }, 'UTC').entry?.timezone).toBe('Asia/Tokyo')
    expect(read({ cron: '5 4 * * *' }, 'UTC').entry?.timezone).toBe('UTC')
  })

  it('with two different zones is an error', () => {
    expect(read({ cron: '5 4 * * * Asia/Tokyo', timezone: 'Europe/Berlin' }).said).toMatch(
      /^error: .*Keep one/,
    )
    expect(read({ cron: '5 4 * * * Asia/Tokyo', timezone: 'Asia/Tokyo' }).said).toBe('')
  })

  it.each([[5], [true], [{}], [[]], [['5 4 * * *', 'x']], [['5 4 * * *', {}, {}]]])(
    '%j is refused',
    (cron) => {
      expect(read({ cron }).said).toMatch(/^error: cron must be a text/)
    },
  )

  it('that never fires is a warning', () => {
    expect(read({ cron: '0 0 30 2 *' }).said).toMatch(/^warning: .*never fires/)
  })

  it('that says more than it means is a warning', () => {
    expect(read({ cron: '0 0 1-31 * 1' }).said).toMatch(/^warning: .*runs every day/)
  })

  it('wins over every, with a warning', () => {
    const { entry, said } = read({ cron: '5 4 * * *', every: '1m' })
    expect([entry?.kind, entry?.everySeconds]).toEqual(['cron', null])
    expect(said).toMatch(/^warning: cron and every/)
  })

  it('that is empty makes the entry manual, with a warning', () => {
    const { entry, said } = read({ cron: null })
    expect(entry?.kind).toBe('manual')
    expect(said).toMatch(/^warning: cron is empty/)
    expect(read({ cron: '' }).said).toMatch(/^error: .*it is empty/)
  })
})

describe('every', () => {
  it.each([
    ['30s', 30],
    [90, 90],
    [['5m'], 300],
    [[5400], 5400],
  ])('%j is %d seconds', (every, seconds) => {
    expect(read({ every }).entry).toMatchObject({
      kind: 'every',
      everySeconds: seconds,
      firstInSeconds: null,
    })
  })

  it('takes the options of rufus-scheduler that concern time', () => {
    const options = {
      first_in: '10s',
      first_at: '2027-01-01T00:00:00Z',
      last_at: '2027-06-01T00:00:00Z',
      times: 5,
    }
    expect(read({ every: ['1h', options] }).entry).toMatchObject({
      ...{ firstInSeconds: 10, firstAtMs: Date.UTC(2027, 0, 1), endsAtMs: Date.UTC(2027, 5, 1), limit: 5 },
    })
  })

  it.each([
    [{ first: 'now' }, { firstInSeconds: 0, firstAtMs: null }],
    [{ first: '10s' }, { firstInSeconds: 10 }],
    [{ first: '2027-01-01T00:00:00Z' }, { firstAtMs: Date.UTC(2027, 0, 1) }],
    [{ first_in: 0 }, { firstInSeconds: 0 }],
    [{ last: '2027-01-01T00:00:00Z' }, { endsAtMs: Date.UTC(2027, 0, 1) }],
  ])('the option %j', (options, expected) => {
    expect(read({ every: ['1h', options] }).entry).toMatchObject(expected)
  })

  it('refuses an unknown option with the nearest name', () => {
    expect(read({ every: ['1h', { frist_in: '10s' }] }).said).toMatch(/^error: .*Did you mean "first_in"/)
  })

  it('an option about threads has no effect and says so', () => {
    expect(read({ every: ['1h', { overlap: false }] }).said).toMatch(/^warning: .*no effect/)
  })

  it.each([['500ms'], [0], [''], [true], [{}], [[]], [['1h', 5]]])('%j is refused', (every) => {
    expect(read({ every }).said).toMatch(/^error: every/)
  })
})

describe('starts_at and ends_at', () => {
  it.each([
    ['2027-01-01T09:00:00Z', Date.UTC(2027, 0, 1, 9)],
    ['2027-01-01T09:00:00.5Z', Date.UTC(2027, 0, 1, 9)],
    ['2027-01-01T09:00:00+02:00', Date.UTC(2027, 0, 1, 7)],
    ['2027-01-01 09:00:00 UTC', Date.UTC(2027, 0, 1, 9)],
    ['2027-01-01 09:00', Date.UTC(2027, 0, 1, 8)],
    ['2027-07-01 09:00', Date.UTC(2027, 6, 1, 7)],
    ['2027-01-01', Date.UTC(2026, 11, 31, 23)],
    ['2026-03-29 02:30', Date.UTC(2026, 2, 29, 1)],
    [1_800_000_000, 1_800_000_000_000],
  ])('%j, in Berlin', (starts, expected) => {
    const { entry } = read({ every: '1h', timezone: 'Europe/Berlin', starts_at: starts })
    expect(entry?.startsAtMs).toBe(expected)
  })

  it.each(['soon', '2027-02-30', '2027-01-01T25:00:00Z', '', 1_800_000_000_000, -5, true])(
    'refuses %j',
    (starts) => {
      expect(read({ every: '1h', starts_at: starts }).said).toMatch(/^error: starts_at must be a date/)
    },
  )

  it('must be in order', () => {
    const { said } = read({ every: '1h', starts_at: '2027-02-01', ends_at: '2027-01-01' })
    expect(said).toMatch(/^error: ends_at is before starts_at/)
  })
})
