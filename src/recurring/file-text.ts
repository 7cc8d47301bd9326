// What a parsed schedule file looks like before its entries are understood, and where things stand in it.

/** A top-level key of the file with its value, as plain JSON-like data. */
export interface RawEntry {
  readonly name: string
  readonly value: unknown
  /** Offset in the text of the entry's name. */
  readonly offset: number
  /** Offset of one of its keys; of the name when the key is not written there (merged in). */
  fieldOffset(field: string | null): number
  /** True for a map with an anchor (`defaults: &defaults`), made to be merged into others. */
  readonly anchored: boolean
}

export interface TextProblem {
  readonly severity: 'error' | 'warning'
  readonly offset: number
  readonly entry: string | null
  readonly field?: string
  readonly message: string
}

export interface RawSchedule {
  readonly entries: readonly RawEntry[]
  readonly problems: readonly TextProblem[]
}

export type PlaceFinder = (offset: number) => { line: number; column: number }

/** Line and column, both from 1, of an offset in `text`. */
export function placeFinder(text: string): PlaceFinder {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}

/** A file whose top level is no map at all. */
export function notAMap(found: string): RawSchedule {
  const message = `a schedule is a map of entries (name: { cron, class, … }), but this is ${found}.`
  return { entries: [], problems: [{ severity: 'error', offset: 0, entry: null, message }] }
}

/** A key that is there twice: an entry's name, or one of the keys of an entry. */
export interface Duplicate {
  readonly entry: string
  readonly field: string | null
  readonly offset: number
  readonly firstOffset: number
}

export function duplicateProblem(placeOf: PlaceFinder, found: Duplicate): TextProblem {
  const { line } = placeOf(found.firstOffset)
  const message =
    `"${found.field ?? found.entry}" is there twice (first in line ${line}): only the last one counts. ` +
    'Rename or remove one.'
  const { entry, field, offset } = found
  return { severity: 'error', offset, entry, message, ...(field === null ? {} : { field }) }
}
