// One worker process, as its master sees it.

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { after } from '../../clock.ts'
import type { WorkerReport } from '../../http/worker-report.ts'
import type { CliContext } from '../context.ts'
import { masterVariable } from '../parent.ts'
import type { FromWorker, ToWorker } from './fleet-messages.ts'

/** In bin/, from where it loads what is compiled: also when this file is run as it was written. */
const entry = fileURLToPath(new URL('../../../bin/resque-worker.js', import.meta.url))
const reportWithinMs = 2_000

export interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The same command line in another process. What the service manager wants to know, the master tells. */
function started({ argv, env, cwd }: CliContext): ChildProcess {
  const { NOTIFY_SOCKET: _socket, WATCHDOG_USEC: _usec, WATCHDOG_PID: _pid, ...rest } = env
  return fork(entry, [...argv], {
    cwd,
    env: { ...rest, [masterVariable]: String(process.pid) },
    // A debugger of the master's has its port already.
    execArgv: process.execArgv.filter((flag) => !flag.startsWith('--inspect')),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
}

export class WorkerProcess {
  readonly #child: ChildProcess
  readonly #onMessage: (message: FromWorker) => void
  readonly #asked = new Map<number, (report: WorkerReport | null) => void>()
  #asks = 0
  /** Its registration, once it takes jobs. */
  token: string | undefined
  /** Whether it was told to leave, or has said that it does. */
  isLeaving = false
  lastReport: WorkerReport | undefined
  /** Resolves when it has ended; never rejects. */
  readonly ended: Promise<End>

  constructor(context: CliContext, onMessage: (message: FromWorker) => void) {
    this.#child = started(context)
    this.#onMessage = onMessage
    this.#child.on('message', (message) => this.#hear(message as FromWorker))
    this.ended = new Promise((resolve) => {
      // A message that did not arrive is no end; a process that could not be started is.
      this.#child.on('error', () => this.#child.pid === undefined && resolve({ code: 1, signal: null }))
      this.#child.once('exit', (code, signal) => resolve({ code, signal }))
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get isReady(): boolean {
    return this.token !== undefined
  }

  #hear(message: FromWorker): void {
    if (message.kind === 'ready') this.token = message.token
    if (message.kind === 'report') {
      this.lastReport = message.report
      this.#asked.get(message.number ?? 0)?.(message.report)
    }
    this.#onMessage(message)
  }

  /** A process that is gone hears nothing: its end is told by `ended`. */
  send(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => undefined)
  }

  /** Has it finish the jobs in hand and stop. */
  leave(): void {
    this.isLeaving = true
    this.send({ kind: 'leave' })
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** How it is; null when it does not say so in time. */
  report(): Promise<WorkerReport | null> {
    const number = ++this.#asks
    return new Promise<WorkerReport | null>((resolve) => {
      const callOff = after(reportWithinMs, () => resolve(null))
      void this.ended.then(() => resolve(null))
      this.#asked.set(number, (report) => {
        callOff()
        resolve(report)
      })
      this.send({ kind: 'report', number })
    }).finally(() => this.#asked.delete(number))
  }
}
