// When a job is due: what is accepted, rounded up to a whole second, and what is refused.

import fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { InvalidArgumentError } from '../../src/errors.ts'
import { checkDelaySeconds, dueSeconds, latestSeconds, type When } from '../../src/job/times.ts'

describe('a due time', () => {
  it('may be a Date, a luxon DateTime or unix seconds', () => {
    expect(dueSeconds(new Date('2027-01-01T00:00:00Z'))).toBe(1_798_761_600)
    expect(dueSeconds(DateTime.fromISO('2027-01-01T01:00:00+01:00'))).toBe(1_798_761_600)
    expect(dueSeconds(1_798_761_600)).toBe(1_798_761_600)
  })

  it('is rounded up, so that a job is never early', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: latestSeconds * 1000 }), (ms) => {
        const due = dueSeconds(new Date(ms))
        expect(due * 1000).toBeGreaterThanOrEqual(ms)
        expect(due * 1000 - ms).toBeLessThan(1000)
      }),
    )
    expect(dueSeconds(1_798_761_600.001)).toBe(1_798_761_601)
  })

  it('before 1970 is the first second', () => {
    expect(dueSeconds(new Date(-5_000))).toBe(0)
    expect(dueSeconds(-1)).toBe(0)
  })

  it.each<[string, unknown, RegExp]>([
    ['an invalid Date', new Date('tomorrow'), /date is invalid/],
    ['an invalid DateTime', DateTime.invalid('no such day'), /date is invalid/],
    ['NaN', Number.NaN, /got NaN/],
    ['Infinity', Number.POSITIVE_INFINITY, /got Infinity/],
    [
      'milliseconds',
      1_798_761_600_000,
      /can only be milliseconds.*1798761600000 \/ 1000 or new Date\(1798761600000\)/,
    ],
    ['a text', '2027-01-01', /got "2027-01-01".*Write new Date\("2027-01-01"\)/],
    ['null', null, /got null/],
    ['undefined', undefined, /got undefined/],
    ['an object', {}, /got object/],
    ['a year after 9999', new Date(8_640_000_000_000_000), /after the year 9999/],
  ])('must not be %s', (_what, when, message) => {
    expect(() => dueSeconds(when as When)).toThrow(InvalidArgumentError)
    expect(() => dueSeconds(when as When)).toThrow(message)
  })
})

describe('a delay', () => {
  it.each([0, 0.5, 300, 250_000_000_000])('may be %d seconds', (seconds) => {
    expect(() => checkDelaySeconds(seconds)).not.toThrow()
  })

  it('must not be longer than there are years', () => {
    expect(() => checkDelaySeconds(1e300)).toThrow(/1e\+300 seconds from now lies after the year 9999/)
  })

  it.each([-1, -0.001, Number.NaN, Number.POSITIVE_INFINITY, '300', null, undefined, new Date(0), 5n])(
    'must not be %s',
    (seconds) => {
      expect(() => checkDelaySeconds(seconds)).toThrow(InvalidArgumentError)
      expect(() => checkDelaySeconds(seconds)).toThrow(/number of seconds, 0 or more, got/)
    },
  )
})
