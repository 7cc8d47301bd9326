// Clock changes: the known table of what a good cron does, and Debian's rule played minute by minute in the
// zones with the oddest changes.

import { describe, expect, it } from 'vitest'
import { parseCron } from '../../src/recurring/cron.ts'
import { changeDays, debianRuns, wallMinutes } from './cron-reference.ts'

const dayMs = 86_400_000

function runs(cron: string, timezone: string, from: string, to: string): string[] {
  const { nextMs } = parseCron(cron, { timezone })
  const found: string[] = []
  for (let at = nextMs(Date.parse(from) - 1); at !== null && at < Date.parse(to); at = nextMs(at))
    found.push(new Date(at).toISOString().slice(11, 16))
  return found
}

/** Berlin, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC. Asked from 00:00 to 05:00 wall time, in UTC. */
describe('the clocks go forward', () => {
  it.each([
    ['a single skipped time runs once, when the clocks change', '30 2 * * *', ['01:00']],
    ['a list of skipped times runs once', '0,30 2 * * *', ['01:00']],
    ['a list over the edge keeps its other time', '0 1,2 * * *', ['00:00', '01:00']],
    ['a skipped time and the time of the change are one run', '0 2,3 * * *', ['01:00']],
    ['a wildcard in the skipped hour does not run', '*/30 2 * * *', []],
    ['a wildcard follows the new clock', '0 */2 * * *', ['23:00', '02:00']],
    ['every hour goes on', '0 * * * *', ['23:00', '00:00', '01:00', '02:00']],
    ['a range of hours is a fixed time', '0 1-3 * * *', ['00:00', '01:00']],
    ['a skipped time with seconds', '15,45 30 2 * * *', ['01:00']],
    ['a wildcard in the seconds', '*/30 30 2 * * *', []],
  ])('%s: %s', (_, cron, expected) => {
    expect(runs(cron, 'Europe/Berlin', '2026-03-28T23:00Z', '2026-03-29T03:00Z')).toEqual(expected)
  })

  it.each([
    ['half an hour in Lord Howe', '15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T12:00Z', ['15:30']],
    ['at midnight in Cairo', '0 0 * * *', 'Africa/Cairo', '2026-04-23T12:00Z', ['22:00']],
    [
      'the last hour of the day in Nuuk runs at midnight',
      '0 23 * * *',
      'America/Nuuk',
      '2026-03-28T12:00Z',
      ['01:00'],
    ],
  ])('a change of %s', (_, cron, timezone, from, expected) => {
    const to = new Date(Date.parse(from) + dayMs).toISOString()
    expect(runs(cron, timezone, from, to)).toEqual(expected)
  })

  it('a day that a country skipped is not caught up', () => {
    expect(runs('0 12 * * *', 'Pacific/Apia', '2011-12-29T00:00Z', '2011-12-31T12:00Z')).toEqual([
      '22:00',
      '22:00',
    ])
  })
})

/** Berlin, 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC. Asked from 00:00 to 05:00 wall time, in UTC. */
describe('the clocks go back', () => {
  it.each([
    ['a repeated time runs in the first pass', '30 2 * * *', ['00:30']],
    ['a list of repeated times too', '0,30 2 * * *', ['00:00', '00:30']],
    ['a range of hours too', '0 1-4 * * *', ['23:00', '00:00', '02:00', '03:00']],
    ['a wildcard runs in both', '*/30 2 * * *', ['00:00', '00:30', '01:00', '01:30']],
    ['a wildcard of even hours runs in both', '0 */2 * * *', ['22:00', '00:00', '01:00', '03:00']],
    ['every hour keeps its pace', '0 * * * *', ['22:00', '23:00', '00:00', '01:00', '02:00', '03:00']],
    [
      'all hours by number are every hour',
      '0 0-23 * * *',
      ['22:00', '23:00', '00:00', '01:00', '02:00', '03:00'],
    ],
  ])('%s: %s', (_, cron, expected) => {
    expect(runs(cron, 'Europe/Berlin', '2026-10-24T22:00Z', '2026-10-25T04:00Z')).toEqual(expected)
  })

  it('a start in the second pass does not run the repeated time again', () => {
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-10-25T01:01Z', '2026-10-27T00:00Z')).toEqual(['01:30'])
  })

  it('all minutes by number are every minute, in both passes', () => {
    expect(runs('0-59 2 * * *', 'Europe/Berlin', '2026-10-24T22:00Z', '2026-10-25T04:00Z')).toHaveLength(120)
  })
})

const zoneYears: [string, number][] = [
  ...['Europe/Berlin', 'Europe/London', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Chatham'].map(
    in2026,
  ),
  ...['America/Nuuk', 'America/Havana', 'Africa/Cairo', 'Antarctica/Troll', 'Atlantic/Azores'].map(in2026),
  ...['America/Scoresbysund', 'America/Santiago', 'Asia/Beirut', 'America/St_Johns'].map(in2026),
  ...[
    ['Pacific/Apia', 2011] as const,
    ['Asia/Pyongyang', 2015] as const,
    ['Asia/Pyongyang', 2018] as const,
  ].map(copy),
  ...[['Antarctica/Casey', 2018] as const, ['America/Caracas', 2016] as const].map(copy),
  ...Object.entries({
    ...{
      'America/Los_Angeles': 2009,
      'America/Denver': 2031,
      'America/Halifax': 2025,
      'America/Sao_Paulo': 2018,
    },
    ...{ 'America/Asuncion': 2023, 'America/Mexico_City': 2022, 'America/Port-au-Prince': 2017 },
    ...{ 'Europe/Dublin': 2030, 'Europe/Moscow': 2011, 'Europe/Istanbul': 2015, 'Europe/Chisinau': 2026 },
    ...{ 'Europe/Lisbon': 2014, 'Atlantic/Canary': 2012, 'Africa/Casablanca': 2025, 'Africa/Tripoli': 2013 },
    ...{ 'Asia/Amman': 2021, 'Asia/Gaza': 2019, 'Asia/Tehran': 2021, 'Asia/Jerusalem': 2020 },
    ...{ 'Asia/Damascus': 2022, 'Asia/Hovd': 2016, 'Australia/Sydney': 2029, 'Australia/Adelaide': 2024 },
    ...{ 'Pacific/Auckland': 2027, 'Pacific/Fiji': 2019, 'Pacific/Easter': 2028 },
  }),
]

function in2026(zone: string): [string, number] {
  return [zone, 2026]
}

function copy([zone, year]: readonly [string, number]): [string, number] {
  return [zone, year]
}

const crons = [
  ...[
    '30 2 * * *',
    '0,30 2 * * *',
    '0 1,2 * * *',
    '0 0 * * *',
    '30 0 * * *',
    '0 23 * * *',
    '15,45 1-3 * * *',
  ],
  ...['45 2 * * *', '15 2 * * *', '5 4 * * *', '10 0,1,2,3 * * *', '0 2 * * 0', '0 0 1 * *', '59 23 * * *'],
  ...['*/30 2 * * *', '0 */2 * * *', '0 * * * *', '*/15 * * * *', '* 1 * * *', '45 * * * *', '* * * * 0'],
  ...['*/20 0,1,2,3,23 * * *', '30 2 15-31 * 0', '7-59/13 1-4 * * *'],
]

describe.each(zoneYears)("%s in %i, against Debian's rule minute by minute", (timezone, year) => {
  const windows = changeDays(timezone, year).map((day) => {
    const startMs = day - 2 * dayMs
    return { startMs, walls: wallMinutes(timezone, startMs, startMs + 4 * dayMs) }
  })

  it('has a change to test', () => {
    expect(windows).not.toEqual([])
  })

  it.each(crons)('%s', (text) => {
    const cron = parseCron(text, { timezone })
    for (const { startMs, walls } of windows) {
      const expected = debianRuns(text, walls, startMs)
      const endMs = startMs + walls.length * 60_000
      const forward: number[] = []
      for (let at = cron.nextMs(startMs - 1); at !== null && at < endMs; at = cron.nextMs(at))
        forward.push(at)
      expect(forward).toEqual(expected)
      const backward: number[] = []
      for (let at = cron.previousMs(endMs); at !== null && at >= startMs; at = cron.previousMs(at))
        backward.push(at)
      expect(backward.reverse()).toEqual(expected)
    }
  })

  it.each(crons)('%s, asked anew from many moments as after a restart', (text) => {
    const cron = parseCron(text, { timezone })
    for (const { startMs, walls } of windows) {
      const expected = debianRuns(text, walls, startMs)
      const last = expected.at(-1) ?? startMs
      for (let at = startMs; at < last; at += 53 * 60_000)
        expect([at, cron.nextMs(at)]).toEqual([at, expected.find((run) => run > at)])
    }
  })
})
