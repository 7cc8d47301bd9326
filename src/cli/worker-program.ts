// The program resque-worker.

import type { CliContext } from './context.ts'
import { addFlags, readFlags } from './flags.ts'
import { createProgram, perform, runProgram } from './program.ts'
import { runWorker, workerSettings } from './worker/run-worker.ts'

const description = 'Takes jobs from the queues and performs them.'

const signals = `
Signals:
  QUIT        finish the jobs in hand, then stop
  TERM, INT   stop; jobs in hand may end within the term timeout, the rest is put back;
              a second one puts them back at once
  USR1        tell the jobs in hand to end, and go on
  USR2, CONT  pause, go on

With --processes, a master passes these on to its worker processes, and:
  HUP         replace all processes, one after the other; they load their code anew
  TTIN, TTOU  one process more, one less

Exit codes: 0 stopped as asked, 1 failed, 2 wrong usage or configuration.
`

/** Resolves to the exit code. */
export async function main(context: CliContext): Promise<number> {
  const program = createProgram(context, 'resque-worker', description).addHelpText('after', signals)
  addFlags(program, workerSettings)
  perform(program, (command) => runWorker(readFlags(command, workerSettings, context), context))
  return runProgram(program, context)
}
