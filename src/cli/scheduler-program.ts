// The program resque-scheduler.

import { Option } from 'commander'
import type { CliContext } from './context.ts'
import { addFlags, readFlags } from './flags.ts'
import { createProgram, perform, runProgram } from './program.ts'
import { registerCalendar } from './scheduler/calendar.ts'
import { addCheck } from './scheduler/check-command.ts'
import { registerExplain } from './scheduler/explain.ts'
import { addNext } from './scheduler/next-command.ts'
import { registerPlan } from './scheduler/plan.ts'
import { runScheduler, schedulerSettings } from './scheduler/run-scheduler.ts'
import { registerSimulate } from './scheduler/simulate.ts'

const description =
  'Moves delayed jobs that are due into their queues, and fires recurring jobs. Run one or several: one leads, ' +
  'the others stand by.'

const signals = `
Signals:
  TERM, INT, QUIT  stop, and hand the lead over; a second one ends at once
  HUP, USR2        read the schedule again; one with errors leaves the old one in force
  USR1             print the schedule with the next runs

Exit codes: 0 stopped as asked, 1 failed (check: the file has an error), 2 wrong usage or configuration.
`

/** Resolves to the exit code. */
export async function main(context: CliContext): Promise<number> {
  const program = createProgram(context, 'resque-scheduler', description).addHelpText('after', signals)
  // check and next need no Redis and have flags of their own.
  program.configureHelp({ showGlobalOptions: false, sortOptions: false })
  addFlags(program, schedulerSettings)
  program.addOption(new Option('--no-dynamic').hideHelp())
  perform(program, (command) => runScheduler(readFlags(command, schedulerSettings, context), context))
  addCheck(program, context)
  addNext(program, context)
  registerSimulate(program, context)
  registerExplain(program, context)
  registerCalendar(program, context)
  registerPlan(program, context)
  return runProgram(program, context)
}
