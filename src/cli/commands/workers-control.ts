// resque workers show, quiet, resume, stop, scale, remove: looks at a worker process and tells it what to do.

import { type Command, Option } from 'commander'
import type { WorkerTarget } from '../../client/worker-control.ts'
import type { WorkerProcess } from '../../client/worker-processes.ts'
import { ConfigurationError } from '../../errors.ts'
import type { CliContext } from '../context.ts'
import { counted, printable } from '../output.ts'
import { addCommand, answer, notFound, type Session } from './session.ts'
import { argsText, spanText, timeText } from './values.ts'

const targets = `ID is a worker id as resque workers lists it, host:pid of a worker process, or host:pid of a master, which means
all its processes.`

const targetOptions = (): Option[] => [
  new Option('--host <name>', 'all worker processes of this host'),
  new Option('--all', 'all worker processes'),
]

/** @throws ConfigurationError unless exactly one target is given */
function targetOf({ flags }: Session, id: string | undefined): WorkerTarget {
  const { host, all } = flags
  const given = [id, host, all].filter((value) => value !== undefined)
  if (given.length !== 1) {
    const why = given.length === 0 ? 'which worker is meant' : 'only one of ID, --host and --all can be meant'
    throw new ConfigurationError(`${why}? Give an ID (resque workers lists them), --host NAME or --all.`)
  }
  if (id !== undefined) return id
  return all === undefined ? { host: String(host) } : { all: true }
}

function tellTold(session: Session, told: readonly string[], what: string): number {
  answer(session, { told }, () => {
    for (const id of told) session.stdout.write(`${printable(id)}\n`)
    const who = counted(told.length, 'worker process was', 'worker processes were')
    session.stdout.write(`${who} told to ${what}\n`)
  })
  return told.length === 0 ? 1 : 0
}

interface Verb {
  readonly name: string
  readonly description: string
  readonly what: string
  readonly options?: readonly Option[]
  tell(session: Session, target: WorkerTarget): Promise<string[]>
}

const verbs: readonly Verb[] = [
  {
    name: 'quiet',
    description: 'have workers take no new jobs until they are told to go on',
    what: 'take no new jobs',
    tell: ({ resque }, target) => resque.workers.quiet(target),
  },
  {
    name: 'resume',
    description: 'have quiet workers take jobs again',
    what: 'take jobs again',
    tell: ({ resque }, target) => resque.workers.resume(target),
  },
  {
    name: 'stop',
    description: 'stop workers: jobs in hand may end within the term timeout, the rest is put back',
    what: 'stop',
    options: [new Option('--finish', 'wait for the jobs in hand, however long they take')],
    tell: ({ resque, flags }, target) => resque.workers.stop(target, { finish: flags['finish'] === true }),
  },
]

function addVerb(
  group: Command,
  context: CliContext,
  { name, description, what, options = [], tell }: Verb,
): void {
  addCommand(group, context, {
    usage: `${name} [id]`,
    description,
    after: targets,
    options: [...targetOptions(), ...options],
    run: async (session) => tellTold(session, await tell(session, targetOf(session, session.args[0])), what),
  })
}

async function scale(session: Session): Promise<number> {
  const [text = '', id] = session.args
  const processes = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(processes)) {
    const cure = 'Write resque workers scale 4 host:pid, with the pid of the master.'
    throw new ConfigurationError(`${JSON.stringify(text)} is no number of processes. ${cure}`)
  }
  const told = await session.resque.workers.scale(targetOf(session, id), processes)
  return tellTold(session, told, `have their master keep ${counted(processes, 'process', 'processes')}`)
}

async function remove(session: Session): Promise<number | undefined> {
  const [id = ''] = session.args
  const removed = await session.resque.workers.remove(id, { force: session.flags['force'] === true })
  if (removed === null) return notFound(session, `there is no worker ${id}`)
  answer(session, removed, () => {
    const { requeued, failed } = removed
    const jobs = `${counted(requeued, 'job')} went back to the queue, ${failed} to the failed list`
    session.stdout.write(`removed ${printable(id)}; ${jobs}\n`)
  })
  return undefined
}

function linesOf(process: WorkerProcess, nowMs: number): [string, string][] {
  const { startedAt, beatAt, rssBytes, master } = process
  const ago = (date: Date | null): string =>
    date === null ? '-' : `${timeText(date)} (${spanText(nowMs - date.getTime())} ago)`
  return [
    ['worker', printable(process.id)],
    [
      'system',
      process.isOurs ? `resque-scheduler ${process.version ?? ''}`.trimEnd() : 'Ruby, PHP or node-resque',
    ],
    ['state', process.state],
    ['queues', printable(process.queues.join(','))],
    ['host, pid', `${printable(process.host)}, ${process.pid}`],
    [
      'master',
      master === null ? '-' : `pid ${master.pid}, ${counted(master.processes, 'process', 'processes')}`,
    ],
    ['started', ago(startedAt)],
    ['last sign', ago(beatAt)],
    [
      'jobs',
      `${process.jobs.length} in hand of ${process.slots}; ${process.performed} performed, ${process.failed} failed`,
    ],
    ['memory', rssBytes === null ? '-' : `${Math.round(rssBytes / 1024 / 1024)} MB`],
  ]
}

async function show(session: Session): Promise<number | undefined> {
  const [id = ''] = session.args
  const process = await session.resque.workers.find(id)
  if (process === null) return notFound(session, `there is no worker ${id}; resque workers lists them`)
  answer(session, process, () => {
    for (const [name, text] of linesOf(process, session.clock.nowMs()))
      session.stdout.write(`${name.padEnd(10)} ${text}\n`)
    for (const job of process.jobs) {
      const what = `${printable(job.class)}(${argsText(job.args)})`
      session.stdout.write(`in hand    ${what} from ${printable(job.queue)} since ${printable(job.since)}`)
      session.stdout.write(job.id === null ? '\n' : `  ${printable(job.id)}\n`)
    }
  })
  return undefined
}

/** Adds the commands below `resque workers`. */
export function addWorkerControl(group: Command, context: CliContext): void {
  const about = 'one worker process: how it is, and what it has in hand'
  addCommand(group, context, { usage: 'show <id>', description: about, run: show })
  for (const verb of verbs) addVerb(group, context, verb)
  addCommand(group, context, {
    usage: 'scale <number> [id]',
    description: 'how many processes a master keeps (resque-worker --processes)',
    after: targets,
    options: targetOptions(),
    run: scale,
  })
  addCommand(group, context, {
    usage: 'remove <id>',
    description:
      'take a worker that is gone off the list; its job is put back, or on the failed list when it was not ours',
    options: [new Option('--force', 'also one that shows signs of life')],
    run: remove,
  })
}
