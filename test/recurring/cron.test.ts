// What holds for every cron, whatever its text: order, whole seconds, both directions agreeing, quick answers.

import { CronExpressionParser } from 'cron-parser'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCron } from '../../src/recurring/cron.ts'

const earliest = Date.UTC(1975, 0, 1)
const latest = Date.UTC(2060, 0, 1)
const instants = fc.integer({ min: earliest, max: latest })
const zones = fc.constantFrom(
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Africa/Casablanca'],
  ...['Asia/Gaza', 'Antarctica/Troll', 'America/Nuuk', 'Asia/Kathmandu', '+05:30'],
)

function field(min: number, max: number): fc.Arbitrary<string> {
  const value = fc.integer({ min, max })
  const step = fc.integer({ min: 2, max: max - min })
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`)
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    value.map(String),
    range,
    step.map((size) => `*/${size}`),
    fc.tuple(range, step).map(([span, size]) => `${span}/${size}`),
    fc
      .uniqueArray(value, { minLength: 2, maxLength: 4 })
      .map((values) => values.sort((a, b) => a - b).join()),
  )
}

const crons = fc
  .tuple(field(0, 59), field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6))
  .map(([second, ...five]) => (second === '*' ? five.join(' ') : [second, ...five].join(' ')))

function wholeSecond(at: number | null): boolean {
  return at === null || at % 1000 === 0
}

describe('next and previous', () => {
  it('next is later than the start, a whole second, and follows in order', () => {
    fc.assert(
      fc.property(crons, zones, instants, instants, (text, timezone, a, b) => {
        const { nextMs } = parseCron(text, { timezone })
        const [from, later] = [Math.min(a, b), Math.max(a, b)]
        const [first, second] = [nextMs(from), nextMs(later)]
        return (
          wholeSecond(first) &&
          (first === null || first > from) &&
          (first === null || second === null || first <= second)
        )
      }),
      { numRuns: 1000 },
    )
  })

  it('previous is the last occurrence before, so next of it is not before', () => {
    fc.assert(
      fc.property(crons, zones, instants, (text, timezone, before) => {
        const { nextMs, previousMs } = parseCron(text, { timezone })
        const previous = previousMs(before)
        if (previous === null)
          return nextMs(before) === null || nextMs(before - 41 * 365 * 86_400_000) === nextMs(before)
        const next = nextMs(previous)
        return previous < before && nextMs(previous - 1) === previous && (next === null || next >= before)
      }),
      { numRuns: 500 },
    )
  })

  it('previous of next is the start again for an occurrence', () => {
    fc.assert(
      fc.property(crons, zones, instants, (text, timezone, from) => {
        const { nextMs, previousMs } = parseCron(text, { timezone })
        const first = nextMs(from)
        const second = first === null ? null : nextMs(first)
        return first === null || second === null || previousMs(second) === first
      }),
      { numRuns: 500 },
    )
  })

  it('a start with milliseconds gives the same as the whole second before it', () => {
    const { nextMs } = parseCron('* * * * * *', { timezone: 'UTC' })
    expect([nextMs(5999), nextMs(5000), nextMs(5001), nextMs(4999)]).toEqual([6000, 6000, 6000, 5000])
  })

  it('has no answer for a start that is no date', () => {
    const { nextMs, previousMs } = parseCron('* * * * *')
    const starts = [Number.NaN, Number.POSITIVE_INFINITY, -8.64e15, 8.64e15]
    expect(starts.flatMap((start) => [nextMs(start), previousMs(start)])).toEqual(Array(8).fill(null))
  })
})

describe('away from clock changes', () => {
  it('agrees with cron-parser', () => {
    fc.assert(
      fc.property(crons, instants, (text, from) => {
        const theirs = theirNext(text, from)
        const ours = parseCron(text, { timezone: 'UTC' }).nextMs(from)
        expect(ours).toBe(theirs)
      }),
      { numRuns: 1500 },
    )
  })
})

/** cron-parser refuses days that no month has, instead of never running. */
function theirNext(text: string, from: number): number | null {
  try {
    return CronExpressionParser.parse(text, { tz: 'UTC', currentDate: new Date(from) })
      .next()
      .getTime()
  } catch {
    return null
  }
}

describe('rare days', () => {
  const from = Date.parse('2026-03-01T00:00:00Z')
  const next = (text: string) => {
    const at = parseCron(text, { timezone: 'UTC' }).nextMs(from)
    return at === null ? null : new Date(at).toISOString().slice(0, 10)
  }

  it.each([
    ['a leap day', '0 0 29 2 *', '2028-02-29'],
    ['a fifth Friday in February', '0 0 * 2 5#5', '2036-02-29'],
    ['30 February never comes', '0 0 30 2 *', null],
    ['31 in short months never comes', '0 0 31 2,4,6,9,11 *', null],
    ['30 February or a Monday is a Monday', '0 0 30 2 1', '2027-02-01'],
    ['30 February and a Monday never comes', '0 0 30& 2 1', null],
    ['the last day of a short month', '0 0 L 4 *', '2026-04-30'],
    ['the last day of February', '0 0 last feb *', '2027-02-28'],
    ['the day before the last', '0 0 -2 * *', '2026-03-30'],
    ['the last three days', '0 0 -3--1 * *', '2026-03-29'],
    ['the last Friday', '0 0 * * fri#L', '2026-03-27'],
    ['the last Friday, shorter', '0 0 * * 5L', '2026-03-27'],
    ['the second Tuesday', '0 0 * * tue#2', '2026-03-10'],
    ['the second last Monday', '0 0 * * 1#-2', '2026-03-23'],
    ['the first or third Monday', '0 0 * * mon#3,mon#1', '2026-03-02'],
    ['a Wednesday or the second Monday', '0 0 * * mon#2,wed', '2026-03-04'],
    ['Friday the 13th', '0 0 13 * 5&', '2026-03-13'],
    ['every other Monday, as Ruby counts weeks', '0 0 * * mon%2', '2026-03-02'],
    ['the Mondays between', '0 0 * * mon%2+1', '2026-03-09'],
  ])('%s: %s', (_, text, expected) => {
    expect(next(text)).toBe(expected)
  })

  it('a leap day looks back over a century without one', () => {
    const { previousMs } = parseCron('0 0 29 2 *', { timezone: 'UTC' })
    expect(previousMs(Date.UTC(2104, 0, 1))).toBe(Date.UTC(2096, 1, 29))
  })

  it('a wildcard that only ever falls into the skipped hour never runs', () => {
    const { nextMs } = parseCron('*/5 2 * 3 7L', { timezone: 'Europe/Berlin' })
    expect(nextMs(from)).toBeNull()
  })
})
