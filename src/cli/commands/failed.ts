// resque failed: the jobs that failed for good, newest last; shows, retries and removes them.

import { type Command, Option } from 'commander'
import { ConfigurationError } from '../../errors.ts'
import type { FailedJob } from '../../failed/entries.ts'
import type { FailedFilter } from '../../failed/filter.ts'
import type { CliContext } from '../context.ts'
import { counted, printable, writeTable } from '../output.ts'
import { addClearAndTrim, dryRunOption, retryMany } from './failed-bulk.ts'
import { filterOptions, isFiltered, readFilter } from './failed-filter.ts'
import { addCommand, addGroup, answer, notFound, type Session } from './session.ts'
import { argsText, countOption, readCount, timeText } from './values.ts'

function json({ index, record: _, ...rest }: FailedJob): Record<string, unknown> {
  return { index, ...rest }
}

function reasonOf({ exception, error }: FailedJob): string {
  return `${exception}: ${error}`
}

/** So many records are decoded in a second or two, to tell how many there are in all. */
const mostCounted = 50_000

/** `5 failed jobs`: how many there are in all. Not told where it would take long and there are more than shown. */
async function totalText(
  { resque }: Session,
  filter: FailedFilter,
  shown: number,
  most: number,
): Promise<string> {
  const length = await resque.failed.count()
  const isLong = isFiltered(filter) && filter.unreadable !== true && length > mostCounted
  if (!isLong) return counted(await resque.failed.count(filter), 'failed job')
  return shown < most ? counted(shown, 'failed job') : 'perhaps more failed jobs'
}

async function list(session: Session): Promise<undefined> {
  const { resque, stdout, paint } = session
  const filter = readFilter(session)
  const count = readCount(session.flags['count'])
  const found = (await resque.failed.list({ ...filter, order: 'newest', count })).reverse()
  const total = session.json ? '' : await totalText(session, filter, found.length, count)
  answer(session, found.map(json), () => {
    const rows = found.map((failure) => [
      String(failure.index),
      timeText(failure.failedAt),
      printable(failure.class ?? '(unreadable)'),
      argsText(failure.args),
      printable(failure.queue),
      paint('red', printable(reasonOf(failure))) + (failure.retriedAt === null ? '' : ' (retried)'),
    ])
    if (rows.length > 0) writeTable(stdout, ['index', 'failed at', 'class', 'args', 'queue', 'error'], rows)
    stdout.write(`${found.length} of ${total}\n`)
  })
}

/** The record that a word names: by index, by the job's id (then the newest), or by its key. */
async function failureNamed({ resque }: Session, word: string): Promise<FailedJob | null> {
  if (!/^\d{1,15}$/.test(word)) return resque.failed.get(word)
  const [failure] = await resque.failed.list({ start: Number(word), count: 1 })
  return failure ?? null
}

/** The record named; else says that there is none. */
async function withFailure(
  session: Session,
  act: (failure: FailedJob) => Promise<number | undefined>,
): Promise<number> {
  const word = session.args[0] ?? ''
  const failure = await failureNamed(session, word)
  if (failure !== null) return (await act(failure)) ?? 0
  return notFound(
    session,
    `there is no failed job ${word}: name its index or its id, as resque failed shows them.`,
  )
}

async function show(session: Session): Promise<number> {
  const { stdout, paint } = session
  return withFailure(session, async (failure) => {
    answer(session, json(failure), () => {
      const rows: readonly (readonly [string, string])[] = [
        ['index', String(failure.index)],
        ['job', failure.id ?? '-'],
        ['class', failure.class ?? '(unreadable)'],
        ['args', JSON.stringify(failure.args)],
        ['queue', failure.queue],
        ['failed at', timeText(failure.failedAt)],
        ...(failure.retriedAt === null ? [] : [['retried at', timeText(failure.retriedAt)] as const]),
        ['worker', failure.worker],
      ]
      for (const [name, text] of rows) stdout.write(`${name.padEnd(11)}${printable(text)}\n`)
      const reason = printable(reasonOf(failure))
      stdout.write(`${'error'.padEnd(11)}${paint('red', reason)}\n`)
      for (const line of failure.backtrace) stdout.write(`           ${paint('dim', printable(line))}\n`)
    })
    return 0
  })
}

async function retryOne(session: Session): Promise<number> {
  const { resque, stdout, flags } = session
  return withFailure(session, async (failure) => {
    const name = printable(failure.class ?? '(unreadable)')
    const queue = printable(failure.queue)
    if (flags['dryRun'] === true) {
      answer(session, { wouldRetry: 1, id: failure.id }, () =>
        stdout.write(`would put ${name} back into queue ${queue}\n`),
      )
      return 0
    }
    if (!(await resque.failed.retry(failure, { keep: flags['keep'] === true }))) {
      const why = 'its record has gone or names no job'
      return notFound(session, `job ${failure.id ?? ''} was not retried: ${why}.`)
    }
    answer(session, { retried: 1, id: failure.id }, () => stdout.write(`${name} is back in queue ${queue}\n`))
    return 0
  })
}

async function retry(session: Session): Promise<number> {
  const [word] = session.args
  const isAll = session.flags['all'] === true || word === 'all'
  if (isAll && word !== undefined && word !== 'all')
    throw new ConfigurationError(`${word} and --all were both given. Name one job, or say --all.`)
  if (isAll) return retryMany(session)
  if (word === undefined)
    throw new ConfigurationError('which job? Give its index or id, as resque failed shows them, or --all.')
  if (!isFiltered(readFilter(session))) return retryOne(session)
  throw new ConfigurationError(`${word} is one job, and filters were given as well. Use them with --all.`)
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

export function addFailed(program: Command, context: CliContext): void {
  const group = addGroup(program, context, 'failed', {
    usage: 'failed',
    description: 'the jobs that failed for good, the newest last',
    options: [...filterOptions(), countOption(20)],
    run: list,
  })
  const named = 'an index, as resque failed shows it, or the id of a job'
  const shown = { usage: 'show <index>', description: `one failure with its backtrace; ${named}`, run: show }
  addCommand(group, context, shown)
  addCommand(group, context, {
    usage: 'retry [id]',
    description: 'put a failed job, or all of them, back into its queue',
    after: `ID: ${named}. What was retried and kept is\nleft alone by --all, unless --retried is given.`,
    options: [
      new Option('--all', 'all, or those that these mean:'),
      ...filterOptions(),
      new Option('--keep', 'leave the record on the list, marked with the time'),
      dryRunOption(),
    ],
    run: retry,
  })
  const removed = { usage: 'remove <id>', description: 'take a failure off the list', after: `ID: ${named}` }
  addCommand(group, context, { ...removed, run: remove })
  addClearAndTrim(group, context)
}
