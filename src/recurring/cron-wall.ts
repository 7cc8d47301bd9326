// The next wall time that cron fields allow, in a world without time zones: wall times are milliseconds as
// if the wall clock showed UTC. Only whole seconds are ever answered.

import type { CronFields, WeekdayRule } from './cron-fields.ts'

const daySeconds = 86_400
/** 29 February on a given weekday can be 40 years away, when a century year without a leap day lies between. */
const horizonMonths = 12 * 41
/** Tuesday, 1 January 2019: from here Ruby's cron (fugit) counts the weeks of `mon%2`. */
const firstWeekDay = Date.UTC(2019, 0, 1) / (daySeconds * 1000)

/** The first wall time after `wallMs` that the fields allow, or null when there is none. */
export function nextWall(fields: CronFields, wallMs: number): number | null {
  const second = Math.floor(wallMs / 1000) + 1
  const day = Math.floor(second / daySeconds)
  const today = nextDay(fields, day)
  if (today === null) return null
  const time = timeFrom(fields, today === day ? second - day * daySeconds : 0)
  if (time !== undefined) return (today * daySeconds + time) * 1000
  const later = nextDay(fields, day + 1)
  return later === null ? null : (later * daySeconds + (timeFrom(fields, 0) ?? 0)) * 1000
}

/** The first allowed time of day, in seconds, from `from` on. */
function timeFrom(fields: CronFields, from: number): number | undefined {
  const [hour, minute, second] = [Math.floor(from / 3600), Math.floor(from / 60) % 60, from % 60]
  const firstSecond = fields.seconds[0] ?? 0
  if (fields.hours.includes(hour)) {
    const inMinute = fields.minutes.includes(minute) ? firstFrom(fields.seconds, second) : undefined
    if (inMinute !== undefined) return hour * 3600 + minute * 60 + inMinute
    const laterMinute = firstFrom(fields.minutes, minute + 1)
    if (laterMinute !== undefined) return hour * 3600 + laterMinute * 60 + firstSecond
  }
  const laterHour = firstFrom(fields.hours, hour + 1)
  return laterHour === undefined ? undefined : laterHour * 3600 + (fields.minutes[0] ?? 0) * 60 + firstSecond
}

function firstFrom(values: readonly number[], from: number): number | undefined {
  for (const value of values) if (value >= from) return value
  return undefined
}

/** The first allowed day from `from` on; days are counted from 1 January 1970. */
function nextDay(fields: CronFields, from: number): number | null {
  const date = new Date(from * daySeconds * 1000)
  let firstDay = date.getUTCDate()
  for (let months = 0; months < horizonMonths; months++) {
    const monthIndex = date.getUTCMonth() + months
    if (fields.months.has((monthIndex % 12) + 1)) {
      const found = dayInMonth(fields, { year: date.getUTCFullYear(), monthIndex, firstDay })
      if (found !== null) return found
    }
    firstDay = 1
  }
  return null
}

interface MonthPart {
  readonly year: number
  /** May run past 11: Date.UTC carries it into later years. */
  readonly monthIndex: number
  readonly firstDay: number
}

function dayInMonth(fields: CronFields, part: MonthPart): number | null {
  const start = Date.UTC(part.year, part.monthIndex, 1) / (daySeconds * 1000)
  const length = Date.UTC(part.year, part.monthIndex + 1, 1) / (daySeconds * 1000) - start
  for (let day = part.firstDay; day <= length; day++)
    if (matchesDay(fields, { day, length, number: start + day - 1 })) return start + day - 1
  return null
}

interface Day {
  readonly day: number
  readonly length: number
  readonly number: number
}

function matchesDay(fields: CronFields, day: Day): boolean {
  const byDate = fields.anyDay || fields.days.has(day.day) || fields.daysFromEnd.has(day.length - day.day + 1)
  const byWeekday = fields.anyWeekday || matchesWeekday(fields, day)
  const bothCount = fields.bothDays || fields.anyDay || fields.anyWeekday
  return bothCount ? byDate && byWeekday : byDate || byWeekday
}

function matchesWeekday(fields: CronFields, day: Day): boolean {
  const weekday = (((day.number + 4) % 7) + 7) % 7
  if (fields.weekdays.has(weekday)) return true
  return fields.weekdayRules.some((rule) => rule.weekday === weekday && matchesRule(rule, day))
}

function matchesRule(rule: WeekdayRule, day: Day): boolean {
  if ('everyWeeks' in rule) {
    const week = Math.floor((day.number - firstWeekDay) / 7) + 1
    return (((week - rule.shift) % rule.everyWeeks) + rule.everyWeeks) % rule.everyWeeks === 0
  }
  const fromStart = Math.ceil(day.day / 7)
  return rule.nth > 0 ? rule.nth === fromStart : -rule.nth === Math.ceil((day.length - day.day + 1) / 7)
}
