// From a cron text to its fields and zone: splits the words, resolves `@daily` and its kind, finds a time
// zone at the end, and refuses what is no cron with a message that says what to write.

import { didYouMean } from '../nearest.ts'
import { readDayOfMonth, readWeekday } from './cron-days.ts'
import type { CronFields, FieldSpec } from './cron-fields.ts'
import {
  dayField,
  hourField,
  itemsOf,
  minuteField,
  monthField,
  refuseCron,
  secondField,
  valuesOf,
  weekdayField,
} from './cron-fields.ts'
import { isZoneName, unknownZone } from './cron-zone.ts'

/** A cron text, understood. `kind` is what the clock-change rule needs to know (see cron.ts). */
export interface CronText {
  readonly fields: CronFields
  /** The zone named in the text, or null. */
  readonly timezone: string | null
  readonly kind: 'fixed' | 'wildcard'
  readonly warnings: readonly string[]
}

const aliases = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@noon', '0 12 * * *'],
  ['@hourly', '0 * * * *'],
])

const longestText = 1000

/** @throws InvalidArgumentError (argument `cron`) that names the field and what is allowed there */
export function readCronText(cron: string): CronText {
  if (typeof cron !== 'string') return refuseCron(cron, `it is ${typeof cron}, not a text. Put it in quotes.`)
  if (cron.length > longestText) return refuseCron(cron, `it is longer than ${longestText} characters.`)
  const words = wordsOf(cron)
  const { fields, timezone } = splitZone(cron, expandAlias(cron, words))
  const [seconds, ...five] = fields.length === 6 ? fields : ['0', ...fields]
  return readFields(cron, [seconds ?? '0', ...five], timezone)
}

function wordsOf(cron: string): string[] {
  const words = cron.trim().split(/\s+/)
  if (words[0] === '') return refuseCron(cron, 'it is empty. Write five fields, for example "30 2 * * *".')
  if (/^(every|at|from|in|on)$/i.test(words[0] ?? ''))
    return refuseCron(
      cron,
      'it is a sentence, not a cron. Write five fields, or use "every: 6h" for an interval.',
    )
  return words
}

function expandAlias(cron: string, words: readonly string[]): string[] {
  const [first = '', ...rest] = words
  if (!first.startsWith('@')) return [...words]
  const expansion = aliases.get(first.toLowerCase())
  if (expansion !== undefined) return [...expansion.split(' '), ...rest]
  if (first === '@every') return refuseCron(cron, `use "every: ${rest[0] ?? '5m'}" for an interval.`)
  const known = [...aliases.keys()]
  return refuseCron(cron, `"${first}" is unknown.${didYouMean(first, known)} Known are ${known.join(', ')}.`)
}

function splitZone(cron: string, words: readonly string[]): { fields: string[]; timezone: string | null } {
  const last = words.at(-1) ?? ''
  const zoned =
    words.length > 1 && !looksLikeWeekday(last) && (isZoneName(last) || looksLikeZone(words, last))
  const fields = zoned ? words.slice(0, -1) : [...words]
  if (fields.length < 5 || fields.length > 6) return refuseCron(cron, countMessage(fields.length, zoned))
  if (zoned && !isZoneName(last)) return refuseCron(cron, unknownZone(last))
  return { fields, timezone: zoned ? last : null }
}

/** No zone begins like a weekday. */
function looksLikeWeekday(word: string): boolean {
  return /^[\d*,/#%&?-]|^(sun|mon|tue|wed|thu|fri|sat)/i.test(word) && !/^[+-]\d\d:?\d\d$/.test(word)
}

/** A zone with a typing error; where it is the fifth word it could as well be a weekday with one. */
function looksLikeZone(words: readonly string[], last: string): boolean {
  if (/^[+-]\d|^[a-z_]+\/[a-z]/i.test(last)) return true
  return words.length !== 5 && /^[a-z]{3,}([+-]\d.*)?$/i.test(last)
}

function countMessage(count: number, zoned: boolean): string {
  const found = `it has ${count} field${count === 1 ? '' : 's'}${zoned ? ' and a time zone' : ''}`
  return (
    `${found}, and a cron has five (minute, hour, day of month, month, weekday) or six (second first), ` +
    'and may end with a time zone. For example "30 2 * * * Europe/Berlin".'
  )
}

const specs = [secondField, minuteField, hourField, dayField, monthField, weekdayField]

function readFields(cron: string, texts: readonly string[], timezone: string | null): CronText {
  const fields = specs.map((spec, index) => ({ spec, cron, text: texts[index] ?? '' }))
  const plain = (spec: FieldSpec) => {
    const field = { spec, cron, text: texts[specs.indexOf(spec)] ?? '' }
    return [...new Set(itemsOf(field).flatMap((item) => valuesOf(field, item)))].sort((a, b) => a - b)
  }
  const [dayText, weekdayText] = [texts[3] ?? '', texts[5] ?? '']
  const times = { seconds: plain(secondField), minutes: plain(minuteField), hours: plain(hourField) }
  const day = readDayOfMonth({ spec: dayField, cron, text: withoutAnd(dayText) })
  const weekday = readWeekday({ spec: weekdayField, cron, text: withoutAnd(weekdayText) })
  const read: CronFields = {
    ...times,
    months: new Set(plain(monthField)),
    ...{ days: day.days, daysFromEnd: day.daysFromEnd, anyDay: day.any },
    ...{ weekdays: weekday.weekdays, weekdayRules: weekday.rules, anyWeekday: weekday.any },
    bothDays: dayText.endsWith('&') || weekdayText.endsWith('&'),
  }
  return { fields: read, timezone, kind: kindOf(read, texts), warnings: warningsOf(read, fields) }
}

function withoutAnd(text: string): string {
  return text.length > 1 && text.endsWith('&') ? text.slice(0, -1) : text
}

/** Vixie cron's test: a field whose text starts with `*`; besides, a field that names all its values. */
function kindOf(fields: CronFields, texts: readonly string[]): 'fixed' | 'wildcard' {
  const starred = texts.slice(0, 3).some((text) => text.startsWith('*'))
  const full = fields.hours.length === 24 || fields.minutes.length === 60 || fields.seconds.length === 60
  return starred || full ? 'wildcard' : 'fixed'
}

function warningsOf(fields: CronFields, texts: readonly { spec: FieldSpec; text: string }[]): string[] {
  const warnings: string[] = []
  if (everyDayByOr(fields))
    warnings.push(
      'day of month and weekday are both given and one of them allows every day: it runs every day',
    )
  for (const { spec, text } of texts) {
    const step = /\*?\/(\d+)/.exec(text)
    const span = spec.max - spec.min + (spec === weekdayField ? 0 : 1)
    if (step !== null && Number(step[1]) >= span && span > 1)
      warnings.push(
        `the step of ${spec.title} "${text}" is as long as the field or longer: only its first value is left`,
      )
  }
  return warnings
}

function everyDayByOr(fields: CronFields): boolean {
  if (fields.anyDay || fields.anyWeekday || fields.bothDays) return false
  return fields.days.size === 31 || fields.weekdays.size === 7
}
