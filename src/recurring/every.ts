// Durations as Ruby's schedules write them: `30s`, `1h30m`, `1 day and 12 hours`, `PT15M`, a bare number of
// seconds. Lengths are fixed: a month is 30 days, a year 365; nothing follows a calendar.

import { InvalidArgumentError } from '../errors.ts'

const unitSeconds = { y: 31_536_000, M: 2_592_000, w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 } as const

/** Case matters between `M` (month) and `m` (minute) only, and there long names are written small. */
const unitPatterns: readonly (readonly [keyof typeof unitSeconds, RegExp])[] = [
  ['y', /^y(ears?|rs?)?$/i],
  ['M', /^(M|months?)$/],
  ['w', /^w(eeks?|ks?)?$/i],
  ['d', /^d(ays?)?$/i],
  ['h', /^h(ours?|rs?)?$/i],
  ['m', /^m(in(ute)?s?)?$/],
  ['s', /^s(ec(ond)?s?)?$/i],
]

const isoPattern =
  /^P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/i

const spellings = 'Write it like 30s, 15m, 1h30m, 12h, 7d, 2w or PT15M (y, M = month, w, d, h, m = minute, s)'

/**
 * The length of an interval in seconds, at least 1.
 * @throws InvalidArgumentError (argument `every`) for anything else, saying how to write it
 */
export function parseEvery(value: string | number): number {
  const seconds = parseDuration(value, 'every')
  if (seconds >= 1) return seconds
  return refuse('every', value, 'is shorter than a second, and an interval is one second or more')
}

/** As `parseEvery`, but 0 and fractions of a second are allowed; `argument` names the key in the message. */
export function parseDuration(value: string | number, argument: string): number {
  if (typeof value === 'number') return checkNumber(value, argument)
  if (typeof value !== 'string') return refuse(argument, value, 'is no duration')
  const text = value.trim()
  if (text === '') return refuse(argument, value, 'is empty')
  const seconds = text.startsWith('-') ? undefined : (plainSeconds(text) ?? isoSeconds(text))
  if (seconds === undefined || !Number.isSafeInteger(Math.ceil(seconds)))
    return refuse(argument, value, `is no duration${hintFor(text)}`)
  return seconds
}

function checkNumber(value: number, argument: string): number {
  if (Number.isFinite(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER) return value
  return refuse(argument, value, 'is no number of seconds')
}

function refuse(argument: string, value: unknown, why: string): never {
  const shown = typeof value === 'string' ? `"${value.slice(0, 80)}"` : String(value)
  throw new InvalidArgumentError(argument, value, `${argument}: ${shown} ${why}. ${spellings}.`)
}

/** A number without a unit stands for seconds, but only at the end: `1h30` is an hour and 30 seconds. */
function plainSeconds(text: string): number | undefined {
  let rest = text
  let seconds = 0
  while (rest !== '') {
    const [whole = '', amount = '', unit = ''] = /^(\d+\.?\d*|\.\d+) *([a-z]*)/i.exec(rest) ?? []
    const length = unit === '' && whole.length === rest.length ? 1 : lengthOf(unit)
    if (amount === '' || length === undefined) return undefined
    seconds += Number(amount) * length
    rest = rest.slice(whole.length).replace(/^(?:[\s,]|and\b)+/i, '')
  }
  return roundOff(seconds)
}

function lengthOf(unit: string): number | undefined {
  const found = unitPatterns.find(([, pattern]) => pattern.test(unit))
  return found === undefined ? undefined : unitSeconds[found[0]]
}

function isoSeconds(text: string): number | undefined {
  const parts = isoPattern.exec(text)?.slice(1)
  if (parts === undefined || !parts.some((part) => part !== undefined)) return undefined
  const lengths = Object.values(unitSeconds)
  const seconds = parts.reduce((sum, part, index) => sum + Number(part ?? 0) * (lengths[index] ?? 0), 0)
  return Number.isNaN(seconds) ? undefined : roundOff(seconds)
}

/** 0.1 h is 360 s, not 360.00000000000006. */
function roundOff(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6
}

function hintFor(text: string): string {
  if (/\dms$|milli/i.test(text)) return ' (milliseconds are not a unit here)'
  if (/[A-Z]/.test(text) && plainSeconds(text.toLowerCase()) !== undefined)
    return ' (write units in small letters)'
  if (/^every\b/i.test(text)) return ' (leave out the word "every")'
  if (/^(\S+\s+){4,5}\S+/.test(text)) return ' (this looks like a cron: use the key "cron")'
  return /^\d+:\d+/.test(text) ? ' (colons are not a unit: 1:30 is written 1h30m)' : ''
}

/** The shortest plain spelling of whole seconds: 5400 is `1h30m`. Reads back by `parseEvery`. */
export function formatDuration(seconds: number): string {
  if (!Number.isInteger(seconds) || seconds <= 0) return `${seconds}s`
  let rest = seconds
  let text = ''
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const count = Math.floor(rest / unitSeconds[unit])
    if (count > 0) text += `${count}${unit}`
    rest -= count * unitSeconds[unit]
  }
  return text
}
