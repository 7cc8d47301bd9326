// The two day fields of a cron text, which know more than numbers: the last day of the month, the last or nth
// weekday of the month, every other week, and how the two fields combine.

import type { FieldText, WeekdayRule } from './cron-fields.ts'
import { itemsOf, numberOf, refuseField, valuesOf } from './cron-fields.ts'

export interface DayOfMonth {
  readonly days: ReadonlySet<number>
  readonly daysFromEnd: ReadonlySet<number>
  readonly any: boolean
}

export interface Weekday {
  readonly weekdays: ReadonlySet<number>
  readonly rules: readonly WeekdayRule[]
  readonly any: boolean
}

/** A star, also with step 1, restricts nothing; `1-31` does (with a weekday beside it, either is enough). */
function restrictsNothing(items: readonly string[]): boolean {
  return items.some((item) => item === '*' || item === '*/1')
}

export function readDayOfMonth(field: FieldText): DayOfMonth {
  const days = new Set<number>()
  const daysFromEnd = new Set<number>()
  const items = itemsOf(field)
  for (const item of items) {
    const fromEnd = daysFromEndOf(field, item)
    if (fromEnd === undefined) for (const day of daysOf(field, item)) days.add(day)
    else for (const day of fromEnd) daysFromEnd.add(day)
  }
  return { days, daysFromEnd, any: restrictsNothing(items) }
}

/** `15-L` runs to the end of any month, so it is `15-31`. */
function daysOf(field: FieldText, item: string): number[] {
  return valuesOf(field, item.replace(/^(\d+)-(l|last|-1)(?=$|\/)/i, '$1-31'))
}

/** `L`, `last`, `-1`, `-3--1`; undefined for an item counted from the start of the month. */
function daysFromEndOf(field: FieldText, item: string): number[] | undefined {
  const match = /^(l|last|-\d+)(?:-(l|last|-\d+))?$/.exec(item.toLowerCase())
  if (match === null) return undefined
  const count = (bound: string) => (bound.startsWith('l') ? 1 : numberOf(field, item, bound.slice(1)))
  const first = count(match[1] ?? 'l')
  const last = match[2] === undefined ? first : count(match[2])
  if (last > first) refuseField(field, item, 'runs backwards')
  return Array.from({ length: first - last + 1 }, (_, index) => last + index)
}

export function readWeekday(field: FieldText): Weekday {
  const weekdays = new Set<number>()
  const rules: WeekdayRule[] = []
  const items = itemsOf(field)
  for (const item of items) {
    const rule = ruleOf(field, item)
    if (rule === undefined) for (const day of plainWeekdays(field, item)) weekdays.add(day % 7)
    else rules.push(rule)
  }
  return { weekdays, rules, any: restrictsNothing(items) }
}

/** `fri-sun` and `5-7` end on Sunday; `7-2` starts on it. */
function plainWeekdays(field: FieldText, item: string): number[] {
  if (/^(l|last)$/i.test(item))
    return refuseField(field, item, 'names no weekday: write 5L for the last Friday of the month')
  return valuesOf(field, item.replace(/-sun(?=$|\/)/i, '-7').replace(/^7-(?!7)/, '0-'))
}

/** `5L`, `fri#L`, `fri#last`, `5#-1`, `1#2`, `mon%2`, `mon%2+1`; undefined for a plain item. */
function ruleOf(field: FieldText, item: string): WeekdayRule | undefined {
  const [, name, last, nth, every, shift] =
    /^([^#%-]+?)(?:(l)|#(.*)|%(\d{1,2})(?:\+(\d{1,2}))?)$/i.exec(item) ?? []
  if (name === undefined || (last !== undefined && !/^\d$/.test(name) && name.length !== 3)) return undefined
  const weekday = numberOf(field, item, name) % 7
  if (last !== undefined) return { weekday, nth: -1 }
  if (every !== undefined) return everyNthWeek(field, item, { weekday, every, shift: shift ?? '0' })
  if (!/^(-?[1-5]|l|last)$/i.test(nth ?? ''))
    return refuseField(field, item, `counts to "${nth}": after # stands 1 to 5, -1 to -5 or L`)
  return { weekday, nth: /^l/i.test(nth ?? '') ? -1 : Number(nth) }
}

function everyNthWeek(
  field: FieldText,
  item: string,
  rule: { weekday: number; every: string; shift: string },
): WeekdayRule {
  const everyWeeks = Number(rule.every)
  if (everyWeeks === 0) refuseField(field, item, 'counts every 0 weeks')
  return { weekday: rule.weekday, everyWeeks, shift: Number(rule.shift) % everyWeeks }
}
