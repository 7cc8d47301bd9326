// Reads a JSON schedule. JSON.parse gives the values; a small scanner beside it finds what JSON.parse does not
// tell: where the first mistake is, where the keys stand, and which of them are there twice.

import type { RawEntry, RawSchedule, TextProblem } from './file-text.ts'
import { duplicateProblem, notAMap, placeFinder } from './file-text.ts'

export function looksLikeJson(text: string, file: string | null): boolean {
  return /\.json$/i.test(file ?? '') || /^\s*\{\s*["}]/.test(text)
}

export function parseJson(text: string): RawSchedule {
  const scan = scanJson(text)
  if (scan.error !== null) return { entries: [], problems: [syntaxProblem(scan.error)] }
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return notAMap(Array.isArray(value) ? 'a list' : 'a single value')
  return { entries: entriesOf(value, scan.keys), problems: duplicatesOf(text, scan.keys) }
}

/** A key of the file itself or (with `entry`) of one of its entries. */
interface JsonKey {
  readonly entry: JsonKey | null
  readonly name: string
  readonly offset: number
}

interface JsonError {
  readonly offset: number
  readonly message: string
}

function syntaxProblem(error: JsonError): TextProblem {
  const message = `this is not valid JSON: ${error.message}.`
  return { severity: 'error', offset: error.offset, entry: null, message }
}

/** Of keys that are there twice, the last one counts, as for JSON.parse. */
function entriesOf(value: object, keys: readonly JsonKey[]): RawEntry[] {
  const names = new Map(keys.filter((key) => key.entry === null).map((key) => [key.name, key]))
  const fields = new Map(keys.map((key) => [fieldId(key.entry, key.name), key.offset]))
  return Object.entries(value).map(([name, entry]) => {
    const key = names.get(name) ?? null
    const offset = key?.offset ?? 0
    const fieldOffset = (field: string | null) => fields.get(fieldId(key, field ?? '')) ?? offset
    return { name, value: entry, offset, fieldOffset, anchored: false }
  })
}

function fieldId(entry: JsonKey | null, name: string): string {
  return `${entry?.offset ?? ''} ${name}`
}

function duplicatesOf(text: string, keys: readonly JsonKey[]): TextProblem[] {
  const placeOf = placeFinder(text)
  const firsts = new Map<string, number>()
  return keys.flatMap((key) => {
    const firstOffset = firsts.get(fieldId(key.entry, key.name))
    firsts.set(fieldId(key.entry, key.name), firstOffset ?? key.offset)
    if (firstOffset === undefined) return []
    const [entry, field] = key.entry === null ? [key.name, null] : [key.entry.name, key.name]
    return [duplicateProblem(placeOf, { entry, field, offset: key.offset, firstOffset })]
  })
}

/** Inside quotes: everything but the quote, the backslash and what stands below the blank. */
const tokenPattern =
  /[{}[\],:]|"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy

/** What may stand next; `first` allows the closing bracket of an empty list or map as well. */
type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma or end' | 'nothing'

class JsonScan {
  readonly keys: JsonKey[] = []
  readonly #open: ('{' | '[')[] = []
  #entry: JsonKey | null = null
  #expected: Expected = 'value'

  /** Takes one token; the answer is what is wrong with it, or null. */
  take(token: string, offset: number): string | null {
    const expected = this.#expected
    if (token.startsWith('"') && expected.endsWith('key')) return this.#key(token, offset)
    if (token === ':' && expected === 'colon') return this.#next('value')
    if (token === ',' && expected === 'comma or end')
      return this.#next(this.#open.at(-1) === '{' ? 'key' : 'value')
    if (/^[}\]]$/.test(token)) return this.#close(token)
    if (/^[:,]$/.test(token) || !expected.endsWith('value')) return this.missing()
    if (token === '{' || token === '[') return this.#enter(token)
    return this.#afterValue()
  }

  missing(): string {
    const wanted = {
      value: 'a value is missing here',
      'first value': 'a value or ] is missing here',
      key: 'a name in double quotes is missing here',
      'first key': 'a name in double quotes or } is missing here',
      colon: 'a colon is missing here',
      'comma or end': `a comma or ${this.#open.at(-1) === '{' ? '}' : ']'} is missing here`,
      nothing: 'nothing may follow the last bracket',
    }
    return wanted[this.#expected]
  }

  get complete(): boolean {
    return this.#expected === 'nothing'
  }

  #next(expected: Expected): null {
    this.#expected = expected
    return null
  }

  #key(token: string, offset: number): null {
    const depth = this.#open.length
    const entry = depth === 1 ? null : this.#entry
    const key = { entry, name: String(JSON.parse(token)), offset }
    if (depth === 1) this.#entry = key
    if (depth === 1 || (depth === 2 && this.#open[0] === '{')) this.keys.push(key)
    return this.#next('colon')
  }

  #enter(token: '{' | '['): null {
    this.#open.push(token)
    return this.#next(token === '{' ? 'first key' : 'first value')
  }

  #close(token: string): string | null {
    const matches = this.#open.at(-1) === (token === '}' ? '{' : '[')
    const allowed = this.#expected === 'comma or end' || this.#expected.startsWith('first')
    if (!matches || !allowed) return this.missing()
    this.#open.pop()
    return this.#afterValue()
  }

  #afterValue(): null {
    return this.#next(this.#open.length === 0 ? 'nothing' : 'comma or end')
  }
}

function scanJson(text: string): { keys: readonly JsonKey[]; error: JsonError | null } {
  const scan = new JsonScan()
  const blank = /[ \t\r\n]*/y
  for (let offset = 0; ; ) {
    blank.lastIndex = offset
    offset += blank.exec(text)?.[0].length ?? 0
    tokenPattern.lastIndex = offset
    const token = tokenPattern.exec(text)?.[0]
    if (token === undefined) {
      const error =
        offset < text.length || !scan.complete ? { offset, message: unreadable(scan, text, offset) } : null
      return { keys: scan.keys, error }
    }
    const message = scan.take(token, offset)
    if (message !== null) return { keys: scan.keys, error: { offset, message } }
    offset += token.length
  }
}

function unreadable(scan: JsonScan, text: string, offset: number): string {
  if (offset >= text.length) return `the text ends too early: ${scan.missing()}`
  if (text.startsWith('//', offset) || text.startsWith('/*', offset)) return 'JSON has no comments (YAML has)'
  if (text[offset] === '"')
    return 'this text in quotes is not closed, or holds a line break or a wrong escape'
  return scan.missing()
}
