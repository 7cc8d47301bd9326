// Whoever attends a worker's jobs without performing them: plugins, failure sinks, the watch for jobs that hang, and
// the client with which jobs enqueue.

import { Resque } from '../client/resque.ts'
import { type Clock, systemClock } from '../clock.ts'
import { ConfigurationError } from '../errors.ts'
import type { Emitter } from '../events.ts'
import { followJobs } from '../job/ambient.ts'
import type { Enqueuer } from '../job/job.ts'
import type { Rooms } from '../rooms.ts'
import { type FailureSink, FailureSinks } from './failure-sinks.ts'
import { hooksOfPlugins, type PerformHooks } from './hooks.ts'
import { JobWatch } from './job-watch.ts'
import { jobEvent } from './outcome.ts'
import { Life, type LifeHook, type WorkerFacts, type WorkerPlugin } from './plugins.ts'
import { watchStrayErrors } from './stray-errors.ts'

export interface AttendantOptions {
  /** Called around each job and in the worker's life, in this order; see docs/hooks.md. */
  readonly plugins?: readonly WorkerPlugin[]
  /** Told of each job that failed for good, beside the failed list: `webhook({ url })`, or a function. */
  readonly failureSinks?: readonly FailureSink[]
  /** A job that runs longer, in seconds, is told of (event `runsLong`). Default 600. */
  readonly longAfterSeconds?: number
  /**
   * true: an error that comes from beside a job (a promise it did not await, a timer) does not end the process. It
   * is told (event `strayError`) with its job, which fails when it is still in hand. Default false; resque-worker
   * does so.
   */
  readonly catchStrayErrors?: boolean
  /**
   * true: `currentJob()` is known from the first job on, and not only from the first time on that somebody asks for
   * it. It costs node up to a fifth of what an empty job takes. Default: that of `catchStrayErrors`.
   */
  readonly followJobs?: boolean
}

/** How long reports of failures are waited for when the worker stops, in milliseconds. */
const sinksGraceMs = 5_000
const longAfterSeconds = 600

function checkList(name: string, list: unknown, isRight: (one: unknown) => boolean, what: string): void {
  if (list === undefined || (Array.isArray(list) && list.every(isRight))) return
  throw new ConfigurationError(`${name} of a worker must be a list of ${what}. Write ${name}: […].`)
}

function checkOptions({ plugins, failureSinks, longAfterSeconds: seconds }: AttendantOptions): void {
  const isObject = (one: unknown): boolean => typeof one === 'object' && one !== null
  checkList('plugins', plugins, isObject, 'objects with hooks')
  checkList('failureSinks', failureSinks, (one) => typeof one === 'function', 'functions')
  if (seconds === undefined || (typeof seconds === 'number' && seconds > 0)) return
  throw new ConfigurationError(`longAfterSeconds must be a number above 0, got ${String(seconds)}.`)
}

/** What performing needs of them. */
export interface Attending {
  readonly hooks: PerformHooks
  readonly watch: JobWatch
  readonly sinks: FailureSinks
  readonly enqueuer: () => Enqueuer
}

export class Attendants implements Attending {
  readonly hooks: PerformHooks
  readonly watch: JobWatch
  readonly sinks: FailureSinks
  readonly #rooms: Rooms
  readonly #clock: Clock
  readonly #events: Emitter
  readonly #life: Life
  readonly #catchesStrayErrors: boolean
  readonly #followsJobs: boolean
  readonly #stopped = new AbortController()
  #begunWhenEmpty = 0
  #client: Resque | undefined
  #offStray: (() => void) | undefined

  /** @throws ConfigurationError for options that cannot be right */
  constructor(
    options: AttendantOptions & { readonly resque?: unknown },
    rooms: Rooms,
    clock: Clock,
    events: Emitter,
    facts: () => WorkerFacts,
  ) {
    checkOptions(options)
    const plugins = options.plugins ?? []
    this.hooks = hooksOfPlugins(plugins)
    this.watch = new JobWatch(clock, events, 1_000 * (options.longAfterSeconds ?? longAfterSeconds))
    this.sinks = new FailureSinks(options.failureSinks ?? [], events)
    this.#rooms = rooms
    this.#clock = clock
    this.#events = events
    this.#life = new Life(plugins, events, facts)
    this.#catchesStrayErrors = options.catchStrayErrors ?? false
    this.#followsJobs = options.followJobs ?? this.#catchesStrayErrors
    this.#client = options.resque instanceof Resque ? options.resque : undefined
  }

  readonly enqueuer = (): Enqueuer => {
    const { connection, store, clock } = this.#rooms
    this.#client ??= new Resque({
      redis: connection.redis,
      namespace: store.keys.namespace,
      ...(clock === systemClock ? {} : { clock }),
    })
    return this.#client
  }

  /** @throws what a plugin throws that cannot do its work */
  async begin(): Promise<void> {
    await this.#life.begin()
    if (this.#followsJobs) followJobs()
    if (this.#catchesStrayErrors) this.#offStray = watchStrayErrors(this.#strayWatcher)
    this.watch.run(this.#stopped.signal)
  }

  tell(hook: LifeHook): Promise<void> {
    return this.#life.tell(hook)
  }

  /** All queues are empty: told once after each time that jobs were taken. */
  sawEmpty(): void {
    const { begun } = this.watch
    if (begun === this.#begunWhenEmpty) return
    this.#begunWhenEmpty = begun
    void this.tell('queuesEmpty')
  }

  readonly #strayWatcher = {
    has: (context: Parameters<typeof jobEvent>[0]) => this.watch.has(context),
    tell: ({ kind, error, context, hasFailed }: StrayTold) => {
      const job = context === null ? null : jobEvent(context)
      this.#events.emit('strayError', { kind, error, job, hasFailed })
    },
  }

  /** Resolves when all of them have done what they had to do, or after a few seconds. */
  async end(): Promise<void> {
    this.#stopped.abort()
    const over = new AbortController()
    await Promise.race([this.sinks.arrived(), this.#clock.sleep(sinksGraceMs, over.signal)])
    over.abort()
    await this.#life.tell('workerStopped')
    this.#offStray?.()
  }
}

type StrayTold = Parameters<Parameters<typeof watchStrayErrors>[0]['tell']>[0]
