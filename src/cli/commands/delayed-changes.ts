// resque delayed cancel, run, clear: takes delayed jobs out, or into their queues at once, by what they are.

import { type Command, Option } from 'commander'
import type { DelayedFilter } from '../../client/delayed-filter.ts'
import { ConfigurationError } from '../../errors.ts'
import type { CliContext } from '../context.ts'
import { counted } from '../output.ts'
import { saysYes } from './ask.ts'
import { dryRunOption, yesOption } from './failed-bulk.ts'
import { addCommand, answer, type CommandSpec, type Session } from './session.ts'
import { atOption, dueDate, inOption, readArgsJson } from './values.ts'

const filterOptions = (): Option[] => [
  new Option('--class <name>', 'jobs of this class'),
  new Option('--queue <name>', 'jobs for this queue'),
  new Option('--args-json <list>', 'jobs with exactly these arguments, compared by value'),
]

function textOf(flag: unknown): string | undefined {
  return typeof flag === 'string' ? flag : undefined
}

/** What the flags mean, or null when they name nothing. */
function filterOf({ flags }: Session): DelayedFilter | null {
  const [name, queue, args] = [textOf(flags['class']), textOf(flags['queue']), textOf(flags['argsJson'])]
  const filter = {
    ...(name === undefined ? {} : { class: name }),
    ...(queue === undefined ? {} : { queue }),
    ...(args === undefined ? {} : { args: readArgsJson(args) }),
  }
  return Object.keys(filter).length === 0 ? null : filter
}

async function countOf({ resque }: Session, filter: DelayedFilter): Promise<number> {
  return (await resque.delayed.find(filter, { limit: Number.POSITIVE_INFINITY })).length
}

async function isAgreed(session: Session, question: string): Promise<boolean> {
  return session.flags['yes'] === true || saysYes(session.context, question)
}

interface Change {
  readonly verb: string
  /** The name of the count in the answer of a dry run. */
  readonly would: string
  /** The name of the count in the answer for programs. */
  readonly done: string
  act(session: Session, filter: DelayedFilter): Promise<number>
}

async function isWanted(session: Session, filter: DelayedFilter, verb: string): Promise<boolean> {
  const count = await countOf(session, filter)
  return count === 0 || isAgreed(session, `Really ${verb} ${counted(count, 'delayed job')}?`)
}

async function change(
  session: Session,
  filter: DelayedFilter,
  { verb, would, done, act }: Change,
): Promise<number> {
  const { flags, stdout } = session
  if (flags['dryRun'] === true) {
    const count = await countOf(session, filter)
    answer(session, { [would]: count }, () =>
      stdout.write(`would ${verb} ${counted(count, 'delayed job')}\n`),
    )
    return 0
  }
  const isSure = flags['yes'] === true || (await isWanted(session, filter, verb))
  const count = isSure ? await act(session, filter) : 0
  answer(session, { [done]: count }, () => stdout.write(`${counted(count, 'delayed job')} ${done}\n`))
  return isSure ? 0 : 1
}

const cancelling: Change = {
  verb: 'cancel',
  would: 'wouldCancel',
  done: 'cancelled',
  act: ({ resque }, filter) => resque.delayed.remove(filter),
}

const running: Change = {
  verb: 'enqueue',
  would: 'wouldEnqueue',
  done: 'enqueued',
  act: ({ resque }, filter) => resque.delayed.enqueueNow(filter),
}

function moving(date: Date): Change {
  return {
    verb: 'reschedule',
    would: 'wouldReschedule',
    done: 'rescheduled',
    act: ({ resque }, filter) => resque.delayed.reschedule(filter, date),
  }
}

async function run(session: Session): Promise<number> {
  const filter = filterOf(session)
  if (filter !== null) return change(session, filter, running)
  throw new ConfigurationError('which jobs? Give --class, --queue or --args-json.')
}

async function clear(session: Session): Promise<number> {
  const { resque, stdout } = session
  const jobs = counted(await resque.delayed.count(), 'delayed job')
  if (!(await isAgreed(session, `Cancel ${jobs}, all there are?`))) return 1
  const cancelled = await resque.delayed.clear()
  answer(session, { cancelled }, () => stdout.write(`${counted(cancelled, 'delayed job')} cancelled\n`))
  return 0
}

/** What `cancel` and `reschedule` do with ids, here and elsewhere. */
export interface ByIds {
  readonly cancel: CommandSpec['run']
  readonly reschedule: CommandSpec['run']
}

/** With ids they are what they are elsewhere; without ids they go by what the jobs are. */
export function addDelayedChanges(group: Command, context: CliContext, byIds: ByIds): void {
  addCommand(group, context, {
    usage: 'cancel [ids...]',
    description: 'take jobs out before they run: by their ids, or by what they are',
    options: [...filterOptions(), dryRunOption(), yesOption()],
    after: `  resque delayed cancel --class SendEmail --args-json '["ann@example.com"]' --dry-run`,
    run: async (session) => {
      const filter = filterOf(session)
      if (filter !== null && session.args.length > 0)
        throw new ConfigurationError('give ids, or say what the jobs are; not both.')
      if (filter !== null) return change(session, filter, cancelling)
      if (session.args.length > 0) return byIds.cancel(session)
      throw new ConfigurationError('which jobs? Give their ids, or --class, --queue or --args-json.')
    },
  })
  addCommand(group, context, {
    usage: 'reschedule [id]',
    description: 'give jobs another time: by id, or by what they are',
    options: [atOption(), inOption(), ...filterOptions(), dryRunOption(), yesOption()],
    after: '  resque delayed reschedule --class Digest --in 2h --yes',
    run: async (session) => {
      const filter = filterOf(session)
      if (filter === null && session.args.length > 0) return byIds.reschedule(session)
      if (filter !== null && session.args.length > 0)
        throw new ConfigurationError('give an id, or say what the jobs are; not both.')
      if (filter === null)
        throw new ConfigurationError('which jobs? Give an id, or --class, --queue or --args-json.')
      return change(session, filter, moving(dueDate(session)))
    },
  })
  addCommand(group, context, {
    usage: 'run',
    description: 'put jobs into their queues at once',
    options: [...filterOptions(), dryRunOption(), yesOption()],
    run,
  })
  addCommand(group, context, {
    usage: 'clear',
    description: 'cancel everything that is delayed',
    options: [yesOption()],
    run: clear,
  })
}
