// How a plan is written: for people, with signs as a diff has them, or as JSON.

import { isDeepStrictEqual } from 'node:util'
import type { Zone } from '../../recurring/cron-zone.ts'
import { describeEntry } from '../../recurring/describe.ts'
import type { ScheduleEntry } from '../../recurring/entry.ts'
import { entryToPlain } from '../../recurring/entry-plain.ts'
import type { EntryChange, FieldChange } from '../../recurring/schedule-diff.ts'
import { localText, utcText, weekdayText } from '../../recurring/wall-text.ts'
import type { Paint } from '../context.ts'
import { printable } from '../output.ts'
import { callText } from './tell-run.ts'

export interface Plan {
  readonly added: readonly (Appearing & { readonly replacesDynamic: boolean })[]
  readonly changed: readonly Changing[]
  readonly removed: readonly Appearing[]
  readonly unchanged: readonly string[]
}

/** Runs are epoch milliseconds. */
interface Appearing {
  readonly entry: ScheduleEntry
  readonly runs: readonly number[]
}

interface Changing extends EntryChange {
  readonly runsBefore: readonly number[]
  readonly runsAfter: readonly number[]
}

interface Words {
  readonly zone: Zone
  readonly paint: Paint
  /** Redis knows of no entry of a file. */
  readonly isFirst: boolean
}

function runsText(runs: readonly number[], { zone }: Words): string {
  const texts = runs.map((atMs) => `${weekdayText(atMs + zone.offsetMs(atMs))} ${localText(atMs, zone)}`)
  return texts.length === 0 ? 'none by itself' : texts.join(', ')
}

function headOf(entry: ScheduleEntry): string {
  const queue = printable(entry.queue ?? '(queue of the class)')
  return `${printable(entry.name)}  ${printable(describeEntry(entry))}  ${callText(entry)} → ${queue}`
}

function addedLines({ entry, runs, replacesDynamic }: Plan['added'][number], words: Words): string[] {
  const note = '    takes the place of the dynamic entry of this name'
  const lines = [words.paint('green', `+ ${headOf(entry)}`), `    next runs: ${runsText(runs, words)}`]
  return replacesDynamic ? [...lines, note] : lines
}

function removedLines({ entry, runs }: Appearing, words: Words): string[] {
  return [words.paint('red', `- ${headOf(entry)}`), `    falls away: ${runsText(runs, words)}`]
}

function valueText(value: unknown): string {
  return value === undefined ? '(not set)' : printable(JSON.stringify(value))
}

function fieldLine({ field, before, after }: FieldChange): string {
  return `    ${field}: ${valueText(before)} → ${valueText(after)}`
}

function changedLines({ name, fields, runsBefore, runsAfter }: Changing, words: Words): string[] {
  const head = words.paint('yellow', `~ ${printable(name)}`)
  const lines = [head, ...fields.map(fieldLine)]
  if (isDeepStrictEqual(runsBefore, runsAfter))
    return [...lines, `    next runs as before: ${runsText(runsAfter, words)}`]
  const before = `    next runs before: ${runsText(runsBefore, words)}`
  return [...lines, before, `    next runs after:  ${runsText(runsAfter, words)}`]
}

export function planText({ added, changed, removed, unchanged }: Plan, words: Words): string {
  const blocks = [
    ...added.map((each) => addedLines(each, words)),
    ...changed.map((each) => changedLines(each, words)),
    ...removed.map((each) => removedLines(each, words)),
  ].map((lines) => `${lines.join('\n')}\n`)
  const first = words.isFirst
    ? 'Redis knows of no entry of a schedule file yet (for this namespace and --app-name): all is new.\n'
    : ''
  const counts = [`${added.length} to add`, `${changed.length} to change`, `${removed.length} to remove`]
  const summary =
    blocks.length === 0 ? 'nothing changes' : `${counts.join(', ')}, ${unchanged.length} unchanged`
  return `${first}${[...blocks, `${summary} (${words.zone.name})\n`].join('\n')}`
}

function times(runs: readonly number[]): string[] {
  return runs.map(utcText)
}

/** One line: it may be long, and is for programs. */
export function planJson({ added, changed, removed, unchanged }: Plan): string {
  const plain = {
    added: added.map(({ entry, runs, replacesDynamic }) => {
      return { name: entry.name, entry: entryToPlain(entry), replacesDynamic, next: times(runs) }
    }),
    changed: changed.map(({ name, fields, runsBefore, runsAfter }) => {
      const plainFields = fields.map(({ field, before = null, after = null }) => ({ field, before, after }))
      return { name, fields: plainFields, nextBefore: times(runsBefore), nextAfter: times(runsAfter) }
    }),
    removed: removed.map(({ entry, runs }) => {
      return { name: entry.name, entry: entryToPlain(entry), next: times(runs) }
    }),
    unchanged,
  }
  return `${JSON.stringify(plain)}\n`
}
