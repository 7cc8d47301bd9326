// resque workers and stats: who works here, and the numbers of the whole system. What workers can be told is in
// workers-control.ts.

import type { Command } from 'commander'
import type { JobInHand, WorkerProcess } from '../../client/worker-processes.ts'
import type { CliContext } from '../context.ts'
import { counted, printable, writeTable } from '../output.ts'
import { addCommand, addGroup, answer, type Session } from './session.ts'
import { argsText } from './values.ts'
import { addWorkerControl } from './workers-control.ts'

const megabyte = 1024 * 1024

function stateText({ paint }: Session, { state, isOurs, jobs }: WorkerProcess): string {
  const text = isOurs ? state : jobs.length > 0 ? 'running' : '-'
  if (state === 'dead') return paint('red', text)
  return state === 'running' ? text : paint('yellow', text)
}

function jobCells({ class: className, args, since }: JobInHand): string[] {
  return [`${printable(className)}(${argsText(args)})`, printable(since)]
}

/** A row for the process, with its first job in hand; a row for each other job. */
function rowsOf(session: Session, process: WorkerProcess): string[][] {
  const { id, slots, jobs, performed, rssBytes, master } = process
  const memory = rssBytes === null ? '-' : `${Math.round(rssBytes / megabyte)} MB`
  const numbers = [`${jobs.length}/${slots}`, performed.toLocaleString('en-US'), memory]
  const head = [
    printable(id),
    stateText(session, process),
    ...numbers,
    master === null ? '-' : String(master.pid),
  ]
  const [first = ['', ''], ...rest] = jobs.map(jobCells)
  return [[...head, ...first], ...rest.map((cells) => [...head.map(() => ''), ...cells])]
}

async function workers(session: Session): Promise<undefined> {
  const processes = await session.resque.workers.processes()
  answer(session, processes, () => {
    const rows = processes.flatMap((process) => rowsOf(session, process))
    const head = ['worker', 'state', 'jobs', 'performed', 'memory', 'master', 'job', 'since']
    if (rows.length > 0) writeTable(session.stdout, head, rows)
    const busy = processes.reduce((sum, { jobs }) => sum + jobs.length, 0)
    const all = counted(processes.length, 'worker process', 'worker processes')
    session.stdout.write(`${all}, ${counted(busy, 'job')} in hand\n`)
  })
}

async function stats(session: Session): Promise<undefined> {
  const { stdout } = session
  const numbers = await session.resque.stats()
  answer(session, numbers, () => {
    const { queues, ...rest } = numbers
    const of = new Map([
      ['processed', 'jobs performed'],
      ['failed', 'of them failed for good'],
      ['waiting', 'jobs in queues'],
      ['delayed', 'jobs that wait for their time'],
      ['running', 'jobs in hand'],
      ['workers', 'worker slots'],
      ['failures', 'records on the failed list'],
    ])
    const values: Readonly<Record<string, unknown>> = rest
    const rows = [...of].map(([name, what]) => [name, String(values[name]), what])
    const ofQueues = Object.entries(queues).map(([name, size]) => ['', String(size), `in ${printable(name)}`])
    rows.splice(3, 0, ...ofQueues)
    const width = Math.max(...rows.map(([, value = '']) => value.length))
    for (const [name = '', value = '', what = ''] of rows) {
      stdout.write(`${name.padEnd(10)}  ${value.padStart(width)}  ${what}\n`)
    }
  })
}

export function addWorkersAndStats(program: Command, context: CliContext): void {
  const who = 'the workers of all systems on this Redis, and their jobs'
  const group = addGroup(program, context, 'workers', { usage: 'list', description: who, run: workers })
  addWorkerControl(group, context)
  const what = 'the numbers of the whole system'
  addCommand(program, context, { usage: 'stats', description: what, run: stats })
}
