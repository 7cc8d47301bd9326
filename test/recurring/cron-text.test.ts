// What a cron may say, and what is refused with which words.

import { describe, expect, it } from 'vitest'
import { InvalidArgumentError } from '../../src/errors.ts'
import { parseCron } from '../../src/recurring/cron.ts'
import { readCronText } from '../../src/recurring/cron-text.ts'

const weekdays = (text: string) => [...readCronText(`0 0 * * ${text}`).fields.weekdays].sort()
const months = (text: string) => [...readCronText(`0 0 1 ${text} *`).fields.months].sort((a, b) => a - b)
const minutes = (text: string) => readCronText(`${text} * * * *`).fields.minutes
const hours = (text: string) => readCronText(`0 ${text} * * *`).fields.hours

describe('fields', () => {
  it.each([
    ['a list is sorted and each value counts once', minutes('5,1-3,2'), [1, 2, 3, 5]],
    ['a step from a value runs to the end', minutes('5/20'), [5, 25, 45]],
    ['a step of a range', minutes('10-30/10'), [10, 20, 30]],
    ['a step and one of its values', minutes('*/15,0'), [0, 15, 30, 45]],
    ['a bare step', minutes('/30'), [0, 30]],
    ['leading zeros', minutes('05,07'), [5, 7]],
    ['a range around midnight', hours('22-2'), [0, 1, 2, 22, 23]],
    ['a range around midnight with a step', hours('22-3/2'), [0, 2, 22]],
    ['months by name, around the year', months('nov-feb'), [1, 2, 11, 12]],
    ['names in any case', months('JAN,Mar'), [1, 3]],
    ['weekdays by name, around the week', weekdays('fri-mon'), [0, 1, 5, 6]],
    ['a range that ends on Sunday', weekdays('fri-sun'), [0, 5, 6]],
    ['7 is Sunday', weekdays('7'), [0]],
    ['0 and 7 are one day', weekdays('0,7'), [0]],
    ['a range up to 7', weekdays('5-7'), [0, 5, 6]],
    ['a range from 7', weekdays('7-2'), [0, 1, 2]],
    ['all week', weekdays('0-7'), [0, 1, 2, 3, 4, 5, 6]],
  ])('%s', (_, actual, expected) => {
    expect(actual).toEqual(expected)
  })

  it('runs to the end of any month', () => {
    expect([...readCronText('0 0 29-L * *').fields.days]).toEqual([29, 30, 31])
  })

  it('takes tabs, blanks around and blanks at the end', () => {
    expect(readCronText(' */5\t* *  * * ').fields.minutes).toHaveLength(12)
  })
})

describe('aliases', () => {
  it.each([
    ['@yearly', '0 0 1 1 *'],
    ['@annually', '0 0 1 1 *'],
    ['@monthly', '0 0 1 * *'],
    ['@weekly', '0 0 * * 0'],
    ['@daily', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    ['@noon', '0 12 * * *'],
    ['@hourly', '0 * * * *'],
    ['@Daily', '0 0 * * *'],
  ])('%s is %s', (alias, cron) => {
    expect(readCronText(alias)).toEqual(readCronText(cron))
  })
})

describe('time zones', () => {
  it.each([
    ['0 5 * * * Europe/Paris', 'Europe/Paris'],
    ['0 0 5 * * * America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['@noon Asia/Tokyo', 'Asia/Tokyo'],
    ['0 5 * * * UTC', 'UTC'],
    ['0 5 * * mon Etc/UTC', 'Etc/UTC'],
    ['0 5 * * * EST', 'EST'],
    ['0 5 * * * GB', 'GB'],
    ['0 5 * * * Europe/Kyiv', 'Europe/Kyiv'],
    ['0 5 * * * Etc/GMT+2', 'Etc/GMT+2'],
    ['0 5 * * * +05:30', '+05:30'],
    ['0 5 * * * -0300', '-0300'],
    ['0 5 * * mon', null],
    ['0 5 * * 1-5', null],
  ])('%s', (text, zone) => {
    expect(parseCron(text).zoneInText).toBe(zone)
  })

  it('the zone of the text comes before the option, and the option before the zone of the process', () => {
    const option = { timezone: 'Asia/Tokyo' }
    expect(parseCron('0 5 * * * Europe/Paris', option).timezone).toBe('Europe/Paris')
    expect(parseCron('0 5 * * *', option).timezone).toBe('Asia/Tokyo')
    expect(parseCron('0 5 * * *').timezone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone)
  })

  it.each(['Europe/Berlim', 'local', 'system', 'UTC+2', 'Mars/Phobos', '+25:00', ''])(
    'refuses the option "%s"',
    (timezone) => {
      expect(() => parseCron('0 5 * * *', { timezone })).toThrow(InvalidArgumentError)
    },
  )
})

describe('kind', () => {
  it.each([
    ['30 2 * * *', 'fixed'],
    ['0,30 2 * * *', 'fixed'],
    ['0-58/2 0-22/2 * * *', 'fixed'],
    ['0 */2 * * *', 'wildcard'],
    ['* 2 * * *', 'wildcard'],
    ['*/10 30 2 * * *', 'wildcard'],
    ['0,30 30 2 * * *', 'fixed'],
    ['0 0-23 * * *', 'wildcard'],
    ['0-59 2 * * *', 'wildcard'],
    ['@hourly', 'wildcard'],
    ['@daily', 'fixed'],
  ])('%s is %s', (text, kind) => {
    expect(parseCron(text).kind).toBe(kind)
  })
})

describe('warnings', () => {
  it.each([
    ['0 0 1-31 * 1', /runs every day/],
    ['0 0 5 * 0-7', /runs every day/],
    ['*/90 * * * *', /only its first value/],
    ['0 */24 * * *', /only its first value/],
  ])('%s', (text, expected) => {
    expect(parseCron(text).warnings.join()).toMatch(expected)
  })

  it.each(['*/15 0-12/2 * * 1-5', '0 0 1 * 1', '0 0 */1 * 1', '0 0 1-31 * *'])('%s has none', (text) => {
    expect(parseCron(text).warnings).toEqual([])
  })

  it('a day field with step 1 restricts nothing', () => {
    const { nextMs } = parseCron('0 0 */1 * 1', { timezone: 'UTC' })
    expect(nextMs(Date.UTC(2026, 2, 2))).toBe(Date.UTC(2026, 2, 9))
  })
})

describe('refused, with the field and what is allowed', () => {
  it.each([
    ['', /empty.*30 2 \* \* \*/],
    ['   ', /empty/],
    ['*', /1 field.*five/],
    ['0 6 * *', /4 fields/],
    ['* * * * * * *', /7 fields/],
    ['0 5 * * Europe/Paris', /4 fields and a time zone/],
    ['* * * * * Europe/Berlim', /unknown time zone.*Did you mean "Europe\/Berlin"/],
    ['* * * * * UTC+2', /unknown time zone/],
    ['* * * * * local', /unknown time zone/],
    ['60 * * * *', /minute "60" is out of range.*0 to 59/],
    ['-1 * * * *', /minute "-1" cannot be read/],
    ['* 24 * * *', /hour "24" is out of range.*0 to 23/],
    ['* * 0 * *', /day of month "0" is out of range.*1 to 31/],
    ['* * 32 * *', /day of month "32"/],
    ['* * * 0 *', /month "0".*jan to dec/],
    ['* * * 13 *', /month "13"/],
    ['* * * * 8', /weekday "8".*0 to 7/],
    ['61 * * * * *', /second "61"/],
    ['007 * * * *', /minute "007"/],
    ['1.5 * * * *', /minute "1.5"/],
    ['*/0 * * * *', /step "0"/],
    ['*/0.5 * * * * *', /second "\*\/0.5".*step/],
    ['*/-5 * * * *', /step "-5"/],
    ['*/ * * * *', /step ""/],
    ['5/2/2 * * * *', /two steps/],
    ['1-2-3 * * * *', /not a range/],
    ['1- * * * *', /minute "1-"/],
    ['1,,2 * * * *', /empty item/],
    [', * * * *', /empty item/],
    ['** * * * *', /minute "\*\*"/],
    ['*5 * * * *', /minute "\*5"/],
    ['a b c d e', /minute "a"/],
    ['* * * janfeb *', /month "janfeb"/],
    ['* * * jan1 *', /month "jan1"/],
    ['* * * */feb *', /step "feb"/],
    ['* * * january *', /month "january"/],
    ['* * * * sun5', /weekday "sun5".*did you mean "sun"/],
    ['* * * * monday', /weekday "monday".*did you mean "mon"/],
    ['0 * * * * monday', /weekday "monday"/],
    ['* * * * xyz', /weekday "xyz"/],
    ['* * * * mo', /weekday "mo".*did you mean "mon"/],
    ['jan * * * *', /minute "jan"/],
    ['* * mon * *', /day of month "mon"/],
    ['* * * * *#2', /weekday "\*#2"/],
    ['* * * * 1#6', /counts to "6"/],
    ['* * * * 1#0', /counts to "0"/],
    ['* * * * 1#1.5', /counts to "1.5"/],
    ['* * * * mon-fri#2', /weekday "mon-fri#2"/],
    ['* * * * L', /names no weekday.*5L/],
    ['* * * * mon%0', /every 0 weeks/],
    ['* * L-3 * *', /day of month "L-3"/],
    ['* * 15W * *', /W, is not supported/],
    ['* * ? * *', /write \* instead/],
    ['H * * * *', /H stands for a random value/],
    ['H/15 * * * *', /random/],
    ['@dayly', /Did you mean "@daily"/],
    ['@reboot', /Known are @yearly/],
    ['@every 5m', /every: 5m/],
    ['@daily Europe/Nowhere', /unknown time zone/],
    ['every day at 9am', /sentence/],
    ['every 6 hours', /sentence/],
    [`${'0,'.repeat(2000)}0 * * * *`, /longer than 1000/],
  ])('%s', (text, expected) => {
    expect(() => parseCron(text)).toThrow(InvalidArgumentError)
    expect(() => parseCron(text)).toThrow(expected)
  })

  it.each([undefined, null, 5, true, {}, [], ['* * * * *']])('a value that is no text: %j', (value) => {
    const given = value as unknown as string
    expect(() => parseCron(given)).toThrow(/not a text/)
  })

  it('names the argument and carries the value', () => {
    expect(() => parseCron('61 * * * *')).toThrow(
      expect.objectContaining({ argument: 'cron', value: '61 * * * *' }),
    )
  })
})
