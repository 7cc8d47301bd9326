// How answers are printed: tables for people, JSON for programs.

import { stripVTControlCharacters } from 'node:util'
import type { Output } from './context.ts'

const gap = '  '
const leastColumns = 40

/** One line per value: what a person or another system wrote must not move the cursor or break a table. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, escaped)
}

const shortEscapes = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

function escaped(character: string): string {
  return shortEscapes.get(character) ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** Cells may be coloured; they must be `printable` otherwise. The last column is cut at `columns`. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns?: number,
): string {
  const lines = [head, ...rows]
  const widths = head.map((_, index) => Math.max(...lines.map((cells) => widthOf(cells[index] ?? ''))))
  return lines.map((cells) => `${row(cells, widths, columns)}\n`).join('')
}

function row(cells: readonly string[], widths: readonly number[], columns: number | undefined): string {
  const line = widths.map((width, index) => padded(cells[index] ?? '', width)).join(gap)
  const text = line.trimEnd()
  if (columns === undefined || columns < leastColumns || widthOf(text) <= columns) return text
  // Colour codes have no width and must not be cut in the middle: a line that is too long loses them.
  return `${stripVTControlCharacters(text).slice(0, columns - 1)}…`
}

export function writeTable(
  output: Output,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  output.write(table(head, rows, output.isTTY ? output.columns : undefined))
}

/** For programs: indented on a terminal, one line in a pipe. */
export function writeJson(output: Output, value: unknown): void {
  output.write(`${JSON.stringify(value, null, output.isTTY ? 2 : undefined)}\n`)
}

/** `1 job`, `2 jobs`, `1,000 jobs`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}
