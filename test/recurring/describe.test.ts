// Timing in plain words.

import { describe, expect, it } from 'vitest'
import { describeEntry } from '../../src/recurring/describe.ts'
import { parseEntry } from '../../src/recurring/entry.ts'

function words(value: object): string {
  const { entry } = parseEntry('Job', value)
  return entry === null ? 'refused' : describeEntry(entry)
}

describe('an entry in words', () => {
  it.each([
    ['30 2 * * * Europe/Berlin', 'at 02:30 every day, Berlin time'],
    ['30 2 * * * America/New_York', 'at 02:30 every day, New York time'],
    ['30 2 * * * UTC', 'at 02:30 every day, UTC'],
    ['30 2 * * *', 'at 02:30 every day'],
    ['0 9,17 * * *', 'at 09:00 and 17:00 every day'],
    ['15 30 2 * * *', 'at 02:30:15 every day'],
    ['0 9 * * 1-5', 'at 09:00 on Monday to Friday'],
    ['0 9 * * sat,sun', 'at 09:00 on Saturday and Sunday'],
    ['0 0 1 * *', 'at 00:00 on day 1 of every month'],
    ['0 0 1,15 * *', 'at 00:00 on day 1 and day 15 of every month'],
    ['0 8 1-24 12 *', 'at 08:00 on day 1 to 24 in December'],
    ['0 0 L * *', 'at 00:00 on the last day of every month'],
    ['0 18 * * fri#L', 'at 18:00 on the last Friday of the month'],
    ['0 18 * * mon#1', 'at 18:00 on the first Monday of the month'],
    ['0 0 13 * 5', 'at 00:00 on day 13 or Friday'],
    ['0 0 * jan-nov *', 'at 00:00 every day in January to November'],
    ['@yearly', 'at 00:00 on day 1 in January'],
    ['* * * * *', 'every minute'],
    ['*/5 * * * *', 'every 5 minutes'],
    ['*/5 * * * 1-5', 'every 5 minutes on Monday to Friday'],
    ['0 * * * *', 'every hour'],
    ['15 * * * *', 'every hour at minute 15'],
    ['0 */2 * * *', 'every 2 hours'],
    ['* * * * * *', 'every second'],
    ['*/5 * * * * *', 'every 5 seconds'],
    ['30 * * * * *', 'every minute at second 30'],
  ])('%s is "%s"', (cron, expected) => {
    expect(words({ cron })).toBe(expected)
  })

  it.each([
    ...[
      '7-59/13 1-4 * * *',
      '5,6,7,8 * * * *',
      '*/7 * * * *',
      '0 9 * * mon%2',
      '0 0 13& * 5',
      '0 0 1-20/3 * *',
    ],
    ...['*/5 3 * * *', '0 0 -3 * *', '0 1-9 * * *'],
  ])('%s is too intricate and stays as it is', (cron) => {
    expect(words({ cron })).toBe(cron)
    expect(words({ cron, timezone: 'Asia/Tokyo' })).toBe(`${cron} Asia/Tokyo`)
    expect(words({ cron: `${cron} Asia/Tokyo` })).toBe(`${cron} Asia/Tokyo`)
  })

  it.each([
    ['30s', 'every 30 seconds'],
    ['1m', 'every minute'],
    ['1h', 'every hour'],
    ['90m', 'every 1 hour 30 minutes'],
    ['1d', 'every day'],
    ['36h', 'every 1 day 12 hours'],
    ['1.5s', 'every 1.5 seconds'],
  ])('an interval of %s is "%s"', (every, expected) => {
    expect(words({ every })).toBe(expected)
  })

  it('by hand, and disabled', () => {
    expect(words({})).toBe('by hand only')
    expect(words({ every: '1h', enabled: false })).toBe('every hour (disabled)')
  })
})
