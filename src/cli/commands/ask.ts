// Asks a person at the terminal.

import { createInterface } from 'node:readline/promises'
import { ConfigurationError } from '../../errors.ts'
import type { CliContext } from '../context.ts'

/**
 * Whether a person at the terminal says yes.
 * @throws ConfigurationError where nobody can be asked
 */
export async function saysYes({ stdout }: CliContext, question: string): Promise<boolean> {
  if (!stdout.isTTY || !process.stdin.isTTY) {
    throw new ConfigurationError(`${question} There is no terminal to ask at: give --yes to say so.`)
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}
