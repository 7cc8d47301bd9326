// resque-scheduler next: when the entries of a schedule file run next. It needs no Redis, so an interval is
// counted from the moment that is asked for, and not from its last run.

import type { Command } from 'commander'
import { systemClock } from '../../clock.ts'
import { InvalidArgumentError } from '../../errors.ts'
import { describeEntry } from '../../recurring/describe.ts'
import { loadSchedule, type ScheduleEntryInfo } from '../../recurring/file.ts'
import { nextOccurrences } from '../../recurring/occurrences.ts'
import { formatProblem } from '../../recurring/problem.ts'
import { type CliContext, painter } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { addFlags, readFlags } from '../flags.ts'
import { printable, writeJson } from '../output.ts'
import { perform } from '../program.ts'
import { errorsOf, pathFrom, readingOptions, readingSettings } from './schedule-files.ts'

interface Question {
  readonly fromMs: number
  readonly count: number
}

interface Answer {
  readonly entry: ScheduleEntryInfo
  readonly occurrences: readonly string[]
}

function fromOf(text: unknown): number {
  if (text === undefined) return systemClock.nowMs()
  const fromMs = typeof text === 'string' ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(fromMs)) return fromMs
  throw new InvalidArgumentError(
    'from',
    text,
    `--from is "${text}": this is no time. Write it as 2027-01-01T00:00:00Z.`,
  )
}

const mostRuns = 10_000

function countOf(text: unknown): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0 && count <= mostRuns) return count
  throw new InvalidArgumentError(
    'count',
    text,
    `--count is "${text}": it must be a whole number from 1 to ${mostRuns}.`,
  )
}

function answer(entry: ScheduleEntryInfo, { fromMs, count }: Question): Answer {
  const runs = entry.enabled ? nextOccurrences(entry, { from: fromMs, count }) : []
  return { entry, occurrences: runs.map((date) => date.toISOString()) }
}

function show(answers: readonly Answer[], { stdout, env }: CliContext): void {
  const paint = painter(stdout, env)
  for (const { entry, occurrences } of answers) {
    stdout.write(
      `${paint('bold', printable(entry.name))}  ${paint('dim', printable(describeEntry(entry)))}\n`,
    )
    for (const occurrence of occurrences) stdout.write(`  ${occurrence}\n`)
    if (occurrences.length === 0) stdout.write(`  ${paint('dim', 'no run by itself')}\n`)
  }
}

async function next(command: Command, file: string, context: CliContext): Promise<number> {
  const flags: Readonly<Record<string, unknown>> = command.opts()
  const question = { fromMs: fromOf(flags['from']), count: countOf(flags['count']) }
  // As in check: the same answer everywhere, whatever the variables.
  const options = await readingOptions(readFlags(command, readingSettings, { env: {} }), context)
  const schedule = loadSchedule(pathFrom(context.cwd, file), { ...options, requireQueue: false })
  const answers = schedule.entries.map((entry) => answer(entry, question))
  const plain = answers.map(({ entry, occurrences }) => ({ name: entry.name, occurrences }))
  if (flags['json'] === true) writeJson(context.stdout, plain)
  else show(answers, context)
  const errors = errorsOf(schedule.problems)
  for (const problem of errors) context.stderr.write(`${printable(formatProblem(problem))}\n`)
  return errors.length === 0 ? exitCodes.stoppedAsAsked : exitCodes.failed
}

export function addNext(program: Command, context: CliContext): void {
  const command = program.command('next').argument('<file>', 'schedule file, or a folder of them')
  command.description('print when the entries of a schedule file run next')
  command.option('--from <time>', 'runs after this time, ISO 8601 (default: now)')
  command.option('--count <number>', 'how many for each entry', '5')
  command.option('--json', 'print [{ name, occurrences }] for programs')
  addFlags(command, readingSettings, { variables: false })
  perform(command, (_, [file = '']) => next(command, file, context))
}
