// What a program is given of the world: arguments, variables, streams. Programs are functions of this and
// nothing else, so that tests and other programs can call them.

import { basename } from 'node:path'
import { styleText } from 'node:util'
import type { Variables } from '../config.ts'
import { withoutPasswords } from './exit-codes.ts'
import { type Parent, parentOf } from './parent.ts'

export interface Output {
  write(text: string): void
  readonly isTTY: boolean
  readonly columns?: number | undefined
  /** Aborts when nobody reads any more (`… | head`). */
  readonly closed?: AbortSignal | undefined
}

export interface CliContext {
  /** Without node and the script. */
  readonly argv: readonly string[]
  readonly env: Variables
  readonly stdout: Output
  readonly stderr: Output
  /** Stops the program. When it is given, the program leaves the signals of the operating system alone. */
  readonly signal?: AbortSignal | undefined
  readonly cwd: string
  /** Set in a worker process that a master has started. */
  readonly parent?: Parent | undefined
}

function outputOf(stream: NodeJS.WriteStream): Output {
  const closed = new AbortController()
  // Whoever read our output has gone: that is no failure of ours.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    closed.abort()
  })
  return {
    write: (text) => void stream.write(text),
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns
    },
    closed: closed.signal,
  }
}

/** `ps` shows a command line to every user of the machine: a password in it is covered as soon as we run. */
function coverPasswords(node: NodeJS.Process): void {
  const line = [basename(node.argv[1] ?? ''), ...node.argv.slice(2)].join(' ')
  const covered = withoutPasswords(line)
  if (covered !== line) node.title = covered
}

/** The context of a program of bin/; `node` is the global `process`. */
export function contextOf(node: NodeJS.Process): CliContext {
  coverPasswords(node)
  return {
    argv: node.argv.slice(2),
    env: node.env,
    stdout: outputOf(node.stdout),
    stderr: outputOf(node.stderr),
    cwd: node.cwd(),
    parent: parentOf(node),
  }
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.destroyed || stream.writableLength === 0) return Promise.resolve()
  return new Promise((resolve) => stream.write('', () => resolve()))
}

/**
 * Resolves when all that was written has gone out: a process that ends before loses what a pipe has not taken
 * yet (64 KB and more).
 */
export async function written(node: NodeJS.Process): Promise<void> {
  await Promise.all([drained(node.stdout), drained(node.stderr)])
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Colours a text for a terminal, and leaves it alone elsewhere and where NO_COLOR is set. */
export type Paint = (style: Style, text: string) => string

export function painter(output: Output, env: Variables): Paint {
  const isPlain = !output.isTTY || Boolean(env['NO_COLOR'])
  return isPlain ? (_style, text) => text : (style, text) => styleText(style, text, { validateStream: false })
}
