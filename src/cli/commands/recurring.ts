// resque recurring: what runs again and again, when it last ran and, with the schedule at hand, when it runs next.

import type { Command } from 'commander'
import { ConfigurationError } from '../../errors.ts'
import { describeEntry } from '../../recurring/describe.ts'
import type { ScheduleEntry } from '../../recurring/entry.ts'
import { loadSchedule } from '../../recurring/file.ts'
import { plannedAfter } from '../../recurring/occurrences.ts'
import { formatProblem } from '../../recurring/problem.ts'
import { type Anchor, gridOf } from '../../recurring/standing.ts'
import type { CliContext } from '../context.ts'
import { addFlags, readFlags } from '../flags.ts'
import { counted, printable, writeTable } from '../output.ts'
import { addCommand, answer, type Session } from './session.ts'
import { argsText, timeText, untilText } from './values.ts'

interface Row {
  readonly name: string
  /** null: no schedule was given, or none of its entries has this name any more. */
  readonly entry: ScheduleEntry | null
  readonly lastRun: Date | null
  readonly nextRun: Date | null
}

/** Reads the files; bad entries are told and left out. @throws ConfigurationError when nothing can be read */
function readEntries(session: Session, files: readonly string[]): readonly ScheduleEntry[] {
  const loaded = files.map((file) => loadSchedule(file))
  const problems = loaded.flatMap((schedule) => schedule.problems)
  const entries = loaded.flatMap((schedule) => schedule.entries)
  const failed = problems.some(({ severity }) => severity === 'error')
  if (failed && entries.length === 0) throw new ConfigurationError(problems.map(formatProblem).join('\n'))
  for (const problem of problems) session.context.stderr.write(`${printable(formatProblem(problem))}\n`)
  return entries
}

function nextRun(entry: ScheduleEntry, anchor: Anchor | undefined, nowMs: number): Date | null {
  const grid = gridOf(entry, anchor ?? { hasRun: false, atMs: nowMs })
  const ms = plannedAfter(grid.entry, nowMs, grid.atMs)
  return ms === null ? null : new Date(ms)
}

async function rowsOf(session: Session): Promise<Row[]> {
  const { command, context, clock, resque } = session
  const { schedule, appName } = readFlags(command, ['schedule', 'appName'], context)
  const entries = readEntries(session, schedule)
  const anchors = await resque.rooms.recurring(appName).all()
  const names = entries.map(({ name }) => name)
  const others = [...anchors.keys()].filter((name) => !names.includes(name)).sort()
  const lastRun = (name: string): Date | null => {
    const anchor = anchors.get(name)
    return anchor?.hasRun ? new Date(anchor.atMs) : null
  }
  return [
    ...entries.map((entry) => ({
      name: entry.name,
      entry,
      lastRun: lastRun(entry.name),
      nextRun: nextRun(entry, anchors.get(entry.name), clock.nowMs()),
    })),
    ...others.map((name) => ({ name, entry: null, lastRun: lastRun(name), nextRun: null })),
  ]
}

function cells({ clock }: Session, { name, entry, lastRun, nextRun: next }: Row): string[] {
  const until = next === null ? '-' : `${timeText(next)} (${untilText(next.getTime() - clock.nowMs())})`
  const what = entry === null ? '' : `${printable(entry.class)}(${argsText(entry.params)})`
  const timing = entry === null ? '' : describeEntry(entry)
  return [printable(name), printable(timing), timeText(lastRun), until, what, printable(entry?.queue ?? '')]
}

function toJson({ name, entry, lastRun, nextRun: next }: Row): Record<string, unknown> {
  const known = entry === null ? {} : { ...entry, timing: describeEntry(entry) }
  return { ...known, name, inSchedule: entry !== null, lastRun, nextRun: next, next: undefined }
}

async function recurring(session: Session): Promise<undefined> {
  const { stdout } = session
  const rows = await rowsOf(session)
  const hasSchedule = rows.some(({ entry }) => entry !== null)
  answer(session, rows.map(toJson), () => {
    const head = ['entry', 'runs', 'last run', 'next run', 'job', 'queue']
    const shown = rows.map((row) => cells(session, row))
    const narrow = (row: readonly string[]): string[] => [row[0] ?? '', row[2] ?? '']
    if (rows.length > 0 && hasSchedule) writeTable(stdout, head, shown)
    if (rows.length > 0 && !hasSchedule) writeTable(stdout, narrow(head), shown.map(narrow))
    stdout.write(`${counted(rows.length, 'recurring entry', 'recurring entries')}\n`)
    if (!hasSchedule) stdout.write('give --schedule FILE to see when and what they run\n')
  })
}

export function addRecurring(program: Command, context: CliContext): void {
  const command = addCommand(program, context, {
    usage: 'recurring',
    description: 'the recurring entries: what they run, when they last ran and when they run next',
    run: recurring,
  })
  addFlags(command, ['schedule', 'appName'])
}
