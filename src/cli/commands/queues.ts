// resque queues: how long they are, what is next in one; pauses and resumes them. What takes jobs away is in
// queues-changes.ts.

import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { counted, printable, writeTable } from '../output.ts'
import { addQueueChanges, withQueue } from './queues-changes.ts'
import { addCommand, addGroup, answer, type Session } from './session.ts'
import { argsText, countOption, readCount, timeText } from './values.ts'

async function list(session: Session): Promise<undefined> {
  const { stdout, paint } = session
  const [queues, parked] = await Promise.all([
    session.resque.queues.list(),
    session.resque.rooms.running.limits.parked(),
  ])
  answer(session, queues, () => {
    if (queues.length === 0) return stdout.write('no queues yet\n')
    const rows = queues.map(({ name, size, paused }) => [
      printable(name),
      String(size),
      paused ? paint('yellow', 'paused') : '',
    ])
    writeTable(stdout, ['queue', 'jobs', ''], rows)
    for (const { limit, count } of parked)
      stdout.write(`${counted(count, 'job')} parked for the limit ${printable(limit)}\n`)
  })
}

async function peek(session: Session): Promise<number> {
  const { resque, stdout, flags } = session
  const count = readCount(flags['count'])
  return withQueue(session, async (name) => {
    const jobs = await resque.queues.jobs(name, 0, count)
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
