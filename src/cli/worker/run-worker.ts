// The life of a worker process: its jobs are loaded, Redis is there, it works, signals steer it.

import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SettingName } from '../../config/settings.ts'
import type { SignalHandlers } from '../../daemon/signals.ts'
import { ConfigurationError } from '../../errors.ts'
import { reasonOf } from '../../log/wording.ts'
import { type Log, logTo } from '../../log.ts'
import type { JobClasses } from '../../worker/job-classes.ts'
import { loadJobs } from '../../worker/load-jobs.ts'
import { QueueList } from '../../worker/queue-list.ts'
import { Worker } from '../../worker/worker.ts'
import { awaitRedis } from '../await-redis.ts'
import type { CliContext } from '../context.ts'
import { runDaemon, Stopping } from '../daemon.ts'
import { type LogSetting, logSettings, openDaemonLog } from '../daemon-log.ts'
import { exitCodes } from '../exit-codes.ts'
import type { SettingValues } from '../flags.ts'
import { counted } from '../output.ts'
import { showTitle } from '../process-title.ts'
import { packageVersion } from '../program.ts'

type Own = 'queue' | 'jobs' | 'concurrency' | 'workerIntervalSeconds' | 'termTimeoutSeconds'
type Shared = 'redis' | 'namespace' | 'pidfile'
export type WorkerSetting = Own | Shared | LogSetting
export const workerSettings: readonly WorkerSetting[] = [
  ...(['queue', 'jobs', 'concurrency', 'workerIntervalSeconds', 'termTimeoutSeconds'] as const),
  ...(['redis', 'namespace', 'pidfile'] as const),
  ...logSettings,
] satisfies readonly SettingName[]

const defaultJobs = './jobs'
const mostNames = 20

function jobPaths(given: readonly string[], cwd: string): readonly string[] {
  if (given.length > 0) return given
  if (existsSync(resolve(cwd, defaultJobs)) && statSync(resolve(cwd, defaultJobs)).isDirectory())
    return [defaultJobs]
  throw new ConfigurationError(
    'no jobs are named: the worker could perform nothing. Give --jobs FILE_OR_FOLDER, or put the job classes into ./jobs.',
  )
}

async function loadAll(given: readonly string[], cwd: string): Promise<JobClasses> {
  const paths = jobPaths(given, cwd)
  const classes = await loadJobs(paths, cwd)
  if (classes.size > 0) return classes
  const cure = 'Export a class with a perform method from a file in it.'
  throw new ConfigurationError(
    `no job was found in ${paths.join(', ')}: the worker could perform nothing. ${cure}`,
  )
}

/** What signals do to a worker that is there already, or will be. */
class Steering {
  readonly stopping = new Stopping()
  readonly #log: Log
  #worker: Worker | undefined
  #terms = 0

  constructor(log: Log) {
    this.#log = log
  }

  set worker(worker: Worker) {
    this.#worker = worker
  }

  #quit(): void {
    if (this.stopping.isAsked) return
    this.#say('QUIT: finishing the jobs in hand, then stopping')
    void this.#worker?.stop({ finish: true })
    this.stopping.ask()
  }

  #terminate(): void {
    this.#terms++
    if (this.#terms === 1) this.#say('told to stop: jobs in hand may end within the term timeout')
    if (this.#terms === 2) this.#say('told again: putting the jobs in hand back now')
    void this.#worker?.stop(this.#terms === 1 ? {} : { withinSeconds: 0 })
    if (this.#terms > (this.#worker === undefined ? 1 : 2)) this.stopping.askNow()
    else this.stopping.ask()
  }

  #say(message: string): void {
    this.#log.say('info', message, { busy: this.#worker?.busy ?? 0 })
  }

  readonly signals: SignalHandlers = {
    SIGQUIT: () => this.#quit(),
    SIGTERM: () => this.#terminate(),
    SIGINT: () => this.#terminate(),
    SIGUSR1: () => {
      this.#say('USR1: telling the jobs in hand to end')
      this.#worker?.abortJobs()
    },
    SIGUSR2: () => {
      this.#say('USR2: pausing; CONT goes on')
      this.#worker?.pause()
    },
    SIGCONT: () => {
      this.#say('CONT: taking jobs')
      this.#worker?.resume()
    },
  }
}

function titleOf(worker: Worker, queues: string, concurrency: number): string {
  const doing =
    worker.busy === 0 ? `Waiting for ${queues}` : `Processing ${worker.busy} of ${concurrency} for ${queues}`
  return `resque-${packageVersion()}: ${doing}`
}

type WorkerSettings = SettingValues<WorkerSetting>

function makeWorker(given: WorkerSettings, classes: JobClasses): Worker {
  return new Worker({
    redis: given.redis,
    namespace: given.namespace,
    queues: given.queue,
    jobs: Object.fromEntries(classes.names().map((name) => [name, classes.get(name)])),
    concurrency: given.concurrency,
    intervalSeconds: given.workerIntervalSeconds,
    termTimeoutSeconds: given.termTimeoutSeconds,
  })
}

/** A promise that a job left behind must not take the other jobs in hand with it, as node would have it. */
function tellStrayRejections(log: Log): () => void {
  const tell = (reason: unknown): void => {
    const cure = 'Await every promise in perform, or catch what it rejects with'
    log.say('error', `a promise was rejected and nobody heard it: ${reasonOf(reason)}. ${cure}`)
  }
  process.on('unhandledRejection', tell)
  return () => process.off('unhandledRejection', tell)
}

function jobsText(classes: JobClasses): string {
  const names = classes.names()
  const more = names.length > mostNames ? ' …' : ''
  const shown = `${names.slice(0, mostNames).join(', ')}${more}`
  return `${counted(classes.size, 'job class', 'job classes')} (${shown})`
}

async function work(
  given: WorkerSettings,
  steering: Steering,
  log: Log,
  classes: JobClasses,
): Promise<number> {
  const { stopping } = steering
  if (!(await awaitRedis(given, log, stopping.signal))) return exitCodes.stoppedAsAsked
  const worker = makeWorker(given, classes)
  steering.worker = worker
  const stopLog = logTo(worker, log)
  const stopTelling = tellStrayRejections(log)
  const queues = new QueueList(given.queue).text
  const stopTitle = showTitle(() => titleOf(worker, queues, given.concurrency))
  await worker.run(stopping.signal)
  stopTitle()
  stopTelling()
  stopLog()
  return exitCodes.stoppedAsAsked
}

/** Runs until it is told to stop. @throws ConfigurationError, RedisError when it cannot begin */
export async function runWorker(given: WorkerSettings, context: CliContext): Promise<number> {
  const queues = new QueueList(given.queue).text
  const log = openDaemonLog(given, context)
  const steering = new Steering(log)
  const live = async (): Promise<number> => {
    const classes = await loadAll(given.jobs, context.cwd)
    const how = `queues ${queues}, ${given.concurrency} at a time`
    log.say('info', `resque-worker ${packageVersion()}: ${jobsText(classes)}, ${how}`)
    return work(given, steering, log, classes)
  }
  const { stopping, signals } = steering
  return runDaemon({ context, log, live, stopping, signals, pidfile: given.pidfile })
}
