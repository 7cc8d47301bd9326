// resque queues remove, clear, dequeue: takes waiting jobs away, and asks first.

import { type Command, Option } from 'commander'
import { didYouMean } from '../../nearest.ts'
import type { CliContext } from '../context.ts'
import { counted, printable } from '../output.ts'
import { saysYes } from './ask.ts'
import { dryRunOption, yesOption } from './failed-bulk.ts'
import { addCommand, answer, notFound, type Session } from './session.ts'
import { readArg } from './values.ts'

/** The queue named, when there is one; else says so. */
export async function withQueue(
  session: Session,
  act: (name: string) => Promise<number | undefined>,
): Promise<number> {
  const name = session.args[0] ?? ''
  const names = await session.resque.queues.names()
  if (!names.includes(name))
    return notFound(session, `there is no queue "${name}".${didYouMean(name, names)}`)
  return (await act(name)) ?? 0
}

async function isAgreed({ flags, context }: Session, question: string): Promise<boolean> {
  return flags['yes'] === true || saysYes(context, question)
}

async function remove(session: Session): Promise<number> {
  const { resque, stdout } = session
  return withQueue(session, async (name) => {
    const jobs = counted(await resque.queues.size(name), 'job')
    if (!(await isAgreed(session, `Remove queue ${printable(name)} with ${jobs} for good?`))) return 1
    const dropped = await resque.queues.remove(name)
    answer(session, { name, removed: true, dropped }, () =>
      stdout.write(`removed ${printable(name)} with ${counted(dropped, 'job')}\n`),
    )
    return 0
  })
}

async function clear(session: Session): Promise<number> {
  const { resque, stdout } = session
  return withQueue(session, async (name) => {
    const jobs = counted(await resque.queues.size(name), 'job')
    if (!(await isAgreed(session, `Drop ${jobs} of queue ${printable(name)} for good?`))) return 1
    const dropped = await resque.queues.clear(name)
    answer(session, { name, dropped }, () =>
      stdout.write(`${printable(name)} is empty: ${counted(dropped, 'job')} dropped\n`),
    )
    return 0
  })
}

async function dequeue(session: Session): Promise<number> {
  const { resque, stdout, flags, args } = session
  const [name = '', ...words] = args
  const only = flags['queue']
  const queues = typeof only === 'string' ? [only] : await resque.queues.names()
  const run = async (dryRun: boolean): Promise<number> => {
    let count = 0
    for (const queue of queues)
      count += await resque.queues.dequeueFrom(queue, name, words.map(readArg), { dryRun })
    return count
  }
  const shown = printable(name)
  if (flags['dryRun'] === true) {
    const wouldCancel = await run(true)
    answer(session, { wouldCancel }, () =>
      stdout.write(`would cancel ${counted(wouldCancel, 'job')} ${shown}\n`),
    )
    return 0
  }
  const isSure = flags['yes'] === true || (await isCancelAgreed(session, shown, await run(true)))
  const cancelled = isSure ? await run(false) : 0
  answer(session, { cancelled }, () => stdout.write(`${counted(cancelled, 'job')} ${shown} cancelled\n`))
  return isSure ? 0 : 1
}

async function isCancelAgreed(session: Session, name: string, count: number): Promise<boolean> {
  return count === 0 || isAgreed(session, `Cancel ${counted(count, 'waiting job')} ${name}?`)
}

export function addQueueChanges(group: Command, context: CliContext): void {
  addCommand(group, context, {
    usage: 'remove <name>',
    description: 'forget a queue and cancel its jobs',
    options: [yesOption()],
    run: remove,
  })
  addCommand(group, context, {
    usage: 'clear <name>',
    description: 'cancel all jobs of a queue',
    options: [yesOption()],
    run: clear,
  })
  addCommand(group, context, {
    usage: 'dequeue <class> [args...]',
    description: 'cancel the waiting jobs of a class with these arguments, or all of the class without any',
    options: [
      new Option('--queue <name>', 'only in this queue (default: in all)'),
      dryRunOption(),
      yesOption(),
    ],
    after: `Arguments are read as JSON where they are JSON and compared by value, whoever wrote the job:
  resque queues dequeue SendEmail ann@example.com '{"template":"welcome"}'`,
    run: dequeue,
  })
}
