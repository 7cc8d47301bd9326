// resque enqueue: puts a job into its queue, now or later.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { ConfigurationError } from '../../errors.ts'
import { didYouMean } from '../../nearest.ts'
import { loadJobs } from '../../worker/load-jobs.ts'
import type { CliContext } from '../context.ts'
import { addFlags, readFlags } from '../flags.ts'
import { addCommand, answer, type Session } from './session.ts'
import { atOption, inOption, readArg, readArgsJson, readDue } from './values.ts'

const examples = `Each ARG that reads as a number, true, false, null, a list or a map in JSON is one; any other is a
text. For a text that looks like a number use --args-json.

Examples:
  resque enqueue SendEmail ann@example.com welcome --queue mail
  resque enqueue SendEmail ann@example.com follow-up --queue mail --in 5m
  resque enqueue Import '{"dryRun": true}' 7 --queue low --at 2027-01-01T09:00:00Z
  resque enqueue Import --args-json '["007"]' --queue low`

function readArgs(session: Session): readonly unknown[] {
  const words = session.args.slice(1)
  const { argsJson } = session.flags
  if (argsJson === undefined) return words.map(readArg)
  if (words.length === 0) return readArgsJson(String(argsJson))
  throw new ConfigurationError('arguments were given both as words and by --args-json. Give them one way.')
}

/** Without --queue it is the queue that the class itself names, when its file is at hand. */
async function queueOf({ command, context, flags, args }: Session): Promise<string> {
  if (typeof flags['queue'] === 'string') return flags['queue']
  const name = args[0] ?? ''
  const { jobs } = readFlags(command, ['jobs'], context)
  const isHere = jobs.length === 0 && existsSync(join(context.cwd, 'jobs'))
  const classes = await loadJobs(isHere ? ['jobs'] : jobs, context.cwd)
  const queue = classes.find(name)?.queue
  if (queue !== undefined) return queue
  const guess = didYouMean(name, classes.names())
  throw new ConfigurationError(
    `which queue is ${name} to go to? Name it: --queue mail; or name its file by --jobs.${guess}`,
  )
}

async function run(session: Session): Promise<undefined> {
  const { resque } = session
  const name = session.args[0] ?? ''
  const args = readArgs(session)
  const queue = await queueOf(session)
  const due = readDue(session.flags)
  const add = (): Promise<string | null> => {
    if (due === null) return resque.enqueueTo(queue, name, ...args)
    if ('at' in due) return resque.enqueueAtWithQueue(queue, due.at, name, ...args)
    return resque.enqueueInWithQueue(queue, due.inSeconds, name, ...args)
  }
  const id = await add()
  answer(session, { id, class: name, args, queue }, () => session.stdout.write(`${id}\n`))
}

export function addEnqueue(program: Command, context: CliContext): void {
  const command = addCommand(program, context, {
    usage: 'enqueue <class> [args...]',
    description: 'put a job into its queue, now or later, and print its id',
    after: examples,
    options: [
      new Option('-q, --queue <name>', 'the queue it goes to; default: that of its class, see --jobs'),
      atOption(),
      inOption(),
      new Option('--args-json <list>', 'all arguments as one JSON list'),
    ],
    run,
  })
  addFlags(command, ['jobs'])
}
