// resque queues: how long they are, what is next in one; pauses and resumes them. What takes jobs away is in
// queues-changes.ts.

import type { Command } from 'commander'
import { decodePayload } from '../../job/codec.ts'
import type { CliContext } from '../context.ts'
import { counted, printable, writeTable } from '../output.ts'
import { addQueueChanges, withQueue } from './queues-changes.ts'
import { addCommand, addGroup, answer, type Session } from './session.ts'
import { argsText, countOption, readCount, timeText } from './values.ts'

async function list(session: Session): Promise<undefined> {
  const { stdout, paint } = session
  const queues = await session.resque.queues.list()
  answer(session, queues, () => {
    if (queues.length === 0) return stdout.write('no queues yet\n')
    const rows = queues.map(({ name, size, paused }) => [
      printable(name),
      String(size),
      paused ? paint('yellow', 'paused') : '',
    ])
    writeTable(stdout, ['queue', 'jobs', ''], rows)
  })
}

interface Queued {
  readonly class: string | null
  readonly args: readonly unknown[]
  readonly id: string | null
  readonly enqueuedAt: Date | null
  readonly payload: string
}

function read(payload: string): Queued {
  try {
    const { className, args, id, queueTimeMs } = decodePayload(payload)
    const enqueuedAt = queueTimeMs === null ? null : new Date(queueTimeMs)
    return { class: className, args, id, enqueuedAt, payload }
  } catch {
    return { class: null, args: [], id: null, enqueuedAt: null, payload }
  }
}

async function peek(session: Session): Promise<number> {
  const { resque, stdout, flags } = session
  const count = readCount(flags['count'])
  return withQueue(session, async (name) => {
    const jobs = (await resque.queues.peek(name, 0, count)).map(read)
    const size = await resque.queues.size(name)
    answer(session, jobs, () => {
      const rows = jobs.map((job) => [
        timeText(job.enqueuedAt),
        printable(job.class ?? '(unreadable)'),
        argsText(job.args),
        job.id ?? '-',
      ])
      if (rows.length > 0) writeTable(stdout, ['enqueued', 'class', 'args', 'id'], rows)
      stdout.write(`${jobs.length} of ${counted(size, 'job')}\n`)
    })
  })
}

async function pause(session: Session): Promise<number> {
  return withQueue(session, async (name) => {
    await session.resque.queues.pause(name)
    answer(session, { name, paused: true }, () => session.stdout.write(`paused ${printable(name)}\n`))
  })
}

async function resume(session: Session): Promise<number> {
  return withQueue(session, async (name) => {
    await session.resque.queues.resume(name)
    answer(session, { name, paused: false }, () => session.stdout.write(`resumed ${printable(name)}\n`))
  })
}

export function addQueues(program: Command, context: CliContext): void {
  const description = 'the queues, their jobs, and whether they are paused'
  const group = addGroup(program, context, 'queues', { usage: 'queues', description, run: list })
  addCommand(group, context, {
    usage: 'peek <name>',
    description: 'the jobs of a queue, the next one first',
    options: [countOption(20)],
    run: peek,
  })
  const paused = 'our workers take no job from the queue until it is resumed; those of Ruby and PHP do'
  addCommand(group, context, { usage: 'pause <name>', description: paused, run: pause })
  const resumed = 'workers take jobs from the queue again'
  addCommand(group, context, { usage: 'resume <name>', description: resumed, run: resume })
  addQueueChanges(group, context)
}
