// resque delayed, cancel, reschedule: jobs that wait for their time.

import type { Command } from 'commander'
import type { DelayedJob } from '../../client/delayed-search.ts'
import { isId } from '../../job/id.ts'
import type { CliContext } from '../context.ts'
import { counted, printable, writeTable } from '../output.ts'
import { addDelayedChanges } from './delayed-changes.ts'
import { addCommand, addGroup, answer, type CommandSpec, notFound, type Session } from './session.ts'
import {
  argsText,
  atOption,
  countOption,
  dueDate,
  inOption,
  readCount,
  readTime,
  timeText,
  untilText,
} from './values.ts'

const longestError = 60

function showTable({ stdout, clock }: Session, jobs: readonly DelayedJob[]): void {
  const haveFailed = jobs.some(({ error }) => error !== undefined)
  const rows = jobs.map((job) => [
    timeText(job.dueAt),
    untilText(job.dueAt.getTime() - clock.nowMs()),
    printable(job.class ?? '(unreadable)'),
    argsText(job.args),
    printable(job.queue ?? '-'),
    job.id ?? '-',
    ...(haveFailed ? [failureText(job)] : []),
  ])
  const failed = haveFailed ? ['failed before'] : []
  if (rows.length > 0) writeTable(stdout, ['due', '', 'class', 'args', 'queue', 'id', ...failed], rows)
}

/** How often a job was performed, and why it failed the last time: `2: TimeoutError: no answer`. */
function failureText({ attempts, error }: DelayedJob): string {
  if (error === undefined) return ''
  const text = printable(`${error.name}: ${error.message}`)
  return `${attempts ?? 1}: ${text.length > longestError ? `${text.slice(0, longestError)}…` : text}`
}

async function list(session: Session): Promise<undefined> {
  const { resque, stdout } = session
  const [jobs, total] = await Promise.all([
    resque.delayed.list(readCount(session.flags['count'])),
    resque.delayed.count(),
  ])
  answer(session, jobs, () => {
    showTable(session, jobs)
    stdout.write(`${jobs.length} of ${counted(total, 'delayed job')}\n`)
  })
}

async function showOne(session: Session, id: string): Promise<number> {
  const [job] = await session.resque.delayed.find({ id })
  if (job === undefined) return refusal(session, id)
  answer(session, job, () => {
    const due = `${timeText(job.dueAt)} (${untilText(job.dueAt.getTime() - session.clock.nowMs())})`
    const rows = { id, class: job.class ?? '-', args: JSON.stringify(job.args), queue: job.queue ?? '-', due }
    const payload = job.payload
    for (const [name, text] of Object.entries({ ...rows, payload }))
      session.stdout.write(`${name.padEnd(10)}${printable(text)}\n`)
  })
  return 0
}

/** The jobs of one second, or one job. */
async function show(session: Session): Promise<number> {
  const { resque, stdout, args, flags } = session
  const what = args[0] ?? ''
  if (isId(what)) return showOne(session, what)
  const date = readTime(what, 'TIME')
  const [jobs, total] = await Promise.all([
    resque.delayed.peek(date, 0, readCount(flags['count'])),
    resque.delayed.sizeAt(date),
  ])
  answer(session, jobs, () => {
    showTable(session, jobs)
    stdout.write(`${jobs.length} of ${counted(total, 'job')} due at ${timeText(date)}\n`)
  })
  return 0
}

/** Why a job could be neither cancelled nor moved. */
async function refusal(session: Session, id: string): Promise<number> {
  const status = await session.resque.status(id)
  if (status === null) return notFound(session, `nothing is known of job ${id}.`)
  const why = 'only a job that is delayed or waiting can be taken out of its place'
  return notFound(session, `job ${id} is ${status.state}: ${why}.`)
}

/** A running job ends when its worker has heard of it. */
async function cancelledText({ resque }: Session, id: string): Promise<string> {
  const isRunning = (await resque.status(id))?.state === 'running'
  return isRunning ? `told the worker of ${printable(id)} to end it` : `cancelled ${printable(id)}`
}

async function cancel(session: Session): Promise<number> {
  const results: { readonly id: string; readonly cancelled: boolean }[] = []
  for (const id of session.args) {
    const cancelled = await session.resque.cancel(id)
    results.push({ id, cancelled })
    if (!cancelled) await refusal(session, id)
    else if (!session.json) session.stdout.write(`${await cancelledText(session, id)}\n`)
  }
  answer(session, results, () => undefined)
  return results.every(({ cancelled }) => cancelled) ? 0 : 1
}

async function reschedule(session: Session): Promise<number> {
  const { resque, args, stdout } = session
  const id = args[0] ?? ''
  if (!(await resque.reschedule(id, dueDate(session)))) return refusal(session, id)
  const status = await resque.status(id)
  const where = status?.state === 'delayed' ? `due ${timeText(status.dueAt)}` : `${status?.state ?? 'moved'}`
  answer(session, status, () => stdout.write(`${printable(id)} is ${where} now\n`))
  return 0
}

const cancelSpec: CommandSpec = {
  usage: 'cancel <id...>',
  description: 'take delayed and waiting jobs out, and have running ones end',
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
  addCommand(group, context, {
    usage: 'show <id-or-time>',
    description: 'one job with its bytes, or all that are due in one second',
    options: [countOption(20)],
    run: show,
  })
  addDelayedChanges(group, context, { cancel, reschedule })
}

/** The same two for jobs wherever they wait. */
export function addCancelAndReschedule(program: Command, context: CliContext): void {
  addCommand(program, context, cancelSpec)
  addCommand(program, context, rescheduleSpec)
}
