// resque recurring --schedule FILE: the entries of a file with what Redis knows of their runs, for where no scheduler
// of ours has told Redis of them: before the first start, or while one of Ruby leads.

import { ConfigurationError } from '../../errors.ts'
import { describeEntry } from '../../recurring/describe.ts'
import type { ScheduleEntry } from '../../recurring/entry.ts'
import { loadSchedule } from '../../recurring/file.ts'
import { formatProblem } from '../../recurring/problem.ts'
import { type Anchor, nextPlanned } from '../../recurring/standing.ts'
import { readFlags } from '../flags.ts'
import { counted, printable, writeTable } from '../output.ts'
import { answer, type Session } from './session.ts'
import { argsText, timeText, untilText } from './values.ts'

interface Row {
  readonly name: string
  /** null: none of the file's entries has this name. */
  readonly entry: ScheduleEntry | null
  readonly lastRun: Date | null
  readonly nextRun: Date | null
}

/** Reads the files; bad entries are told and left out. @throws ConfigurationError when nothing can be read */
function readEntries({ context }: Session, files: readonly string[]): readonly ScheduleEntry[] {
  const loaded = files.map((file) => loadSchedule(file))
  const problems = loaded.flatMap((schedule) => schedule.problems)
  const entries = loaded.flatMap((schedule) => schedule.entries)
  const failed = problems.some(({ severity }) => severity === 'error')
  if (failed && entries.length === 0) throw new ConfigurationError(problems.map(formatProblem).join('\n'))
  for (const problem of problems) context.stderr.write(`${printable(formatProblem(problem))}\n`)
  return entries
}

function rowOf(name: string, entry: ScheduleEntry | null, anchor: Anchor | undefined, nowMs: number): Row {
  const standing = { ...(anchor ?? { hasRun: false, atMs: nowMs }), sinceMs: 0, runs: 0 }
  const nextMs = entry === null ? null : nextPlanned(entry, standing, nowMs)
  return {
    name,
    entry,
    lastRun: anchor?.hasRun ? new Date(anchor.atMs) : null,
    nextRun: nextMs === null ? null : new Date(nextMs),
  }
}

async function anchorsOf({ resque, command, context }: Session): Promise<Map<string, Anchor>> {
  return resque.rooms.recurring(readFlags(command, ['appName'], context).appName).all()
}

function cells({ clock }: Session, { name, entry, lastRun, nextRun }: Row): string[] {
  const until = nextRun === null ? '' : ` (${untilText(nextRun.getTime() - clock.nowMs())})`
  const times = [timeText(lastRun), `${timeText(nextRun)}${until}`]
  if (entry === null) return [printable(name), '', ...times]
  const job = `${printable(entry.class)}(${argsText(entry.params)})`
  return [printable(name), printable(describeEntry(entry)), ...times, job, printable(entry.queue ?? '')]
}

function toJson({ name, entry, lastRun, nextRun }: Row): Record<string, unknown> {
  const known = entry === null ? {} : { ...entry, timing: describeEntry(entry), next: undefined }
  return { ...known, name, inSchedule: entry !== null, lastRun, nextRun }
}

/** The entries of the files, and those that Redis knows besides. */
export async function listWithSchedule(session: Session, files: readonly string[]): Promise<undefined> {
  const entries = readEntries(session, files)
  const anchors = await anchorsOf(session)
  const nowMs = session.clock.nowMs()
  const names = new Set(entries.map(({ name }) => name))
  const others = [...anchors.keys()].filter((name) => !names.has(name)).sort()
  const rows = [
    ...entries.map((entry) => rowOf(entry.name, entry, anchors.get(entry.name), nowMs)),
    ...others.map((name) => rowOf(name, null, anchors.get(name), nowMs)),
  ]
  answer(session, rows.map(toJson), () => {
    const head = ['entry', 'runs', 'last run', 'next run', 'job', 'queue']
    if (rows.length > 0)
      writeTable(
        session.stdout,
        head,
        rows.map((row) => cells(session, row)),
      )
    session.stdout.write(`${counted(rows.length, 'recurring entry', 'recurring entries')}\n`)
  })
}

/** Entries that ran once and are not known to be in force: name and last run. */
export async function formerRuns(session: Session, inForce: ReadonlySet<string>): Promise<string[][]> {
  const former = [...(await anchorsOf(session))].filter(([name]) => !inForce.has(name))
  const rows = former.map(([name, anchor]) => rowOf(name, null, anchor, 0))
  return rows.map(({ name, lastRun }) => [printable(name), timeText(lastRun)]).sort()
}
