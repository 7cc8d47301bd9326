// The fields of a cron text, read into the values they allow: numbers, names, ranges (also around the end,
// `22-2`), lists, steps, and in the day fields L, -1, 5L, 5#2 and week modulo. Everything else is refused.

import { InvalidArgumentError } from '../errors.ts'
import { nearest } from '../nearest.ts'

/** A weekday with a condition: the nth (or nth last) of its month, or every `every`th week. */
export type WeekdayRule =
  | { readonly weekday: number; readonly nth: number }
  | { readonly weekday: number; readonly everyWeeks: number; readonly shift: number }

/** What a cron text allows. Values are ascending; weekdays are 0 (Sunday) to 6. */
export interface CronFields {
  readonly seconds: readonly number[]
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly months: ReadonlySet<number>
  readonly days: ReadonlySet<number>
  /** Days counted from the end of the month: 1 is the last. */
  readonly daysFromEnd: ReadonlySet<number>
  readonly anyDay: boolean
  readonly weekdays: ReadonlySet<number>
  readonly weekdayRules: readonly WeekdayRule[]
  readonly anyWeekday: boolean
  /** True when day of month and weekday must both match (a field ends in `&`); else either is enough. */
  readonly bothDays: boolean
}

/** One of the six fields: its bounds and what its values may be called. */
export interface FieldSpec {
  readonly title: string
  readonly min: number
  readonly max: number
  readonly names: readonly string[]
  readonly allowed: string
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const numeric = (title: string, min: number, max: number): FieldSpec => ({
  ...{ title, min, max, names: [] },
  allowed: `${min} to ${max}, *, ranges, lists and steps`,
})

export const secondField: FieldSpec = numeric('second', 0, 59)
export const minuteField: FieldSpec = numeric('minute', 0, 59)
export const hourField: FieldSpec = numeric('hour', 0, 23)
export const monthField: FieldSpec = {
  ...{ title: 'month', min: 1, max: 12, names: monthNames },
  allowed: '1 to 12 or jan to dec, *, ranges, lists and steps',
}
export const dayField: FieldSpec = {
  ...{ title: 'day of month', min: 1, max: 31, names: [] },
  allowed: '1 to 31, L or -1 for the last day, *, ranges, lists and steps',
}
export const weekdayField: FieldSpec = {
  ...{ title: 'weekday', min: 0, max: 7, names: weekdayNames },
  allowed:
    '0 to 7 or sun to sat, 5L or fri#L for the last, 1#2 or mon#2 for the second, *, ranges, lists, steps',
}

/** A field's text and where it stands, for messages. */
export interface FieldText {
  readonly spec: FieldSpec
  readonly text: string
  readonly cron: string
}

/** Throws the one kind of error a cron text can cause. */
export function refuseCron(cron: unknown, why: string): never {
  const shown = typeof cron === 'string' ? `"${cron.slice(0, 120)}"` : String(cron)
  throw new InvalidArgumentError('cron', cron, `cron ${shown} is not valid: ${why}`)
}

export function refuseField(field: FieldText, item: string, why: string): never {
  const { title, allowed } = field.spec
  return refuseCron(field.cron, `${title} "${item}" ${why}. Allowed for ${title}: ${allowed}.`)
}

/** The items of a list, none of them empty. */
export function itemsOf(field: FieldText): string[] {
  const items = field.text.split(',')
  if (items.includes('')) refuseField(field, field.text, 'has an empty item between its commas')
  return items
}

/** All values of one plain item: `*`, `5`, `1-5`, `22-2`, `mon-fri`, each with an optional `/step`. */
export function valuesOf(field: FieldText, item: string): number[] {
  const [span = '', step, ...rest] = item.split('/')
  if (rest.length > 0) refuseField(field, item, 'has two steps')
  const stepSize = step === undefined ? 1 : stepOf(field, item, step)
  return spanOf(field, item, span, step !== undefined).filter((_, index) => index % stepSize === 0)
}

function stepOf(field: FieldText, item: string, step: string): number {
  if (/^\d{1,3}$/.test(step) && Number(step) > 0) return Number(step)
  return refuseField(field, item, `has the step "${step}": a step is a whole number from 1 on`)
}

function spanOf(field: FieldText, item: string, span: string, hasStep: boolean): number[] {
  const { min, max } = field.spec
  const top = field.spec === weekdayField ? 6 : max
  if (span === '*' || (span === '' && hasStep)) return upTo(min, top)
  const bounds = span.split('-').map((bound) => numberOf(field, item, bound))
  const [from = min, to] = bounds
  if (bounds.length > 2) refuseField(field, item, 'is not a range')
  if (to === undefined) return hasStep ? upTo(from, top) : [from]
  return from <= to ? upTo(from, to) : [...upTo(from, top), ...upTo(min, to)]
}

function upTo(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
}

/** The number that a bound stands for; names only where the field has them. */
export function numberOf(field: FieldText, item: string, bound: string): number {
  const { names, min, max } = field.spec
  const named = names.indexOf(bound.toLowerCase())
  if (named >= 0) return named + (min === 1 ? 1 : 0)
  if (!/^\d+$/.test(bound)) refuseField(field, item, `cannot be read${hint(field, bound)}`)
  const value = Number(bound)
  if (bound.length > 2 || value < min || value > max) refuseField(field, item, 'is out of range')
  return value
}

function hint(field: FieldText, bound: string): string {
  if (/^h\b/i.test(bound)) return ' (H stands for a random value, which would change at every start)'
  if (/^\d+w$|^lw$/i.test(bound)) return ' (the nearest working day, W, is not supported)'
  if (bound === '?') return ' (write * instead)'
  const { names } = field.spec
  const name =
    names.find((known) => bound.toLowerCase().startsWith(known)) ?? nearest(bound.slice(0, 12), names)
  return name === undefined ? '' : ` (did you mean "${name}"?)`
}
