// Durations as Ruby's schedules spell them.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration, parseEvery } from '../../src/recurring/every.ts'

describe('an interval', () => {
  it.each<[string | number, number]>([
    ['1s', 1],
    ['30s', 30],
    ['90', 90],
    [90, 90],
    [1.5, 1.5],
    ['15m', 900],
    ['1h', 3600],
    ['1h30m', 5400],
    ['1h30', 3630],
    ['5m30', 330],
    ['1d', 86_400],
    ['1w', 604_800],
    ['1M', 2_592_000],
    ['1m', 60],
    ['1y', 31_536_000],
    ['1Y', 31_536_000],
    ['1y2M3w4d5h6m7s', 31_536_000 + 5_184_000 + 1_814_400 + 345_600 + 18_000 + 360 + 7],
    ['10 s', 10],
    ['10 S', 10],
    ['10 secs', 10],
    ['1sec', 1],
    ['5 minutes', 300],
    ['5 mins', 300],
    ['1 hour', 3600],
    ['2 hours and 30 minutes', 9000],
    ['1 day, 12 hours', 129_600],
    ['2 weeks 1 day', 1_296_000],
    ['1 month', 2_592_000],
    ['1 Day', 86_400],
    ['0.5h', 1800],
    ['.5m', 30],
    ['1.5s', 1.5],
    ['0.1h', 360],
    [' 30s ', 30],
    ['1h 1h', 7200],
    ['PT15M', 900],
    ['PT1H30M', 5400],
    ['P1D', 86_400],
    ['P1DT12H', 129_600],
    ['P1W', 604_800],
    ['P1Y2M', 36_720_000],
    ['pt5s', 5],
    ['PT1.5S', 1.5],
    ['PT0.5H', 1800],
  ])('%j is %d seconds', (value, seconds) => {
    expect(parseEvery(value)).toBe(seconds)
  })

  it.each<[string | number, RegExp]>([
    ['', /empty/],
    ['  ', /empty/],
    ['P', /no duration/],
    ['PT', /no duration/],
    ['P1', /no duration/],
    ['0', /one second or more/],
    ['0s', /one second or more/],
    [0, /one second or more/],
    ['0.7s', /one second or more/],
    [0.5, /one second or more/],
    ['500ms', /milliseconds are not a unit/],
    ['5 MINUTES', /small letters/],
    ['-5m', /no duration/],
    [-5, /no number of seconds/],
    [Number.NaN, /no number of seconds/],
    [Number.POSITIVE_INFINITY, /no number of seconds/],
    ['1:30', /1h30m/],
    ['every 5m', /leave out the word/],
    ['*/5 * * * *', /use the key "cron"/],
    ['5 fortnights', /no duration/],
    ['1h x', /no duration/],
    ['30 5m', /no duration/],
    ['1e3', /no duration/],
    ['five minutes', /no duration/],
    ['1..5h', /no duration/],
    ['9'.repeat(40), /no duration/],
  ])('%j is refused', (value, message) => {
    expect(() => parseEvery(value)).toThrow(message)
    expect(() => parseEvery(value)).toThrow(/every: .*30s, 15m, 1h30m/)
  })

  it.each([null, undefined, true, {}, [5]])('%j is refused', (value) => {
    expect(() => parseEvery(value as unknown as string)).toThrow(/no duration/)
  })

  it('names its argument', () => {
    expect(() => parseEvery('soon')).toThrow(expect.objectContaining({ argument: 'every', value: 'soon' }))
  })
})

describe('a duration', () => {
  it('may be zero', () => {
    expect([parseDuration('0s', 'jitter'), parseDuration(0, 'jitter')]).toEqual([0, 0])
  })

  it('names its key when it is wrong', () => {
    expect(() => parseDuration('soon', 'jitter')).toThrow(/^jitter: "soon"/)
  })

  it('is written the short way', () => {
    expect([30, 60, 5400, 86_400, 90_061, 0, 1.5].map(formatDuration)).toEqual([
      ...['30s', '1m', '1h30m', '1d', '1d1h1m1s', '0s', '1.5s'],
    ])
  })

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        (seconds) => parseEvery(formatDuration(seconds)) === seconds,
      ),
    )
  })
})
