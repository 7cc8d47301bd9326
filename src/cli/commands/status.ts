// resque status: where a job is; with --follow, each change of it until it has ended.

import { type Command, Option } from 'commander'
import { stateInks } from '../../dev/paper.ts'
import { isFinal } from '../../job/state.ts'
import type { JobStatus } from '../../status/record.ts'
import type { CliContext } from '../context.ts'
import { printable, writeJson } from '../output.ts'
import { addCommand, answer, notFound, type Session } from './session.ts'
import { argsText, timeText, untilText } from './values.ts'

const lookEveryMs = 50

function unknown(session: Session, id: string): number {
  const why = 'it never was, is not tracked, or ended more than a day ago'
  return notFound(session, `nothing is known of job ${id}: ${why}.`)
}

function errorLine({ error }: JobStatus): string {
  return error === undefined ? '' : printable(`${error.name}: ${error.message}`)
}

function progressText({ progress, progressMessage }: JobStatus): string | undefined {
  if (progress === undefined) return undefined
  return progressMessage === undefined ? `${progress} %` : `${progress} %, ${printable(progressMessage)}`
}

/** A result that was too large is told by its size. */
function resultText({ result, resultTooLargeBytes: bytes }: JobStatus): string | undefined {
  if (bytes !== undefined) return `${bytes} bytes, too large to be kept`
  return result === undefined ? undefined : printable(JSON.stringify(result))
}

function show(session: Session, status: JobStatus, log: readonly string[]): void {
  const { stdout, paint, clock } = session
  const dueMs = status.dueAt === undefined ? undefined : status.dueAt.getTime() - clock.nowMs()
  const due = dueMs === undefined || status.state !== 'delayed' ? '' : ` (${untilText(dueMs)})`
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['job', status.id],
    ['state', paint(stateInks[status.state], status.state)],
    ['class', printable(status.class ?? '-')],
    ['args', status.args === undefined ? undefined : argsText(status.args)],
    ['queue', printable(status.queue ?? '-')],
    ['enqueued', status.enqueuedAt && timeText(status.enqueuedAt)],
    ['due', status.dueAt && timeText(status.dueAt) + due],
    ['started', status.startedAt && timeText(status.startedAt)],
    ['ended', status.finishedAt && timeText(status.finishedAt)],
    ['attempts', String(status.attempts)],
    ['progress', progressText(status)],
    ['error', status.error && errorLine(status)],
    ['result', resultText(status)],
    ...log.map((line) => ['log', printable(line)] as const),
  ]
  for (const [name, text] of rows) if (text !== undefined) stdout.write(`${name.padEnd(10)}${text}\n`)
}

/** What a change is judged by. */
function signature({ state, attempts, progress, progressMessage, dueAt }: JobStatus): string {
  return JSON.stringify([state, attempts, progress, progressMessage, dueAt])
}

function noteOf(session: Session, status: JobStatus): string {
  if (status.state === 'delayed' && status.dueAt !== undefined) {
    const again = status.error === undefined ? '' : `, after ${errorLine(status)}`
    return `due ${untilText(status.dueAt.getTime() - session.clock.nowMs())}${again}`
  }
  if (status.state === 'failed') return errorLine(status)
  if (status.state !== 'running') return ''
  const attempt = status.attempts > 1 ? [`attempt ${status.attempts}`] : []
  return [...attempt, progressText(status) ?? []].flat().join(', ')
}

function tell(session: Session, status: JobStatus): void {
  if (session.json) {
    writeJson(session.stdout, status)
    return
  }
  const time = new Date(session.clock.nowMs()).toISOString()
  const state = session.paint(stateInks[status.state], status.state.padEnd(9))
  session.stdout.write(`${time}  ${state}  ${noteOf(session, status)}`.trimEnd().concat('\n'))
}

async function follow(session: Session, id: string): Promise<number> {
  const { resque, clock, context } = session
  let told = ''
  const { closed } = session.stdout
  while (!context.signal?.aborted && !closed?.aborted) {
    const status = await resque.status(id)
    if (status === null) return unknown(session, id)
    if (signature(status) !== told) tell(session, status)
    told = signature(status)
    if (isFinal(status.state)) return status.state === 'complete' ? 0 : 1
    await clock.sleep(lookEveryMs, context.signal)
  }
  return 1
}

async function run(session: Session): Promise<number> {
  const id = session.args[0] ?? ''
  if (session.flags['follow'] === true) return follow(session, id)
  const status = await session.resque.status(id)
  if (status === null) return unknown(session, id)
  const log = session.json ? [] : await session.resque.log(id)
  answer(session, status, () => show(session, status, log))
  return 0
}

export function addStatus(program: Command, context: CliContext): void {
  addCommand(program, context, {
    usage: 'status <id>',
    description: 'where a job is',
    after: 'With --follow the exit code is 0 when the job is complete, 1 when it failed or was cancelled.',
    options: [new Option('-f, --follow', 'print each change until the job has ended')],
    run,
  })
}
