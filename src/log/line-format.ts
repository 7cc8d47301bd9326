// How one log line looks: for people (text), for log collectors (logfmt). Whatever a job or Redis has said
// stays within its line and cannot move a terminal's cursor.

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'
export type LogFields = Readonly<Record<string, unknown>>

export interface LogRecord {
  /** ISO 8601, in UTC. */
  readonly time: string
  readonly level: LogLevel
  readonly message: string
  readonly fields: LogFields
}

export type Paint = (style: 'red' | 'yellow' | 'green' | 'dim', text: string) => string

const styles = { error: 'red', warn: 'yellow', info: 'green', debug: 'dim' } as const
const longestValue = 2_000

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g

function escapeOf(character: string): string {
  if (character === '\n') return '\\n'
  if (character === '\t') return '\\t'
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** The text on one line, cut when it is very long. */
export function oneLine(text: string): string {
  const cut = text.length > longestValue ? `${text.slice(0, longestValue)}…` : text
  return cut.replace(unprintable, escapeOf)
}

function plain(value: unknown): string {
  return typeof value === 'object' && value !== null ? (JSON.stringify(value) ?? '') : String(value)
}

/** Quoted where logfmt needs it. */
function logfmtValue(value: unknown): string {
  const text = plain(value)
  const cut = text.length > longestValue ? `${text.slice(0, longestValue)}…` : text
  return /^[^\s"=\\]+$/.test(cut) && !cut.match(unprintable)
    ? cut
    : JSON.stringify(cut).replace(unprintable, escapeOf)
}

function pairs(fields: LogFields): string {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)
  return known.map(([name, value]) => `${name}=${logfmtValue(value)}`).join(' ')
}

export function logfmtLine({ time, level, message, fields }: LogRecord): string {
  const rest = pairs(fields)
  return `time=${time} level=${level} msg=${logfmtValue(message)}${rest === '' ? '' : ` ${rest}`}\n`
}

/** The fields that people are shown too; the others stand in the words already. */
const shownInText = ['id', 'attempt', 'planned', 'late_ms', 'busy']

export function textLine({ time, level, message, fields }: LogRecord, paint: Paint): string {
  const shown = shownInText.filter((name) => name in fields).map((name) => [name, fields[name]])
  const rest = pairs(Object.fromEntries(shown))
  const head = `${paint('dim', time)} ${paint(styles[level], level.toUpperCase().padEnd(5))} ${oneLine(message)}`
  return `${head}${rest === '' ? '' : `  ${paint('dim', rest)}`}\n`
}
