// resque failed: the jobs that failed for good, newest last; shows, retries and removes them.

import { type Command, Option } from 'commander'
import type { Failure } from '../../job/failure.ts'
import type { CliContext } from '../context.ts'
import { counted, printable, writeTable } from '../output.ts'
import { saysYes } from './ask.ts'
import { failureNamed, lastFailures, retryAll } from './failures.ts'
import { addCommand, addGroup, answer, notFound, type Session } from './session.ts'
import { argsText, countOption, readCount, timeText } from './values.ts'

function json(failure: Failure, index: number): Record<string, unknown> {
  const { record: _, ...rest } = failure
  return { index, ...rest }
}

async function list(session: Session): Promise<undefined> {
  const { resque, stdout, paint } = session
  const total = await resque.failed.count()
  const found = await lastFailures(resque.failed, total, readCount(session.flags['count']))
  const values = found.map(({ failure, index }) => json(failure, index))
  answer(session, values, () => {
    const rows = found.map(({ failure, index }) => [
      String(index),
      timeText(failure.failedAt),
      printable(failure.class ?? '(unreadable)'),
      argsText(failure.args),
      printable(failure.queue),
      paint('red', printable(`${failure.exception}: ${failure.error}`)),
    ])
    if (rows.length > 0) writeTable(stdout, ['index', 'failed at', 'class', 'args', 'queue', 'error'], rows)
    stdout.write(`${found.length} of ${counted(total, 'failed job')}\n`)
  })
}

/** The record that a word names, by index or job id; else says that there is none. */
async function withFailure(
  session: Session,
  act: (failure: Failure, index: number) => Promise<number | undefined>,
): Promise<number> {
  const word = session.args[0] ?? ''
  const found = await failureNamed(session.resque.failed, word)
  if (found !== null) return (await act(found.failure, found.index)) ?? 0
  return notFound(
    session,
    `there is no failed job ${word}: name its index or its id, as resque failed shows them.`,
  )
}

async function show(session: Session): Promise<number> {
  const { stdout, paint } = session
  return withFailure(session, async (failure, index) => {
    answer(session, json(failure, index), () => {
      const rows: readonly (readonly [string, string])[] = [
        ['index', String(index)],
        ['job', failure.id ?? '-'],
        ['class', failure.class ?? '(unreadable)'],
        ['args', JSON.stringify(failure.args)],
        ['queue', failure.queue],
        ['failed at', timeText(failure.failedAt)],
        ['worker', failure.worker],
      ]
      for (const [name, text] of rows) stdout.write(`${name.padEnd(11)}${printable(text)}\n`)
      const reason = printable(`${failure.exception}: ${failure.error}`)
      stdout.write(`${'error'.padEnd(11)}${paint('red', reason)}\n`)
      for (const line of failure.backtrace) stdout.write(`           ${paint('dim', printable(line))}\n`)
    })
    return 0
  })
}

async function retry(session: Session): Promise<number> {
  const { resque, stdout, args } = session
  if (args[0] === 'all') {
    const retried = await retryAll(resque.failed)
    answer(session, { retried }, () => stdout.write(`${counted(retried, 'job')} back in their queues\n`))
    return 0
  }
  return withFailure(session, async (failure) => {
    if (!(await resque.failed.retry(failure))) {
      return notFound(
        session,
        `job ${failure.id ?? ''} was not retried: its record has gone or names no job.`,
      )
    }
    answer(session, { retried: 1, id: failure.id }, () =>
      stdout.write(`${printable(failure.class ?? '')} is back in queue ${printable(failure.queue)}\n`),
    )
    return 0
  })
}

async function remove(session: Session): Promise<number> {
  return withFailure(session, async (failure) => {
    if (!(await session.resque.failed.remove(failure)))
      return notFound(session, 'the record has gone already.')
    answer(session, { removed: 1, id: failure.id }, () =>
      session.stdout.write(`removed ${printable(failure.class ?? 'the record')}\n`),
    )
    return 0
  })
}

async function clear(session: Session): Promise<number> {
  const { resque, stdout, flags, context } = session
  const count = await resque.failed.count()
  const question = `Remove ${counted(count, 'failed job')} for good?`
  const sure = flags['yes'] === true || count === 0 || (await saysYes(context, question))
  if (sure) await resque.failed.clear()
  const removed = sure ? count : 0
  answer(session, { removed }, () => stdout.write(`${counted(removed, 'failed job')} removed\n`))
  return sure ? 0 : 1
}

export function addFailed(program: Command, context: CliContext): void {
  const group = addGroup(program, context, 'failed', {
    usage: 'failed',
    description: 'the jobs that failed for good, the newest last',
    options: [countOption(20)],
    run: list,
  })
  const named = 'an index, as resque failed shows it, or the id of a job'
  const shown = { usage: 'show <index>', description: `one failure with its backtrace; ${named}`, run: show }
  addCommand(group, context, shown)
  const retried = 'put a failed job, or all of them, back into its queue'
  addCommand(group, context, {
    usage: 'retry <id|all>',
    description: retried,
    after: `ID: ${named}`,
    run: retry,
  })
  const removed = { usage: 'remove <id>', description: 'take a failure off the list', after: `ID: ${named}` }
  addCommand(group, context, { ...removed, run: remove })
  addCommand(group, context, {
    usage: 'clear',
    description: 'take all failures off the list',
    options: [new Option('-y, --yes', 'do not ask')],
    run: clear,
  })
}
