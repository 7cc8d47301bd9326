// The life of `resque-worker --processes`: a master, its signals, its pid file, its pages.

import { systemClock } from '../../clock.ts'
import type { HttpPlace } from '../../config/http-place.ts'
import { packageVersion } from '../../daemon/package-version.ts'
import type { SignalHandlers } from '../../daemon/signals.ts'
import type { ServiceManager } from '../../daemon/systemd.ts'
import type { WorkerReport } from '../../http/worker-report.ts'
import type { Log } from '../../log.ts'
import type { CliContext } from '../context.ts'
import { runDaemon, Stopping } from '../daemon.ts'
import { counted } from '../output.ts'
import { showTitle } from '../process-title.ts'
import { codeAt, watchFiles } from '../scheduler/watch-files.ts'
import { whileOpen } from '../serve-pages.ts'
import { Master } from './master.ts'
import { WorkerProcess } from './worker-process.ts'

export interface MasterSettings {
  readonly processes: number
  readonly queues: string
  readonly termTimeoutSeconds: number
  readonly gracefulTerm: boolean
  readonly titlePrefix: string
  readonly http: HttpPlace | undefined
  readonly pidfile: string | undefined
  /** Files and folders: the processes are renewed when something in them has changed. */
  readonly watched: readonly string[]
}

function processesText(count: number): string {
  return counted(count, 'process', 'processes')
}

/** What signals do to a master. */
class MasterSignals {
  readonly stopping = new Stopping()
  readonly #master: Master
  readonly #log: Log
  #terms = 0

  constructor(master: Master, log: Log) {
    this.#master = master
    this.#log = log
  }

  /** The processes count for themselves how often they are told; who does not hear at all is killed in the end. */
  #terminate(name: NodeJS.Signals): void {
    this.#terms++
    if (this.#terms === 1)
      this.#log.say('info', `${name.slice(3)}: stopping ${processesText(this.#master.running)}`)
    this.#end(name)
    if (this.#terms > 2) this.#master.killAll()
  }

  #end(name: NodeJS.Signals): void {
    this.#master.stop([{ kind: 'signal', name }])
    this.stopping.ask()
  }

  readonly handlers: SignalHandlers = {
    SIGTERM: () => this.#terminate('SIGTERM'),
    SIGINT: () => this.#terminate('SIGINT'),
    SIGQUIT: () => this.#end('SIGQUIT'),
    SIGUSR1: () => this.#master.signal('SIGUSR1'),
    SIGUSR2: () => this.#master.signal('SIGUSR2'),
    SIGCONT: () => this.#master.signal('SIGCONT'),
    SIGHUP: () => this.#master.renew(),
    SIGTTIN: () => this.#master.scale(this.#master.wanted + 1),
    SIGTTOU: () => this.#master.scale(this.#master.wanted - 1),
  }
}

interface Departures {
  keep(report: WorkerReport): void
}

async function serve(
  http: HttpPlace | undefined,
  master: Master,
  departures: Departures,
  log: Log,
): Promise<number> {
  if (http === undefined) return master.run()
  const { FleetSource } = await import('../../http/fleet-source.ts')
  const { serveSource } = await import('../../http/serve-http.ts')
  const source = new FleetSource(master)
  departures.keep = (report) => source.depart(report)
  return whileOpen(
    http,
    () => serveSource(source, http),
    log,
    () => master.run(),
  )
}

/** Runs until it is told to stop and all its processes have ended. Resolves to the exit code. */
export function runMaster(given: MasterSettings, log: Log, context: CliContext): Promise<number> {
  const { processes, queues, titlePrefix } = given
  const departures: Departures = { keep: () => undefined }
  let service: ServiceManager | undefined
  const title = (): string =>
    `${titlePrefix}resque-${packageVersion()}: Master of ${processesText(master.wanted)} for ${queues}`
  const master: Master = new Master({
    processes,
    patienceMs: given.termTimeoutSeconds * 1000,
    clock: systemClock,
    log,
    start: (onMessage) => new WorkerProcess(context, onMessage),
    onReady: () => service?.ready(title()),
    onStopping: () => signals.stopping.ask(),
    onDeparted: (report) => departures.keep(report),
  })
  const signals = new MasterSignals(master, log)
  const { stopping, handlers } = signals
  stopping.signal.addEventListener('abort', () => {
    if (!master.isStopping) master.stop([{ kind: 'signal', name: 'SIGTERM' }])
  })
  const live = async (manager: ServiceManager): Promise<number> => {
    service = manager
    log.say('info', `resque-worker ${packageVersion()}: ${processesText(processes)} for queues ${queues}`)
    const stopTitle = showTitle(title)
    const renew = (): void => master.renew('a job file has changed')
    const stopWatching = given.watched.length === 0 ? undefined : watchFiles(given.watched, renew, codeAt)
    return serve(given.http, master, departures, log).finally(() => {
      stopWatching?.()
      stopTitle()
    })
  }
  return runDaemon({ context, log, live, stopping, signals: handlers, pidfile: given.pidfile })
}
