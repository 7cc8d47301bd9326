// What a setting is: a flag, the variables that stand for it, a default, and how its text is read. A flag beats
// a variable, a variable beats the default; an empty variable counts as not set.

import { ConfigurationError } from '../errors.ts'
import { didYouMean } from '../nearest.ts'

export type Variables = Readonly<Record<string, string | undefined>>

/** Where a value was given, for messages: `--queue` or `QUEUE`. */
export interface Given {
  readonly by: string
  readonly text: string
}

export interface Setting<Value> {
  /** As commander writes it: `-n, --app-name <name>`; a switch has no `<…>`. */
  readonly flags: string
  /** In order; the first that is set counts. */
  readonly variables: readonly string[]
  readonly help: string
  /** As `--help` shows it; null when nothing is taken without flag and variable. */
  readonly shownDefault: string | null
  /** Whether the flag may be given again and again. */
  readonly repeats: boolean
  /** @throws ConfigurationError; nothing given means the default */
  read(given: readonly Given[], variables: Variables): Value
}

/** `--app-name` of `-n, --app-name <name>`. */
export function longFlag(setting: Setting<unknown>): string {
  return /--[\w-]+/.exec(setting.flags)?.[0] ?? setting.flags
}

function givenBy(setting: Setting<unknown>, flag: unknown, variables: Variables): Given[] {
  const texts = (Array.isArray(flag) ? flag : [flag]).filter((value) => value !== undefined).map(String)
  if (texts.length > 0) return texts.map((text) => ({ by: longFlag(setting), text }))
  const name = setting.variables.find((variable) => (variables[variable] ?? '') !== '')
  return name === undefined ? [] : [{ by: name, text: variables[name] ?? '' }]
}

/** The setting's value. @param flag what the command line gave: a text, texts, a boolean, or undefined */
export function settingValue<Value>(setting: Setting<Value>, flag: unknown, variables: Variables): Value {
  return setting.read(givenBy(setting, flag, variables), variables)
}

export function wrongValue({ by, text }: Given, why: string): ConfigurationError {
  return new ConfigurationError(`${by} is ${JSON.stringify(text)}: ${why}`)
}

type Words = Pick<Setting<unknown>, 'flags' | 'variables' | 'help'>

export function text<Default extends string | undefined>(
  words: Words,
  unset: Default,
): Setting<string | Default> {
  return {
    ...words,
    shownDefault: unset ?? null,
    repeats: false,
    read: (given) => given.at(-1)?.text ?? unset,
  }
}

/** Each time the flag was given is a text; in a variable, commas separate several. */
export function texts(words: Words, shownDefault: string | null = null): Setting<readonly string[]> {
  const parts = ({ by, text }: Given): string[] => (by.startsWith('--') ? [text] : text.split(','))
  const read = (given: readonly Given[]): string[] =>
    given
      .flatMap(parts)
      .map((part) => part.trim())
      .filter((part) => part !== '')
  return { ...words, shownDefault, repeats: true, read }
}

export interface Range {
  readonly least: number
  readonly most: number
  readonly whole?: boolean
  readonly unit: string
}

/** The same where nobody need say anything. */
export function numberOrNone(words: Words, range: Range): Setting<number | undefined> {
  const { read } = number(words, 0, range)
  return {
    ...words,
    shownDefault: null,
    repeats: false,
    read: (given, variables) => (given.length === 0 ? undefined : read(given, variables)),
  }
}

export function number(
  words: Words,
  unset: number,
  { least, most, whole = false, unit }: Range,
): Setting<number> {
  const read = (given: readonly Given[]): number => {
    const last = given.at(-1)
    if (last === undefined) return unset
    const value = last.text.trim() === '' ? Number.NaN : Number(last.text)
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value
    throw wrongValue(
      last,
      `it must be ${whole ? 'a whole number' : 'a number'} of ${unit} from ${least} to ${most}.`,
    )
  }
  return { ...words, shownDefault: String(unset), repeats: false, read }
}

const yes = /^(1|t|true|y|yes|on|[2-9])$/i
const no = /^(0|f|false|n|no|off)$/i

/** @param unset its value when nobody says anything */
export function toggle(words: Words, unset = false): Setting<boolean> {
  const read = (given: readonly Given[]): boolean => {
    const last = given.at(-1)
    if (last === undefined) return unset
    if (!yes.test(last.text) && !no.test(last.text)) throw wrongValue(last, 'write 1 or 0, true or false.')
    return yes.test(last.text)
  }
  return { ...words, shownDefault: unset ? 'on' : null, repeats: false, read }
}

export function choice<Choice extends string>(words: Words, choices: readonly Choice[]): Setting<Choice> {
  const unset = choices[0] as Choice
  const read = (given: readonly Given[]): Choice => {
    const last = given.at(-1)
    if (last === undefined) return unset
    const chosen = choices.find((name) => name === last.text)
    if (chosen === undefined)
      throw wrongValue(last, `it must be one of ${choices.join(', ')}.${didYouMean(last.text, choices)}`)
    return chosen
  }
  return { ...words, shownDefault: unset, repeats: false, read }
}
