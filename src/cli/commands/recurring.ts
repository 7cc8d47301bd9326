// resque recurring: the entries that Redis knows, of schedule files and dynamic ones: what they run, when, and what
// became of it. What changes them is in recurring-changes.ts.

import type { Command } from 'commander'
import type { RecurringEntry, RecurringRun } from '../../client/recurring-entry.ts'
import { parseEntry } from '../../recurring/entry.ts'
import type { CliContext } from '../context.ts'
import { addFlags, readFlags } from '../flags.ts'
import { counted, printable, writeTable } from '../output.ts'
import { factsOf } from '../scheduler/entry-facts.ts'
import { recurringChanges } from './recurring-changes.ts'
import { entriesOf, withEntry } from './recurring-entries.ts'
import { formerRuns, listWithSchedule } from './recurring-schedule.ts'
import { addCommand, addGroup, answer, type CommandSpec, type Session } from './session.ts'
import { argsText, countOption, readCount, spanText, timeText, untilText } from './values.ts'

function stateText({ enabled, disabledUntil, kind, problem }: RecurringEntry): string {
  if (problem !== null) return 'wrong'
  if (disabledUntil !== null) return `disabled until ${timeText(disabledUntil)}`
  return enabled ? (kind === 'manual' ? 'by hand' : '') : 'disabled'
}

function nextText({ clock }: Session, { nextAt }: RecurringEntry): string {
  return nextAt === null ? '-' : `${timeText(nextAt)} (${untilText(nextAt.getTime() - clock.nowMs())})`
}

function cells(session: Session, entry: RecurringEntry): string[] {
  const state = stateText(entry)
  return [
    printable(entry.name),
    printable(entry.timing),
    timeText(entry.previousAt),
    entry.lastJob?.state ?? '-',
    state === '' || entry.nextAt !== null ? nextText(session, entry) : session.paint('yellow', state),
    `${printable(entry.class)}(${argsText(entry.args)})`,
    printable(entry.queue ?? '-'),
    entry.source,
  ]
}

async function list(session: Session): Promise<undefined> {
  const { stdout, command, context } = session
  const { schedule } = readFlags(command, ['schedule'], context)
  if (schedule.length > 0) return listWithSchedule(session, schedule)
  const entries = await entriesOf(session).list()
  const former = await formerRuns(session, new Set(entries.map(({ name }) => name)))
  answer(session, entries, () => {
    const head = ['entry', 'runs', 'last run', 'its job', 'next run', 'job', 'queue', 'from']
    const rows = entries.map((entry) => cells(session, entry))
    if (rows.length > 0) writeTable(stdout, head, rows)
    stdout.write(`${counted(rows.length, 'recurring entry', 'recurring entries')}\n`)
    if (former.length > 0) stdout.write('\nnot known to be in force:\n')
    if (former.length > 0) writeTable(stdout, ['entry', 'last run'], former)
    if (rows.length === 0) stdout.write(`${hint}\n`)
  })
}

const hint =
  'entries of a file are known once a scheduler leads that has read it; --schedule FILE shows them before'

/** What the entry's own keys mean; nothing when they cannot be read. */
function settingsOf({ name, config, problem }: RecurringEntry): (readonly [string, string])[] {
  const { entry } = parseEntry(name, config)
  if (entry === null) return [['problem', problem ?? 'it cannot be read']]
  return factsOf(entry, undefined).map(({ label, text }) => [label, text])
}

function factsShown(session: Session, entry: RecurringEntry): (readonly [string, string])[] {
  const { lastJob, previousAt, source } = entry
  const last =
    lastJob === null ? '' : `, job ${lastJob.id}, ${lastJob.state ?? 'of which nothing is known any more'}`
  const state = stateText(entry)
  return [
    ['from', source === 'file' ? 'the schedule file of the scheduler that leads' : 'Redis (a dynamic entry)'],
    ...settingsOf(entry),
    ...(state === '' ? [] : [['state', state] as const]),
    ['last run', previousAt === null ? 'not yet' : `${timeText(previousAt)}${last}`],
    ['next run', nextText(session, entry)],
  ]
}

async function show(session: Session): Promise<number> {
  return withEntry(session, async (entry) => {
    answer(session, entry, () => {
      const facts = factsShown(session, entry)
      const width = Math.max(...facts.map(([label]) => label.length))
      const lines = facts.map(([label, text]) => `  ${label.padEnd(width)}  ${printable(text)}\n`)
      session.stdout.write(`${session.paint('bold', printable(entry.name))}\n${lines.join('')}`)
    })
  })
}

function tookText({ startedAt, finishedAt }: RecurringRun): string {
  if (startedAt === undefined || finishedAt === undefined) return ''
  return spanText(finishedAt.getTime() - startedAt.getTime())
}

function runCells(run: RecurringRun): string[] {
  const outcome = run.count > 1 ? `${run.outcome} (${run.count} runs)` : run.outcome
  const times = [timeText(run.plannedAt), timeText(run.enqueuedAt)]
  return [...times, outcome, run.jobId ?? '-', run.status ?? '', tookText(run), printable(run.reason ?? '')]
}

async function history(session: Session): Promise<number> {
  const count = readCount(session.flags['count'])
  return withEntry(session, async ({ name }, entries) => {
    const runs = await entries.history(name, count)
    answer(session, runs, () => {
      const head = ['planned', 'enqueued', 'outcome', 'job', 'state', 'took', '']
      if (runs.length > 0) writeTable(session.stdout, head, runs.map(runCells))
      else session.stdout.write(`${printable(name)} has not run yet\n`)
    })
  })
}

const showSpec: CommandSpec = {
  usage: 'show <name>',
  description: 'all that is known of one entry, its settings in words',
  run: show,
}

const historySpec: CommandSpec = {
  usage: 'history <name>',
  description: 'what became of the last runs of an entry, the newest first; the last 100 are kept',
  options: [countOption(20)],
  run: history,
}

const examples = `Examples:
  resque recurring                                  all entries: what they run, last run, next run
  resque recurring show nightly_report
  resque recurring set digest '{"cron":"0 8 * * * Europe/Berlin","class":"Digest","queue":"mail"}'
  resque recurring disable digest --until 2027-01-02T00:00:00Z
  resque recurring run digest --args '["ann@example.com"]'
  resque recurring history digest --count 5 --json

Exit codes: 0 done, 1 there is no such entry, 2 wrong usage.`

export function addRecurring(program: Command, context: CliContext): void {
  const description = 'the recurring entries: what they run, when they last ran and when they run next'
  const group = addGroup(program, context, 'recurring', { usage: 'recurring', description, run: list })
  for (const spec of [showSpec, historySpec, ...recurringChanges]) addCommand(group, context, spec)
  for (const command of group.commands) addFlags(command, ['appName'])
  for (const command of group.commands) if (command.name() === 'list') addFlags(command, ['schedule'])
  group.addHelpText('after', `\n${examples}`)
}
