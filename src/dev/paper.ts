// How `resque dev` writes: one line for each thing that happens, with a time, a word and the job.

import type { JobState } from '../job/state.ts'

export type Ink = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Where lines go. `paint` gives the text back as it is where there are no colours. */
export interface Paper {
  write(line: string): void
  paint(ink: Ink, text: string): string
  /** The text without what would move the cursor: jobs log, throw and are called whatever they like. */
  printable(text: string): string
}

/** What a line is about: the states of jobs, and the other things that happen. */
export type Word =
  | 'delayed'
  | 'waiting'
  | 'running'
  | 'complete'
  | 'failed'
  | 'cancelled'
  | 'fired'
  | 'skipped'
  | 'log'
  | 'trouble'
  | 'recovered'

/** The colour of each state, here and in `resque status`. */
export const stateInks: Readonly<Record<JobState, Ink>> = {
  delayed: 'yellow',
  waiting: 'cyan',
  running: 'bold',
  complete: 'green',
  failed: 'red',
  cancelled: 'dim',
}

const inks: Readonly<Record<Word, Ink>> = {
  ...stateInks,
  fired: 'cyan',
  skipped: 'dim',
  log: 'dim',
  trouble: 'red',
  recovered: 'green',
}

export interface Line {
  readonly atMs: number
  readonly word: Word
  readonly id: string | null
  readonly text: string
  readonly note?: string
}

const wordWidth = 9
/** The last digits of an id are those that differ from job to job. */
const shownIdDigits = 8
const longestArgs = 60

/** `15:04:05.123`, in the zone of this machine. */
export function clockTime(atMs: number): string {
  const date = new Date(atMs)
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()]
  const time = parts.map((part) => String(part).padStart(2, '0')).join(':')
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** The same in whole seconds. */
export function secondsTime(atMs: number): string {
  return clockTime(atMs).slice(0, -4)
}

/** `SendEmail("ann@example.com", "welcome")`; args that are not known are left out. */
export function jobText(className: string, args: readonly unknown[] | null): string {
  if (args === null) return className
  const list = args.map((arg) => JSON.stringify(arg)).join(', ')
  return `${className}(${list.length > longestArgs ? `${list.slice(0, longestArgs)}…` : list})`
}

/** `350 ms`, `2.5 s`, `4 min 10 s`, `2 min`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`
  const seconds = Math.round(ms / 1_000)
  return `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? '' : ` ${seconds % 60} s`}`
}

export function shortId(id: string | null): string {
  return (id ?? '').slice(-shownIdDigits).padEnd(shownIdDigits)
}

export function writeLine(paper: Paper, { atMs, word, id, text, note = '' }: Line): void {
  const job = paper.printable(text)
  const parts = [
    paper.paint('dim', clockTime(atMs)),
    paper.paint(inks[word], word.padEnd(wordWidth)),
    paper.paint('dim', shortId(id)),
    word === 'log' ? paper.paint('dim', job) : job,
  ]
  if (note !== '') parts.push(paper.paint(word === 'failed' ? 'red' : 'dim', paper.printable(note)))
  paper.write(parts.join('  '))
}
