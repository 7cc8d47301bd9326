// What the two daemons' programs share: the life of a process from its first signal to its last word.

import { resolve } from 'node:path'
import { writePidFile } from '../daemon/pidfile.ts'
import { onSignals, type SignalHandlers } from '../daemon/signals.ts'
import { type ServiceManager, serviceManager } from '../daemon/systemd.ts'
import type { Log } from '../log.ts'
import type { CliContext } from './context.ts'
import { exitCodes } from './exit-codes.ts'

/** How often a daemon has been told to stop, and how soon. */
export class Stopping {
  readonly #stop = new AbortController()
  readonly #now = new AbortController()

  /** Take no new work. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /** Resolves when the process must end at once, whatever is still going on. */
  get atOnce(): Promise<void> {
    return new Promise((resolve) => this.#now.signal.addEventListener('abort', () => resolve()))
  }

  get isAsked(): boolean {
    return this.#stop.signal.aborted
  }

  ask(): void {
    this.#stop.abort()
  }

  askNow(): void {
    this.#stop.abort()
    this.#now.abort()
  }
}

export interface DaemonLife {
  readonly context: CliContext
  readonly log: Log
  readonly stopping: Stopping
  readonly signals: SignalHandlers
  readonly pidfile: string | undefined
  /** All that the daemon does; resolves to the exit code. */
  live(service: ServiceManager): Promise<number>
}

/** Runs a daemon with its signals and its pid file. Resolves to the exit code. */
export async function runDaemon(life: DaemonLife): Promise<number> {
  const { context, log, stopping, signals, pidfile } = life
  const offSignals = context.signal === undefined ? onSignals(signals) : () => undefined
  context.signal?.addEventListener('abort', () => stopping.ask())
  if (context.signal?.aborted) stopping.ask()
  const service = serviceManager(context.signal === undefined ? context.env : {})
  stopping.signal.addEventListener('abort', () => service.stopping())
  const removePidFile = pidfile === undefined ? () => undefined : writePidFile(resolve(context.cwd, pidfile))
  try {
    return await Promise.race([life.live(service), stopping.atOnce.then(() => exitCodes.failed)])
  } finally {
    service.close()
    removePidFile()
    offSignals()
    log.flush()
  }
}
