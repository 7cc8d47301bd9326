// resque failed retry --all, clear and trim: many failed jobs at once, with a question before what cannot be undone.

import { type Command, Option } from 'commander'
import { ConfigurationError } from '../../errors.ts'
import type { CliContext } from '../context.ts'
import { counted } from '../output.ts'
import { saysYes } from './ask.ts'
import { filterOptions, readFilter } from './failed-filter.ts'
import { addCommand, answer, type Session } from './session.ts'

export const dryRunOption = (): Option => new Option('-n, --dry-run', 'only tell how many')
export const yesOption = (): Option => new Option('-y, --yes', 'do not ask')

/** Retries all that the flags mean. */
export async function retryMany(session: Session): Promise<number> {
  const { resque, stdout, flags } = session
  const dryRun = flags['dryRun'] === true
  const options = { dryRun, keep: flags['keep'] === true }
  let refused = 0
  const onProgress = (progress: { readonly refused: number }): void => {
    refused = progress.refused
  }
  const retried = await resque.failed.retryAll(readFilter(session), { ...options, onProgress })
  const value = dryRun ? { wouldRetry: retried } : { retried, ...(refused === 0 ? {} : { refused }) }
  answer(session, value, () => {
    const jobs = counted(retried, 'job')
    stdout.write(dryRun ? `would put ${jobs} back\n` : `${jobs} back in their queues\n`)
    if (refused > 0)
      stdout.write(
        `${counted(refused, 'job')} not put back: the key of their queue holds something else than a list\n`,
      )
  })
  return refused > 0 ? 1 : 0
}

/** Counts, asks, and takes off. */
async function takeOff(session: Session, run: (dryRun: boolean) => Promise<number>): Promise<number> {
  const { stdout, flags, context } = session
  if (flags['dryRun'] === true) {
    const wouldRemove = await run(true)
    answer(session, { wouldRemove }, () =>
      stdout.write(`would remove ${counted(wouldRemove, 'failed job')}\n`),
    )
    return 0
  }
  const isSure = flags['yes'] === true || (await isAgreed(context, await run(true)))
  const removed = isSure ? await run(false) : 0
  answer(session, { removed }, () => stdout.write(`${counted(removed, 'failed job')} removed\n`))
  return isSure ? 0 : 1
}

async function isAgreed(context: CliContext, count: number): Promise<boolean> {
  return count === 0 || saysYes(context, `Remove ${counted(count, 'failed job')} for good?`)
}

async function clear(session: Session): Promise<number> {
  const filter = readFilter(session)
  const { failed } = session.resque
  return takeOff(session, (dryRun) => (dryRun ? failed.count(filter) : failed.clear(filter)))
}

function readNumber(value: unknown, flag: string, isRight: (number: number) => boolean): number | undefined {
  if (value === undefined) return undefined
  const number = value === '' ? Number.NaN : Number(value)
  if (isRight(number)) return number
  throw new ConfigurationError(`${flag} is ${JSON.stringify(value)}: it must be a number, 0 or more.`)
}

async function trim(session: Session): Promise<number> {
  const { flags, resque } = session
  const keep = readNumber(flags['keep'], '--keep', (count) => Number.isSafeInteger(count) && count >= 0)
  const days = readNumber(flags['maxAgeDays'], '--max-age-days', (age) => Number.isFinite(age) && age >= 0)
  if (keep === undefined && days === undefined)
    throw new ConfigurationError('what is to be kept? Give --keep NUMBER or --max-age-days NUMBER or both.')
  return takeOff(session, (dryRun) => resque.failed.trim({ keep, maxAgeDays: days }, { dryRun }))
}

export function addClearAndTrim(group: Command, context: CliContext): void {
  addCommand(group, context, {
    usage: 'clear',
    description: 'take failures off the list for good: all, or those that the flags mean',
    options: [...filterOptions(), dryRunOption(), yesOption()],
    run: clear,
  })
  addCommand(group, context, {
    usage: 'trim',
    description: 'take the oldest failures off the list for good',
    options: [
      new Option('--keep <number>', 'so many stay, the newest'),
      new Option('--max-age-days <number>', 'what failed longer ago goes'),
      dryRunOption(),
      yesOption(),
    ],
    run: trim,
  })
}
