// Names and plain payloads of all that happens, and a typed emitter. What is printed of it is decided in log.ts.

/** Everything that a scheduler, a worker or a client tells. */
export interface Events {
  /** A daemon has begun. */
  started: { readonly role: 'scheduler' | 'worker'; readonly name: string }
  stopped: { readonly role: 'scheduler' | 'worker'; readonly name: string }
  /** Redis failed (told once), or answers again. */
  trouble: { readonly role: string; readonly error: unknown }
  recovered: { readonly role: string }
  /** The lease was taken, or lost to `holder`; with `appName`, that of the application's recurring entries. */
  leading: { readonly name: string; readonly appName?: string }
  standby: {
    readonly holder: string
    readonly endsInMs: number
    /** Since when it leads, in epoch milliseconds; null when it does not tell (Ruby, node-resque). */
    readonly sinceMs: number | null
    readonly appName?: string
    /** Set when the leader is a scheduler of node-resque, which has a lock of its own. */
    readonly system?: 'node-resque'
  }
  /** A leader's lock has no end, seen twice: its holder died between two commands, and nobody ever takes over. */
  endlessLock: { readonly holder: string; readonly lock: string }
  /** Another scheduler moves delayed jobs although this one leads, or does not any more. Told when it changes. */
  rival: { readonly isThere: boolean }
  promoted: { readonly count: number; readonly refused: number; readonly lateMs: number }
  fired: {
    readonly entry: string
    readonly class: string
    readonly queue: string
    readonly plannedMs: number
    readonly id: string | null
    readonly caughtUp: boolean
  }
  /** Runs that were missed and will not be made up. */
  skipped: {
    readonly entry: string
    readonly count: number
    readonly firstPlannedMs: number
    readonly reason: string
  }
  /** The leader's plan is new, or another than before: how many entries are in force, and what became of which. */
  scheduleLoaded: {
    readonly entries: number
    readonly added: readonly string[]
    readonly changed: readonly string[]
    readonly removed: readonly string[]
  }
  /** Another schedule was offered and cannot be used: the one in force stays. */
  scheduleRefused: { readonly reason: string }
  /** A dynamic entry cannot run, or an entry of the schedule file has its name. Told once. */
  entryLeftOut: { readonly entry: string; readonly reason: string }
  /** A class was asked before its due job is enqueued: what it said, and what it threw. */
  asked: Omit<JobEvent, 'attempt'> & {
    readonly verdict: 'enqueue' | 'taken' | 'vetoed' | 'failed'
    readonly error?: unknown
  }
  /** `queueTimeMs`: when it was enqueued, as far as its payload tells. */
  reserved: JobEvent & { readonly queueTimeMs?: number | null }
  completed: JobEvent & { readonly durationMs: number; readonly result: unknown }
  failed: JobEvent & { readonly durationMs: number; readonly error: unknown }
  retried: JobEvent & { readonly error: unknown; readonly delaySeconds: number }
  /** A function among a job class's options threw or returned nonsense; `instead` is what was done. */
  optionFailed: JobEvent & {
    readonly option: 'retry.backoff' | 'limits.key'
    readonly error: unknown
    readonly instead: string
  }
  /** The worker stopped before the job had ended; it is back at the head of its queue. */
  givenBack: JobEvent
  /** What this worker said of a job came too late: it had been taken for dead. */
  refused: JobEvent
  /** Jobs of dead workers that went back to their queues, or to the failed list. */
  orphans: { readonly processes: number; readonly requeued: number; readonly failed: number }
  /** This worker process was told something from outside; `fleet`: it concerns its master and all its processes. */
  ordered: {
    readonly verb: 'quiet' | 'resume' | 'stop' | 'scale'
    readonly scope: 'process' | 'fleet'
    /** scale: how many there should be. */
    readonly processes: number
  }
  /** This worker finishes the jobs in hand and stops, to be replaced. */
  retiring: {
    readonly reason: 'maxJobs' | 'maxMemory'
    readonly performed: number
    readonly busy: number
    readonly rssBytes: number
  }
  /** A hook, or the job itself, said that it is not to be performed: it is done. */
  vetoed: JobEvent & { readonly reason: string }
  /** A hook threw where it cannot make a job fail: `onFailure`, or one of a worker's life (`job` is null then). */
  hookFailed: { readonly hook: string; readonly error: unknown; readonly job: JobEvent | null }
  /** A failure sink threw: it was not told of this failed job. */
  sinkFailed: JobEvent & { readonly error: unknown }
  /** A job has been running for long, and still is. `sinceMs` is epoch milliseconds. */
  runsLong: JobEvent & { readonly sinceMs: number; readonly forMs: number }
  /** The event loop stood still; a job of one of these classes did not let go of it. */
  blocked: { readonly blockedMs: number; readonly classes: readonly string[] }
  /** An error from beside a job: a promise it did not await, or a timer. `job` is null when it is not known. */
  strayError: {
    readonly kind: 'rejection' | 'exception'
    readonly error: unknown
    readonly job: JobEvent | null
    readonly hasFailed: boolean
  }
  /** A job was cancelled while it ran, and has ended. */
  cancelled: JobEvent & { readonly durationMs: number }
  /** A job's timeout is over and it does not end: it failed, but runs on in this process, as `running` in all do. */
  stuck: JobEvent & { readonly running: number }
  /** A line that a process of jobs printed; `id` is null and `class` empty when it had no job in hand. */
  printed: JobEvent & { readonly line: string; readonly stream: 'stdout' | 'stderr' }
  /** A process for jobs could not begin; another try is made when the pause is over. */
  processFailed: { readonly error: unknown; readonly pauseSeconds: number }
  /** What a job logged. */
  logged: JobEvent & { readonly line: string }
  /** This machine's clock and Redis's differ by more than a second. */
  clockSkew: { readonly aheadMs: number }
}

export interface JobEvent {
  readonly id: string | null
  readonly class: string
  readonly queue: string
  readonly attempt: number
}

export type EventName = keyof Events
export type Listener<Name extends EventName> = (event: Events[Name]) => void

/** Calls listeners; one that throws does not keep the others, or the daemon, from going on. */
export class Emitter {
  readonly #listeners = new Map<EventName, Set<(event: never) => void>>()
  readonly #onError: (error: unknown) => void

  constructor(onError: (error: unknown) => void = () => undefined) {
    this.#onError = onError
  }

  /** Listens; the function returned stops listening. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  /** Whether anyone listens: what is costly to tell need not be told to nobody. */
  has(name: EventName): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0
  }

  emit<Name extends EventName>(name: Name, event: Events[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        ;(listener as Listener<Name>)(event)
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}
