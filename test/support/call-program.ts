// Calls a program's main as a function and gives back what it printed, for all that needs no process of its own.

import type { CliContext, Output } from '../../src/cli/context.ts'
import { repository } from './child.ts'

export interface Answer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export type CallOptions = Partial<Pick<CliContext, 'env' | 'signal' | 'cwd'>>

interface Recorder extends Output {
  readonly text: string
}

function recorder(): Recorder {
  let text = ''
  return {
    write: (more) => {
      text += more
    },
    isTTY: false,
    get text() {
      return text
    },
  }
}

/** With a signal that is never aborted the program leaves the test's own signals alone. */
export async function callProgram(
  main: (context: CliContext) => Promise<number>,
  argv: readonly string[],
  { env = {}, cwd = repository, signal = new AbortController().signal }: CallOptions = {},
): Promise<Answer> {
  const [stdout, stderr] = [recorder(), recorder()]
  const code = await main({ argv, env, cwd, signal, stdout, stderr })
  return { code, stdout: stdout.text, stderr: stderr.text }
}
