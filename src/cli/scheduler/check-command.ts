// resque-scheduler check: what a schedule file says, and all that is wrong with it. It needs no Redis.

import type { Command } from 'commander'
import { describeEntry } from '../../recurring/describe.ts'
import {
  type LoadedSchedule,
  type LoadScheduleOptions,
  loadSchedule,
  type ScheduleEntryInfo,
} from '../../recurring/file.ts'
import { formatProblem, type Problem } from '../../recurring/problem.ts'
import { type CliContext, type Paint, painter } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { addFlags, readFlags } from '../flags.ts'
import { counted, printable, writeJson, writeTable } from '../output.ts'
import { perform } from '../program.ts'
import { errorsOf, pathFrom, readingOptions, readingSettings } from './schedule-files.ts'

/** A file is checked the same way everywhere: variables such as NODE_ENV do not count. */
const flagsOnly = {}

/** Entries without a queue are shown, and told of as errors. */
function read(file: string, options: LoadScheduleOptions): LoadedSchedule {
  const { problems } = loadSchedule(file, options)
  return { ...loadSchedule(file, { ...options, requireQueue: false }), problems }
}

function plainEntry(entry: ScheduleEntryInfo): unknown {
  const { name, kind, cron, everySeconds, firstInSeconds, timezone, class: className } = entry
  const { queue, params, env, enabled, next } = entry
  const timing = { kind, cron, everySeconds, firstInSeconds, timezone }
  return { name, ...timing, class: className, queue, params, env, enabled, next }
}

function plainProblem({ severity, file, line, column, entry, field, message }: Problem): unknown {
  return { severity, file, line, column, entry, field, message }
}

function plain({ file, entries, problems }: LoadedSchedule): unknown {
  return { file, entries: entries.map(plainEntry), problems: problems.map(plainProblem) }
}

function rowOf(entry: ScheduleEntryInfo, paint: Paint): string[] {
  const { name, class: className, queue, enabled, kind, next } = entry
  const run = kind === 'manual' ? 'by hand' : enabled ? (next[0] ?? 'never') : 'disabled'
  const cells = [name, describeEntry(entry), className, queue ?? '-', run].map(printable)
  return enabled ? cells : cells.map((cell) => paint('dim', cell))
}

function summary({ file, entries, problems }: LoadedSchedule, paint: Paint): string {
  const errors = errorsOf(problems).length
  const warnings = problems.length - errors
  const counts = [
    counted(entries.length, 'entry', 'entries'),
    counted(errors, 'error'),
    counted(warnings, 'warning'),
  ]
  return `${file}: ${paint(errors > 0 ? 'red' : 'green', counts.join(', '))}\n`
}

function show(schedule: LoadedSchedule, { stdout, env }: CliContext): void {
  const paint = painter(stdout, env)
  const rows = schedule.entries.map((entry) => rowOf(entry, paint))
  if (rows.length > 0) writeTable(stdout, ['NAME', 'RUNS', 'CLASS', 'QUEUE', 'NEXT'], rows)
  for (const problem of schedule.problems) {
    const line = printable(formatProblem(problem))
    stdout.write(`${paint(problem.severity === 'error' ? 'red' : 'yellow', line)}\n`)
  }
  stdout.write(summary(schedule, paint))
}

async function check(command: Command, files: readonly string[], context: CliContext): Promise<number> {
  const given = readFlags(command, readingSettings, { env: flagsOnly })
  const options = await readingOptions(given, context)
  const schedules = files.map((file) => read(pathFrom(context.cwd, file), options))
  const answers = schedules.map(plain)
  if (command.opts()['json'] === true) writeJson(context.stdout, answers.length === 1 ? answers[0] : answers)
  else for (const schedule of schedules) show(schedule, context)
  const isGood = schedules.every(({ problems }) => errorsOf(problems).length === 0)
  return isGood ? exitCodes.stoppedAsAsked : exitCodes.failed
}

export function addCheck(program: Command, context: CliContext): void {
  const command = program.command('check').argument('<file...>', 'schedule files, or folders of them')
  command.description('check schedule files: every problem with its line; exit code 1 when there is an error')
  command.option('--json', 'print { file, entries, problems } for programs; several files make a list')
  addFlags(command, readingSettings, { variables: false })
  perform(command, (_, files) => check(command, files, context))
}
