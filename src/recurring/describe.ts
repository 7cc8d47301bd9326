// An entry's timing in plain words, for people who do not read cron: "at 02:30 every day, Berlin time".

import { parseCron } from './cron.ts'
import type { CronFields } from './cron-fields.ts'
import type { ScheduleEntry } from './entry.ts'

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'],
  ...['October', 'November', 'December'],
]
const ordinals = ['', 'first', 'second', 'third', 'fourth', 'fifth']

/** When the entry runs, in words; a cron too intricate for words is given as it is. Never throws for a valid entry. */
export function describeEntry(entry: ScheduleEntry): string {
  const text = timing(entry)
  return entry.enabled ? text : `${text} (disabled)`
}

function timing(entry: ScheduleEntry): string {
  if (entry.everySeconds !== null) return `every ${inWords(entry.everySeconds)}`
  if (entry.cron === null) return 'by hand only'
  const { fields } = parseCron(entry.cron)
  const time = timeOfDay(fields)
  const day = dayOf(fields, time?.startsWith('at ') ?? false)
  if (time === null || day === null) return tooIntricate(entry.cron.trim(), entry.timezone)
  return zoned([time, day].filter((part) => part !== '').join(' '), entry.timezone)
}

/** The cron text itself, with the zone where the text does not name it. */
function tooIntricate(cron: string, timezone: string | null): string {
  return timezone === null || cron.endsWith(timezone) ? cron : `${cron} ${timezone}`
}

function zoned(text: string, timezone: string | null): string {
  if (timezone === null) return text
  const place = timezone.split('/').at(-1)?.replaceAll('_', ' ')
  return timezone.includes('/') && !timezone.startsWith('Etc/')
    ? `${text}, ${place} time`
    : `${text}, ${timezone}`
}

/** 5400 is "1 hour 30 minutes", 30 is "30 seconds", 60 is "minute". */
function inWords(seconds: number): string {
  const units = [
    { name: 'day', length: 86_400 },
    { name: 'hour', length: 3600 },
    { name: 'minute', length: 60 },
    { name: 'second', length: 1 },
  ]
  const single = units.find((unit) => unit.length === seconds)
  if (single !== undefined) return single.name
  let rest = seconds
  const parts = units.map(({ name, length }) => {
    const count = length === 1 ? rest : Math.floor(rest / length)
    rest -= count * length
    return count === 0 ? '' : `${count} ${name}${count === 1 ? '' : 's'}`
  })
  return parts.filter((part) => part !== '').join(' ')
}

function timeOfDay(fields: CronFields): string | null {
  const { seconds, minutes, hours } = fields
  const second = paceOf(seconds, 60)
  if (minutes.length === 60 && hours.length === 24 && seconds.length > 1) return pace(second, 'second')
  if (seconds.length > 1) return null
  const offset = seconds[0] === 0 ? '' : ` at second ${seconds[0]}`
  if (hours.length === 24 && minutes.length > 1)
    return withOffset(pace(paceOf(minutes, 60), 'minute'), offset)
  if (minutes.length > 1) return null
  return atTimes(fields) ?? withOffset(hourly(fields), offset)
}

function withOffset(text: string | null, offset: string): string | null {
  return text === null ? null : text + offset
}

function pace(step: number | null, unit: string): string | null {
  if (step === null) return null
  return step === 1 ? `every ${unit}` : `every ${step} ${unit}s`
}

/** The step between values that divide the field evenly from 0 on; null when they do not. */
function paceOf(values: readonly number[], size: number): number | null {
  const step = size / values.length
  return Number.isInteger(step) && values.every((value, index) => value === index * step) ? step : null
}

function hourly({ minutes, hours }: CronFields): string | null {
  const text = pace(paceOf(hours, 24), 'hour')
  if (text === null) return null
  return minutes[0] === 0 ? text : `${text} at minute ${minutes[0]}`
}

function atTimes({ seconds, minutes, hours }: CronFields): string | null {
  if (hours.length > 4) return null
  const tail = [minutes[0] ?? 0, ...(seconds[0] === 0 ? [] : [seconds[0] ?? 0])]
  const times = hours.map((hour) => [hour, ...tail].map((part) => String(part).padStart(2, '0')).join(':'))
  return `at ${listed(times)}`
}

/** The day part: empty when every day goes without saying, null when it is too intricate. */
function dayOf(fields: CronFields, sayEveryDay: boolean): string | null {
  if (fields.bothDays) return null
  const month = fields.months.size === 12 ? '' : ` in ${monthNames(fields)}`
  if (fields.anyDay && fields.anyWeekday) return sayEveryDay || month !== '' ? `every day${month}` : ''
  const date = fields.anyDay ? '' : dateOf(fields)
  const weekday = fields.anyWeekday ? '' : weekdayOf(fields)
  if (date === null || weekday === null) return null
  const every = date !== '' && weekday === '' && month === '' ? ' of every month' : ''
  return `on ${[date, weekday].filter((part) => part !== '').join(' or ')}${every}${month}`
}

function monthNames(fields: CronFields): string {
  const values = [...fields.months].sort((a, b) => a - b)
  return (
    run(values, (month) => months[month - 1] ?? '') ?? listed(values.map((month) => months[month - 1] ?? ''))
  )
}

/** Three and more values in a row are "from to". */
function run(values: readonly number[], name: (value: number) => string): string | null {
  const first = values[0] ?? 0
  const inRow = values.length > 2 && values.every((value, index) => value === first + index)
  return inRow ? `${name(first)} to ${name(first + values.length - 1)}` : null
}

function dateOf({ days, daysFromEnd }: CronFields): string | null {
  const values = [...days].sort((a, b) => a - b)
  if (daysFromEnd.size > 1 || (daysFromEnd.size === 1 && !daysFromEnd.has(1))) return null
  const inRow = run(values, String)
  if (values.length > 5 && inRow === null) return null
  const dates = inRow === null ? values.map((day) => `day ${day}`) : [`day ${inRow}`]
  return listed([...dates, ...(daysFromEnd.size === 0 ? [] : ['the last day'])])
}

function weekdayOf({ weekdays: days, weekdayRules }: CronFields): string | null {
  const week = [...days].sort((a, b) => ((a + 6) % 7) - ((b + 6) % 7))
  if (week.join() === '1,2,3,4,5' && weekdayRules.length === 0) return 'Monday to Friday'
  const rules = weekdayRules.map((rule) => {
    const name = weekdays[rule.weekday] ?? ''
    if ('everyWeeks' in rule) return null
    return rule.nth === -1
      ? `the last ${name} of the month`
      : rule.nth < 0
        ? null
        : `the ${ordinals[rule.nth]} ${name} of the month`
  })
  if (rules.includes(null)) return null
  return listed([...week.map((day) => weekdays[day] ?? ''), ...rules.filter((rule) => rule !== null)])
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
