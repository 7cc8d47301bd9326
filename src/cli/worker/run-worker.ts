// The life of a worker process: its jobs are loaded, Redis is there, it works, signals steer it.

import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { foreignVariables } from '../../config/foreign-variables.ts'
import type { PerformingSettings } from '../../config/performing-settings.ts'
import type { ProcessSettings } from '../../config/process-settings.ts'
import type { QueueSettings } from '../../config/queue-settings.ts'
import type { SettingName } from '../../config/settings.ts'
import { packageVersion } from '../../daemon/package-version.ts'
import type { ServiceManager } from '../../daemon/systemd.ts'
import { ConfigurationError } from '../../errors.ts'
import { type Log, logTo } from '../../log.ts'
import type { JobClasses } from '../../worker/job-classes.ts'
import { loadJobs } from '../../worker/load-jobs.ts'
import { QueueList } from '../../worker/queue-list.ts'
import { webhook } from '../../worker/webhook.ts'
import { Worker } from '../../worker/worker.ts'
import { awaitRedis } from '../await-redis.ts'
import type { CliContext } from '../context.ts'
import { runDaemon } from '../daemon.ts'
import { type LogSetting, logSettings, openDaemonLog } from '../daemon-log.ts'
import { exitCodes } from '../exit-codes.ts'
import type { SettingValues } from '../flags.ts'
import { counted } from '../output.ts'
import { showTitle } from '../process-title.ts'
import { whileServing } from '../serve-pages.ts'
import { MasterLink } from './master-link.ts'
import { runMaster } from './run-master.ts'
import { Steering } from './steering.ts'

type Own = 'queue' | 'jobs' | 'concurrency' | 'workerIntervalSeconds' | 'failureWebhook'
type Performing = keyof PerformingSettings | keyof ProcessSettings | keyof QueueSettings
type Shared = 'redis' | 'namespace' | 'pidfile' | 'http'
export type WorkerSetting = Own | Performing | Shared | LogSetting
export const workerSettings: readonly WorkerSetting[] = [
  ...(['queue', 'jobs', 'concurrency', 'workerIntervalSeconds', 'failureWebhook'] as const),
  ...(['fair', 'limit'] as const),
  ...([
    'processes',
    'jobsWatch',
    'maxJobs',
    'termTimeoutSeconds',
    'gracefulTerm',
    'titlePrefix',
    'prefetch',
  ] as const),
  ...(['timeoutSeconds', 'killGraceSeconds', 'maxStuck', 'keepStatusSeconds'] as const),
  ...(['isolation', 'maxMemoryMb', 'jobsPerChild'] as const),
  ...(['redis', 'namespace', 'pidfile', 'http'] as const),
  ...logSettings,
] satisfies readonly SettingName[]

const defaultJobs = './jobs'
const mostNames = 20

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function jobPaths(given: readonly string[], cwd: string): readonly string[] {
  if (given.length > 0) return given
  if (isFolder(resolve(cwd, defaultJobs))) return [defaultJobs]
  throw new ConfigurationError(
    'no jobs are named: the worker could perform nothing. Give --jobs FILE_OR_FOLDER, or put the job classes into ./jobs.',
  )
}

/** What a file that is named imports stands beside it, mostly. */
function watchedFor(paths: readonly string[], cwd: string): string[] {
  return paths.map((path) => resolve(cwd, path)).map((path) => (isFolder(path) ? path : dirname(path)))
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

function titleOf(worker: Worker, queues: string, { concurrency, titlePrefix }: WorkerSettings): string {
  const doing =
    worker.busy === 0 ? `Waiting for ${queues}` : `Processing ${worker.busy} of ${concurrency} for ${queues}`
  return `${titlePrefix}resque-${packageVersion()}: ${doing}`
}

type WorkerSettings = SettingValues<WorkerSetting>

/** What a worker process has around it. */
interface Surroundings {
  readonly steering: Steering
  readonly log: Log
  readonly cwd: string
  readonly link: MasterLink | undefined
}

function makeWorker(given: WorkerSettings, classes: JobClasses, { cwd, link }: Surroundings): Worker {
  const files = given.isolation === 'none' ? [] : jobPaths(given.jobs, cwd).map((path) => resolve(cwd, path))
  return new Worker({
    redis: given.redis,
    namespace: given.namespace,
    queues: given.queue,
    order: given.fair ? 'fair' : 'strict',
    limits: { queues: given.limit },
    jobs: classes.byName(),
    jobFiles: files,
    concurrency: given.concurrency,
    intervalSeconds: given.workerIntervalSeconds,
    termTimeoutSeconds: given.termTimeoutSeconds,
    failureSinks: given.failureWebhook === undefined ? [] : [webhook({ url: given.failureWebhook })],
    catchStrayErrors: true,
    timeoutSeconds: given.timeoutSeconds,
    killGraceSeconds: given.killGraceSeconds,
    maxStuck: given.maxStuck,
    keepStatusSeconds: given.keepStatusSeconds,
    isolation: given.isolation,
    maxMemoryMb: given.maxMemoryMb,
    jobsPerChild: given.jobsPerChild,
    maxJobs: given.maxJobs,
    prefetch: given.prefetch,
    fleet: link,
  })
}

function jobsText(classes: JobClasses): string {
  const names = classes.names()
  const more = names.length > mostNames ? ' …' : ''
  const shown = `${names.slice(0, mostNames).join(', ')}${more}`
  return `${counted(classes.size, 'job class', 'job classes')} (${shown})`
}

async function work(given: WorkerSettings, classes: JobClasses, around: Surroundings): Promise<number> {
  const worker = makeWorker(given, classes, around)
  const { link, log } = around
  const live = (): Promise<number> => perform(given, around, worker)
  if (link === undefined) return whileServing(given, { worker }, log, live)
  await link.attend(worker, given.http !== undefined)
  try {
    return await live()
  } finally {
    await link.close()
  }
}

async function perform(given: WorkerSettings, around: Surroundings, worker: Worker): Promise<number> {
  const { steering, log, link } = around
  const { stopping } = steering
  if (!(await awaitRedis(given, log, stopping.signal))) return exitCodes.stoppedAsAsked
  const stopLog = logTo(worker, log)
  const queues = new QueueList(given.queue).text
  const title = (): string => titleOf(worker, queues, given)
  const stopTitle = showTitle(title)
  worker.on('started', () => steering.service?.ready(title()))
  worker.on('ordered', ({ verb, scope }) => {
    if (verb === 'stop' && scope === 'process') link?.leaving('ordered')
  })
  steering.worker = worker
  await worker.run(stopping.signal)
  stopTitle()
  if (worker.isWornOut) log.say('error', 'stopped, to be replaced: too many jobs run on after their timeout')
  stopLog()
  return worker.isWornOut ? exitCodes.failed : exitCodes.stoppedAsAsked
}

function tellForeign(log: Log, { env }: CliContext): void {
  for (const { name, why } of foreignVariables(env)) log.say('info', `${name} has no effect here: ${why}`)
}

/** One process that performs jobs, with a master or without. */
function runProcess(given: WorkerSettings, log: Log, context: CliContext): Promise<number> {
  const queues = new QueueList(given.queue).text
  const { parent, cwd } = context
  const steering = new Steering(log, { gracefulTerm: given.gracefulTerm, hasMaster: parent !== undefined })
  const link = parent === undefined ? undefined : new MasterLink(parent, steering)
  const live = async (service: ServiceManager): Promise<number> => {
    steering.service = service
    const classes = await loadAll(given.jobs, cwd)
    const apart = given.isolation === 'none' ? '' : ', each in a process of its own'
    const how = `queues ${queues}, ${given.concurrency} at a time${apart}`
    log.say('info', `resque-worker ${packageVersion()}: ${jobsText(classes)}, ${how}`)
    return work(given, classes, { steering, log, cwd, link })
  }
  const { stopping, signals } = steering
  const pidfile = parent === undefined ? given.pidfile : undefined
  return runDaemon({ context, log, live, stopping, signals, pidfile })
}

/** Runs until it is told to stop. @throws ConfigurationError, RedisError when it cannot begin */
export async function runWorker(given: WorkerSettings, context: CliContext): Promise<number> {
  const { text } = new QueueList(given.queue) // what is wrong with it is told before anything is started
  const log = openDaemonLog(given, context)
  if (context.parent === undefined) tellForeign(log, context)
  const { processes = given.jobsWatch ? 1 : undefined } = given
  if (context.parent !== undefined || processes === undefined) return runProcess(given, log, context)
  const paths = jobPaths(given.jobs, context.cwd)
  const watched = given.jobsWatch ? watchedFor(paths, context.cwd) : []
  return runMaster({ ...given, processes, queues: text, watched }, log, context)
}
