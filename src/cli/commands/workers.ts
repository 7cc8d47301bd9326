// resque workers and stats: who works here, and the numbers of the whole system.

import type { Command } from 'commander'
import type { WorkerInfo } from '../../client/workers.ts'
import type { CliContext } from '../context.ts'
import { counted, printable, writeTable } from '../output.ts'
import { addCommand, answer, type Session } from './session.ts'
import { argsText } from './values.ts'

function cells({ paint }: Session, { id, host, pid, queues, job }: WorkerInfo): string[] {
  const who = [id, host, String(pid), queues.join(',')].map(printable)
  if (job === null) return [...who, paint('dim', 'idle'), '', '']
  const text = `${printable(job.class)}(${argsText(job.args)})`
  return [...who, paint('bold', 'running'), text, printable(job.since)]
}

async function workers(session: Session): Promise<undefined> {
  const list = await session.resque.workers.list()
  const values = list.map((worker) => ({ ...worker, state: worker.job === null ? 'idle' : 'running' }))
  answer(session, values, () => {
    const rows = list.map((worker) => cells(session, worker))
    const head = ['worker', 'host', 'pid', 'queues', 'state', 'job', 'since']
    if (rows.length > 0) writeTable(session.stdout, head, rows)
    const busy = list.filter(({ job }) => job !== null).length
    session.stdout.write(`${counted(list.length, 'worker')}, ${busy} with a job in hand\n`)
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
  addCommand(program, context, { usage: 'workers', description: who, run: workers })
  const what = 'the numbers of the whole system'
  addCommand(program, context, { usage: 'stats', description: what, run: stats })
}
