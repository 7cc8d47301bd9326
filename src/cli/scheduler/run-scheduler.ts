// The life of a scheduler process: its schedule is read, Redis is there, it runs, signals steer it.

import { systemClock } from '../../clock.ts'
import { packageVersion } from '../../daemon/package-version.ts'
import type { SignalHandlers } from '../../daemon/signals.ts'
import type { ServiceManager } from '../../daemon/systemd.ts'
import { ScheduleError } from '../../errors.ts'
import { type Log, logTo } from '../../log.ts'
import type { Problem } from '../../recurring/problem.ts'
import { Scheduler, type SchedulerOptions } from '../../scheduler/scheduler.ts'
import { awaitRedis } from '../await-redis.ts'
import type { CliContext } from '../context.ts'
import { runDaemon, Stopping } from '../daemon.ts'
import { type LogSetting, logSettings, openDaemonLog } from '../daemon-log.ts'
import { exitCodes } from '../exit-codes.ts'
import type { SettingValues } from '../flags.ts'
import { counted } from '../output.ts'
import { showTitle } from '../process-title.ts'
import { whileServing } from '../serve-pages.ts'
import { changesBetween } from './changes.ts'
import {
  errorsOf,
  pathFrom,
  type Reading,
  type ReadingSetting,
  readFiles,
  readingOptions,
  readingSettings,
  refuse,
  type Schedule,
} from './schedule-files.ts'
import { tellChanges, tellLoaded, tellProblems, tellSchedule } from './tell-schedule.ts'
import { watchFiles } from './watch-files.ts'

type Own =
  | 'schedule'
  | 'dynamic'
  | 'watch'
  | 'strict'
  | 'schedulerIntervalSeconds'
  | 'appName'
  | 'payload'
  | 'failedKeep'
  | 'failedMaxAgeDays'
type Shared = 'redis' | 'namespace' | 'pidfile' | 'http' | 'maxLagSeconds'
export type SchedulerSetting = Own | ReadingSetting | Shared | LogSetting
export const schedulerSettings: readonly SchedulerSetting[] = [
  'schedule',
  ...readingSettings,
  ...(['watch', 'strict', 'dynamic', 'appName', 'schedulerIntervalSeconds', 'payload'] as const),
  ...(['failedKeep', 'failedMaxAgeDays'] as const),
  ...(['redis', 'namespace', 'pidfile', 'http', 'maxLagSeconds'] as const),
  ...logSettings,
]
export type SchedulerSettings = SettingValues<SchedulerSetting>

/** How much of the failed list is kept, when anything was said of it. */
function capOf({ failedKeep: keep, failedMaxAgeDays: maxAgeDays }: SchedulerSettings): SchedulerOptions {
  return keep === undefined && maxAgeDays === undefined ? {} : { failed: { keep, maxAgeDays } }
}

/** A loop without a pass for so long hangs: one pass waits for Redis no longer than its deadline. */
const hungAfterMs = 60_000

/** A schedule that is in force, and can be read anew. */
class Daemon {
  readonly #given: SchedulerSettings
  readonly #files: readonly string[]
  readonly #options: Reading
  readonly #log: Log
  readonly #scheduler: Scheduler
  #schedule: Schedule

  constructor(given: SchedulerSettings, files: readonly string[], options: Reading, log: Log) {
    this.#given = given
    this.#files = files
    this.#options = options
    this.#log = log
    this.#schedule = readFiles(files, options)
    if (given.strict && errorsOf(this.#schedule.problems).length > 0) refuse(this.#schedule.problems)
    const { redis, namespace, appName, dynamic, schedulerIntervalSeconds: intervalSeconds, payload } = given
    // Without a file nothing is said of what other schedulers' files hold.
    const entries = files.length === 0 ? undefined : this.#schedule.entries
    const place = { redis, namespace, appName, intervalSeconds, payload }
    const entryContext = options
    const { jobs } = options
    this.#scheduler = new Scheduler({ ...place, ...capOf(given), entries, dynamic, entryContext, jobs })
    tellLoaded(log, this.#schedule, this.#scheduler, given.environment)
  }

  /** A file that has become bad leaves the old schedule in force. */
  reload(): void {
    if (this.#files.length === 0) {
      this.#log.say('info', 'there is no schedule file to read again')
      return
    }
    try {
      const schedule = readFiles(this.#files, this.#options)
      if (errorsOf(schedule.problems).length > 0) refuse(schedule.problems)
      tellProblems(this.#log, schedule.problems)
      this.#scheduler.reload(schedule.entries)
      tellChanges(this.#log, changesBetween(this.#schedule.entries, schedule.entries))
      this.#schedule = schedule
    } catch (error) {
      this.#keepOld(error)
    }
  }

  #keepOld(error: unknown): void {
    const problems = error instanceof ScheduleError ? (error.problems as readonly Problem[]) : []
    tellProblems(this.#log, problems)
    const reason = error instanceof Error ? error.message : String(error)
    const why = problems.length > 0 ? `it has ${counted(errorsOf(problems).length, 'error')}` : reason
    this.#scheduler.refuseReload(why)
  }

  print(): void {
    tellSchedule(this.#log, this.#schedule.entries, this.#scheduler)
  }

  #title(): string {
    const { appName } = this.#given
    const state = this.#scheduler.isLeading ? 'leading' : 'standing by'
    const entries = counted(this.#schedule.entries.length, 'entry', 'entries')
    return `resque-scheduler-${packageVersion()}${appName === '' ? '' : `[${appName}]`}: ${state}, ${entries}`
  }

  /** Redis may be away for as long as it likes: the loop goes on, and that is what counts. */
  #isAlive(): boolean {
    return systemClock.nowMs() - this.#scheduler.pulse.lastPassMs < hungAfterMs
  }

  /** With pages about it, when they were asked for; they tell of a Redis that is waited for as well. */
  serving<T>(work: () => Promise<T>): Promise<T> {
    return whileServing(this.#given, { scheduler: this.#scheduler }, this.#log, work)
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal, service: ServiceManager): Promise<void> {
    this.#scheduler.on('started', () => service.ready(this.#title(), () => this.#isAlive()))
    const stopLog = logTo(this.#scheduler, this.#log)
    const stopTitle = showTitle(() => this.#title())
    const stopWatching = this.#given.watch ? watchFiles(this.#files, () => this.reload()) : () => undefined
    await this.#scheduler.run(signal)
    stopWatching()
    stopTitle()
    stopLog()
  }
}

interface Steering {
  daemon: Daemon | undefined
  readonly stopping: Stopping
  readonly signals: SignalHandlers
}

function steer(log: Log): Steering {
  const stopping = new Stopping()
  const stop = (): void => {
    log.say('info', stopping.isAsked ? 'told again to stop: ending at once' : 'told to stop')
    if (stopping.isAsked) stopping.askNow()
    else stopping.ask()
  }
  const reload = (): void => steering.daemon?.reload()
  const signals = {
    ...{ SIGTERM: stop, SIGINT: stop, SIGQUIT: stop },
    ...{ SIGHUP: reload, SIGUSR2: reload },
    SIGUSR1: () => steering.daemon?.print(),
  }
  const steering: Steering = { daemon: undefined, stopping, signals }
  return steering
}

/** Runs until it is told to stop. @throws ConfigurationError, ScheduleError, RedisError when it cannot begin */
export async function runScheduler(given: SchedulerSettings, context: CliContext): Promise<number> {
  const log = openDaemonLog(given, context)
  const steering = steer(log)
  const { stopping, signals } = steering
  const live = async (service: ServiceManager): Promise<number> => {
    // Ruby's rule: an entry for certain environments does not run where none is named.
    const options = await readingOptions({ ...given, environment: given.environment ?? '' }, context)
    const files = given.schedule.map((path) => pathFrom(context.cwd, path))
    const named = files.length === 0 ? 'no schedule, delayed jobs only' : `schedule ${files.join(', ')}`
    log.say('info', `resque-scheduler ${packageVersion()}: ${named}`)
    const daemon = new Daemon(given, files, options, log)
    return daemon.serving(async () => {
      if (!(await awaitRedis(given, log, stopping.signal))) return exitCodes.stoppedAsAsked
      steering.daemon = daemon
      await daemon.run(stopping.signal, service)
      return exitCodes.stoppedAsAsked
    })
  }
  return runDaemon({ context, log, live, stopping, signals, pidfile: given.pidfile })
}
