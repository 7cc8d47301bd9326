// `resque`: looks after jobs from a terminal. Each command has a file in commands/.

import { addAcl } from './commands/acl.ts'
import { addCancelAndReschedule, addDelayed } from './commands/delayed.ts'
import { addDev } from './commands/dev.ts'
import { addDoctor } from './commands/doctor.ts'
import { addEnqueue } from './commands/enqueue.ts'
import { addFailed } from './commands/failed.ts'
import { addHealth } from './commands/health.ts'
import { addQueues } from './commands/queues.ts'
import { addRecurring } from './commands/recurring.ts'
import { addScheduler } from './commands/scheduler.ts'
import { addStatus } from './commands/status.ts'
import { addWorkersAndStats } from './commands/workers.ts'
import type { CliContext } from './context.ts'
import { createProgram, runProgram } from './program.ts'

const start = `Start here:
  resque dev                    see it all at work on this machine, with a Redis of its own
  resque enqueue SendEmail ann@example.com welcome --queue mail
  resque status ID --follow

Every command has --help, and all but dev have --json.`

/** Runs one command. Resolves to the exit code. */
export function main(context: CliContext): Promise<number> {
  const program = createProgram(
    context,
    'resque',
    'looks after the jobs of Resque: enqueues, shows, cancels, retries',
  )
  addEnqueue(program, context)
  addStatus(program, context)
  addCancelAndReschedule(program, context)
  addQueues(program, context)
  addDelayed(program, context)
  addFailed(program, context)
  addWorkersAndStats(program, context)
  addRecurring(program, context)
  addScheduler(program, context)
  addHealth(program, context)
  addDoctor(program, context)
  addAcl(program, context)
  addDev(program, context)
  program.addHelpText('after', `\n${start}`)
  return runProgram(program, context)
}
