// Starts the programs as users do, from bin/ and with a bare environment, and ends whatever a test leaves.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { killIfThere, Watchdog } from './watchdog.ts'

export type ProgramName = 'resque' | 'resque-scheduler' | 'resque-worker'

export interface ProgramOptions {
  /** All that the program sees of an environment, besides PATH, HOME and TMPDIR. */
  readonly env?: Readonly<Record<string, string>>
  /** The root of the repository unless told otherwise. */
  readonly cwd?: string
  /** Its whole standard input; without it the input is empty. */
  readonly input?: string
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Program {
  readonly process: ChildProcess
  /** All lines so far, of both outputs, as they came. */
  readonly lines: readonly string[]
  /** Resolves when the program has ended and all its output is here. */
  readonly exit: Promise<Exit>
  stdout(): string
  stderr(): string
  /** SIGTERM unless told otherwise. */
  kill(signal?: NodeJS.Signals): void
  /** The first line, past or coming, that matches; rejects at the end of the time or of the program. */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<string>
}

export const repository: string = fileURLToPath(new URL('../../', import.meta.url))

let built = false

/** Brings dist up to date with src, once per test file; with nothing to do it takes some milliseconds. */
export function ensureBuilt(): void {
  if (built) return
  const { status, stderr } = spawnSync(`${repository}bin/setup`, ['--quiet', '--build'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`dist could not be built from src:\n${stderr}`)
  built = true
}

/** Runs a program of bin/ from dist. At the end of the test it is killed, and whatever it has started too. */
export function runProgram(
  name: ProgramName,
  args: readonly string[],
  options: ProgramOptions = {},
): Program {
  ensureBuilt()
  return runNode([`${repository}bin/${name}.js`, ...args], options)
}

/** Runs node itself, with the same care. */
export function runNode(args: readonly string[], options: ProgramOptions = {}): Program {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd ?? repository,
    env: { ...bareEnvironment(), ...options.env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    // A process group of its own, so that its children can be found and ended with it.
    detached: true,
  })
  child.stdin?.on('error', () => undefined).end(options.input)
  endWithTest(child)
  return new Started(child)
}

function bareEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR'].map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

function endWithTest(child: ChildProcess): void {
  const { pid } = child
  if (pid === undefined) return
  const watchdog = new Watchdog()
  watchdog.watch(-pid)
  onTestFinished(async () => {
    killIfThere(-pid, 'SIGKILL')
    await watchdog.done()
  })
}

class Started implements Program {
  readonly process: ChildProcess
  readonly lines: string[] = []
  readonly exit: Promise<Exit>
  readonly #waiting = new Set<(line: string) => void>()
  #stdout = ''
  #stderr = ''

  constructor(child: ChildProcess) {
    this.process = child
    this.exit = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal }))
    })
    this.exit.catch(() => undefined)
    this.#read(child.stdout, (text) => {
      this.#stdout += text
    })
    this.#read(child.stderr, (text) => {
      this.#stderr += text
    })
  }

  stdout(): string {
    return this.#stdout
  }

  stderr(): string {
    return this.#stderr
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.process.kill(signal)
  }

  async waitForLine(pattern: RegExp, timeoutMs = 10_000): Promise<string> {
    const found = this.lines.find((line) => line.search(pattern) !== -1)
    if (found !== undefined) return found
    let timer: NodeJS.Timeout | undefined
    let take: (line: string) => void = () => undefined
    const line = new Promise<string>((resolve) => {
      take = (coming) => {
        if (coming.search(pattern) !== -1) resolve(coming)
      }
      this.#waiting.add(take)
    })
    const end = this.exit.then(({ code, signal }) => this.#missing(pattern, `it ended (${signal ?? code})`))
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => this.#missing(pattern, `${timeoutMs} ms went by`).catch(reject), timeoutMs)
    })
    return Promise.race([line, end, late]).finally(() => {
      this.#waiting.delete(take)
      clearTimeout(timer)
    })
  }

  #read(stream: Readable | null, keep: (text: string) => void): void {
    if (stream === null) return
    stream.setEncoding('utf8').on('data', keep)
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      this.lines.push(line)
      for (const take of this.#waiting) take(line)
    })
  }

  async #missing(pattern: RegExp, why: string): Promise<never> {
    throw new Error(`no line matched ${pattern}: ${why}. It said:\n${this.lines.join('\n')}`)
  }
}
