// One process for jobs, as the worker sees it: started ahead of time, given one job after the other, killed when a
// job does not end. It leads a process group, so that what a job has started is killed with it, and Ctrl-C is for
// the worker alone.

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { after } from '../../clock.ts'
import { JobProcessDied } from '../../errors.ts'
import type { Reserved } from '../../running/running.ts'
import type { ChildOrders, FromChild, ToChild } from './messages.ts'
import { Outputs, type Stream } from './outputs.ts'
import { packError, unpackError } from './packed-error.ts'
import { killGroup } from './process-group.ts'

/** In bin/, from where it loads what is compiled: also when this file is run as it was written. */
const entry = fileURLToPath(new URL('../../../bin/job-process.js', import.meta.url))
const keptLines = 10
const fatal = /^FATAL ERROR:|heap out of memory/
/** What was written last may arrive after the end; another process may hold the pipe open. */
const lastWordsMs = 200

export interface Hears {
  log(line: string): void
  progress(percent: number, message?: string): void
  enqueue(message: EnqueueMessage): Promise<ToChild>
}

export type EnqueueMessage = Extract<FromChild, { readonly kind: 'enqueue' }>

interface InHand {
  readonly hears: Hears
  resolve(result: unknown): void
  reject(thrown: unknown): void
}

function settle(inHand: InHand, message: Extract<FromChild, { readonly written: unknown }>): void {
  if (message.kind === 'failed') inHand.reject(unpackError(message.error))
  else inHand.resolve(message.json === undefined ? undefined : (JSON.parse(message.json) as unknown))
}

function started(orders: ChildOrders): ChildProcess {
  // A debugger of the worker's has its port already.
  const execArgv = process.execArgv.filter((flag) => !flag.startsWith('--inspect'))
  const heap = orders.maxMemoryMb === null ? [] : [`--max-old-space-size=${Math.ceil(orders.maxMemoryMb)}`]
  return fork(entry, [JSON.stringify(orders)], {
    execArgv: [...execArgv, ...heap],
    // The last one is the lifeline.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    detached: true,
  })
}

export class JobProcess {
  readonly #child: ChildProcess
  readonly #outputs: Outputs
  readonly #lastLines: string[] = []
  #fatalLine: string | undefined
  #inHand: InHand | undefined
  #broken: unknown
  #isReady = false
  #hasEnded = false
  #performed = 0
  #isSpent = false
  /** Resolves to whether it takes jobs: false when it ended before. */
  readonly ready: Promise<boolean>
  readonly ended: Promise<JobProcessDied>

  constructor(orders: ChildOrders, onLine: (line: string, stream: Stream) => void) {
    this.#child = started(orders)
    let isReady: (takesJobs: boolean) => void = () => undefined
    this.ready = new Promise((resolve) => {
      isReady = resolve
    })
    this.#child.on('message', (message: FromChild) => {
      if (message.kind === 'ready') this.#isReady = true
      if (message.kind === 'ready') isReady(true)
      else this.#hear(message)
    })
    this.#outputs = new Outputs(this.#child.stdout, this.#child.stderr, (line, stream) => {
      if (stream === 'stderr') this.#keep(line)
      onLine(line, stream)
    })
    this.ended = this.#end().finally(() => isReady(false))
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Whether it has ever taken jobs. */
  get wasReady(): boolean {
    return this.#isReady
  }

  /** Whether it should take no more jobs: an error has left it in nobody knows which state. */
  get isSpent(): boolean {
    return this.#isSpent
  }

  /** How many jobs it was given. */
  get performed(): number {
    return this.#performed
  }

  #keep(line: string): void {
    // Node says why it gives up before pages of addresses.
    if (fatal.test(line)) this.#fatalLine = line
    this.#lastLines.push(line)
    if (this.#lastLines.length > keptLines) this.#lastLines.shift()
  }

  #hear(message: FromChild): void {
    const inHand = this.#inHand
    if (message.kind === 'broken') this.#broken = unpackError(message.error)
    if (message.kind === 'spent') this.#isSpent = true
    if (inHand === undefined) return
    if (message.kind === 'log') inHand.hears.log(message.line)
    if (message.kind === 'progress') inHand.hears.progress(message.percent, message.message)
    if (message.kind === 'enqueue') void inHand.hears.enqueue(message).then((answer) => this.#send(answer))
    if (message.kind !== 'done' && message.kind !== 'failed') return
    this.#inHand = undefined
    this.#outputs.whenHere(message.written, () => settle(inHand, message))
  }

  /** Waits for its end, and fails the job it had in hand. */
  async #end(): Promise<JobProcessDied> {
    const child = this.#child
    child.on('error', () => undefined)
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      child.once('exit', (...end) => {
        this.#hasEnded = true
        resolve(end)
      })
      child.once('error', (error) => {
        if (child.pid !== undefined) return // a message that did not arrive, and not the start
        this.#hasEnded = true
        this.#broken = error
        resolve([null, null])
      })
    })
    if (child.pid !== undefined) killGroup(child.pid) // what it has started and left behind
    await this.#lastWords()
    const died = this.#died(code, signal)
    this.#inHand?.reject(died)
    this.#inHand = undefined
    return died
  }

  #lastWords(): Promise<void> {
    const { pid } = this.#child
    return new Promise<void>((resolve) => {
      if (pid === undefined) return resolve()
      const callOff = after(lastWordsMs, resolve)
      this.#child.once('close', () => {
        callOff()
        resolve()
      })
    }).then(() => this.#outputs.close())
  }

  #died(code: number | null, signal: NodeJS.Signals | null): JobProcessDied {
    const how =
      signal === null
        ? code === null
          ? 'could not be started'
          : `ended with exit code ${code}`
        : `was ended by ${signal}`
    const broken = this.#broken instanceof Error ? [this.#broken.message] : []
    const why = this.#fatalLine === undefined ? [] : [this.#fatalLine]
    const last = this.#lastLines.filter((line) => line.trim() !== '' && line !== this.#fatalLine)
    const lines = [...broken, ...why, ...last]
    const said = lines.length === 0 ? ' It said nothing.' : ` It said last:\n${lines.join('\n')}`
    const cure = code === 0 ? ' A job must not call process.exit().' : ''
    return new JobProcessDied(code, signal, `the job's process ${how}.${cure}${said}`)
  }

  #send(message: ToChild): void {
    // A process that has gone hears nothing: its end is told by `ended`.
    if (this.#child.connected) this.#child.send(message, () => undefined)
  }

  /** Gives it a job. Rejects with what the job throws, or JobProcessDied. */
  perform(reserved: Reserved, hears: Hears): Promise<unknown> {
    this.#performed++
    this.#lastLines.length = 0
    this.#fatalLine = undefined
    return new Promise((resolve, reject) => {
      if (this.#hasEnded) return void this.ended.then(reject)
      this.#inHand = { hears, resolve, reject }
      this.#send({ kind: 'perform', reserved })
    })
  }

  /** Aborts the signal of the job in hand. */
  abort(reason: unknown): void {
    this.#send({ kind: 'abort', reason: packError(reason) })
  }

  /** Lets it go: it ends by itself when it has nothing in hand. */
  letGo(): void {
    if (this.#child.connected) this.#child.disconnect()
  }

  /** Kills it and what it has started. */
  kill(): void {
    const { pid } = this.#child
    if (pid === undefined || this.#hasEnded) return
    if (!killGroup(pid)) this.#child.kill('SIGKILL')
  }
}
