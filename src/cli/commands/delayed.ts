// resque delayed, cancel, reschedule: jobs that wait for their time.

import type { Command } from 'commander'
import { ConfigurationError } from '../../errors.ts'
import type { CliContext } from '../context.ts'
import { counted, printable, writeTable } from '../output.ts'
import { addDelayedChanges } from './delayed-changes.ts'
import { addCommand, addGroup, answer, type CommandSpec, notFound, type Session } from './session.ts'
import {
  argsText,
  atOption,
  countOption,
  inOption,
  readCount,
  readDue,
  timeText,
  untilText,
} from './values.ts'

async function list(session: Session): Promise<undefined> {
  const { resque, clock, stdout } = session
  const [jobs, total] = await Promise.all([
    resque.delayed.list(readCount(session.flags['count'])),
    resque.delayed.count(),
  ])
  answer(session, jobs, () => {
    const rows = jobs.map((job) => [
      timeText(job.dueAt),
      untilText(job.dueAt.getTime() - clock.nowMs()),
      printable(job.class ?? '(unreadable)'),
      argsText(job.args),
      printable(job.queue ?? '-'),
      job.id ?? '-',
    ])
    if (rows.length > 0) writeTable(stdout, ['due', '', 'class', 'args', 'queue', 'id'], rows)
    stdout.write(`${jobs.length} of ${counted(total, 'delayed job')}\n`)
  })
}

/** Why a job could be neither cancelled nor moved. */
async function refusal(session: Session, id: string): Promise<number> {
  const status = await session.resque.status(id)
  if (status === null) return notFound(session, `nothing is known of job ${id}.`)
  const why = 'only a job that is delayed or waiting can be taken out of its place'
  return notFound(session, `job ${id} is ${status.state}: ${why}.`)
}

async function cancel(session: Session): Promise<number> {
  const results: { readonly id: string; readonly cancelled: boolean }[] = []
  for (const id of session.args) {
    const cancelled = await session.resque.cancel(id)
    results.push({ id, cancelled })
    if (!cancelled) await refusal(session, id)
    else if (!session.json) session.stdout.write(`cancelled ${printable(id)}\n`)
  }
  answer(session, results, () => undefined)
  return results.every(({ cancelled }) => cancelled) ? 0 : 1
}

/** No time from now is a time that is past by whichever clock. */
function dateIn(seconds: number, nowMs: number): Date {
  return new Date(seconds === 0 ? 0 : nowMs + seconds * 1000)
}

async function reschedule(session: Session): Promise<number> {
  const { resque, clock, args, flags, stdout } = session
  const id = args[0] ?? ''
  const due = readDue(flags)
  if (due === null) throw new ConfigurationError('when is the job to run? Give --at TIME or --in DURATION.')
  const date = 'at' in due ? due.at : dateIn(due.inSeconds, clock.nowMs())
  if (!(await resque.reschedule(id, date))) return refusal(session, id)
  const status = await resque.status(id)
  const where = status?.state === 'delayed' ? `due ${timeText(status.dueAt)}` : `${status?.state ?? 'moved'}`
  answer(session, status, () => stdout.write(`${printable(id)} is ${where} now\n`))
  return 0
}

const cancelSpec: CommandSpec = {
  usage: 'cancel <id...>',
  description: 'take delayed or waiting jobs out before they run',
  run: cancel,
}

const rescheduleSpec: CommandSpec = {
  usage: 'reschedule <id>',
  description: 'give a delayed or waiting job another time',
  options: [atOption(), inOption()],
  run: reschedule,
}

export function addDelayed(program: Command, context: CliContext): void {
  const group = addGroup(program, context, 'delayed', {
    usage: 'delayed',
    description: 'the jobs that wait for their time, the next one first',
    options: [countOption(20)],
    run: list,
  })
  addDelayedChanges(group, context, cancel)
  addCommand(group, context, rescheduleSpec)
}

/** The same two for jobs wherever they wait. */
export function addCancelAndReschedule(program: Command, context: CliContext): void {
  addCommand(program, context, cancelSpec)
  addCommand(program, context, rescheduleSpec)
}
