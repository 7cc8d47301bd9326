// Every error class of the project on one page: when it is thrown and what it carries. Messages have one
// shape, "what happened: why. How to fix it.", and name the value and the nearest right name.

export interface ResqueErrorOptions {
  readonly cause?: unknown
}

/** The base of all errors thrown here; `code` is stable, the message is for people. */
export class ResqueError extends Error {
  readonly code: string
  constructor(code: string, message: string, options: ResqueErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.name = new.target.name
  }
}

/** Thrown before anything is written, when an argument of a call cannot be right. */
export class InvalidArgumentError extends ResqueError {
  readonly argument: string
  readonly value: unknown
  constructor(argument: string, value: unknown, message: string, options?: ResqueErrorOptions) {
    super('INVALID_ARGUMENT', message, options)
    this.argument = argument
    this.value = value
  }
}

/** Thrown by the programs for a flag, variable, file or option that is wrong (exit code 2). */
export class ConfigurationError extends ResqueError {
  constructor(message: string, options?: ResqueErrorOptions) {
    super('CONFIGURATION', message, options)
  }
}

/** Thrown when a schedule file cannot be used; `problems` holds every problem found, not only the first. */
export class ScheduleError extends ResqueError {
  readonly problems: readonly unknown[]
  constructor(message: string, problems: readonly unknown[], options?: ResqueErrorOptions) {
    super('SCHEDULE', message, options)
    this.problems = problems
  }
}

/** Thrown when a job names no queue: neither its class, nor the call, nor a default (Ruby's NoQueueError). */
export class NoQueueError extends ResqueError {
  constructor(message: string) {
    super('NO_QUEUE', message)
  }
}

/** A job came out of a queue whose class this worker does not have (Ruby's NoClassError). */
export class UnknownJobError extends ResqueError {
  constructor(message: string) {
    super('UNKNOWN_JOB', message)
  }
}

/** An entry of a queue or bucket that is no job: not JSON, no class, args that are no array. */
export class InvalidPayloadError extends ResqueError {
  constructor(message: string, options?: ResqueErrorOptions) {
    super('INVALID_PAYLOAD', message, options)
  }
}

/** Redis cannot be reached, refused us, is too old, or answered with an error we cannot cure. */
export class RedisError extends ResqueError {
  constructor(message: string, options?: ResqueErrorOptions) {
    super('REDIS', message, options)
  }
}

/** A write was made, but fewer replicas than `durability` asks for confirmed it in time: a failover may lose it. */
export class UnconfirmedError extends RedisError {
  override readonly code: string = 'UNCONFIRMED'
  readonly confirmed: number
  readonly wanted: number
  constructor(confirmed: number, wanted: number, message: string) {
    super(message)
    this.confirmed = confirmed
    this.wanted = wanted
  }
}

/** The connection broke while a job was being added: it may be there or not. `id` tells what to ask for. */
export class EnqueueInDoubtError extends ResqueError {
  readonly ids: readonly (string | null)[]
  constructor(ids: readonly (string | null)[], message: string, options?: ResqueErrorOptions) {
    super('ENQUEUE_IN_DOUBT', message, options)
    this.ids = ids
  }
}

/** `onConflict: 'reject'`: another job has the key. */
export class UniqueConflictError extends ResqueError {
  /** Of the job that has the key, and where that job is. */
  readonly id: string
  readonly state: string
  /** In bulk: the ids of all items, null for those that were not added. */
  readonly ids: readonly (string | null)[]
  constructor(holder: { id: string; state: string }, message: string, ids: readonly (string | null)[] = []) {
    super('UNIQUE_CONFLICT', message)
    this.id = holder.id
    this.state = holder.state
    this.ids = ids
  }
}

/** A hook that runs after the job was added (or taken out) threw; the job is as it should be. `cause` is its error. */
export class HookError extends ResqueError {
  readonly hook: string
  /** Of the job that was added; null when it has none, or jobs were taken out. */
  readonly id: string | null
  constructor(hook: string, id: string | null, message: string, options: ResqueErrorOptions) {
    super('HOOK', message, options)
    this.hook = hook
    this.id = id
  }
}

/** `waitFor` gave up before the job had ended. */
export class WaitTimeoutError extends ResqueError {
  constructor(message: string) {
    super('WAIT_TIMEOUT', message)
  }
}

/** A worker died three times with this job in hand (Ruby's Resque::DirtyExit); the name goes to the failed list. */
export class DirtyExit extends ResqueError {
  constructor(message: string) {
    super('DIRTY_EXIT', message)
  }
}

/** A class that is asked before its job is enqueued has not answered. */
export class HookTimeoutError extends ResqueError {
  constructor(message: string) {
    super('HOOK_TIMEOUT', message)
  }
}

/** Thrown by a hook, `setUp` or `perform`: the job is done without being performed (Ruby's Job::DontPerform). */
export class DontPerform extends ResqueError {
  constructor(message = 'the job was not to be performed') {
    super('DONT_PERFORM', message)
  }

  /** Whether this was thrown; jobs throw things that cannot even be asked what they are. Never throws. */
  static is(thrown: unknown): thrown is DontPerform {
    try {
      return thrown instanceof DontPerform
    } catch {
      return false
    }
  }
}

/** A job ran longer than its `timeoutSeconds`; `cause` is what it threw when it was told so. */
export class JobTimeoutError extends ResqueError {
  constructor(message: string, options?: ResqueErrorOptions) {
    super('JOB_TIMEOUT', message, options)
  }
}

/** The reason of a job's signal when the job was cancelled while it ran. */
export class JobCancelledError extends ResqueError {
  constructor(message: string) {
    super('JOB_CANCELLED', message)
  }
}

/** A job's process ended before the job did: it crashed, called `process.exit()`, was killed, or ran out of memory. */
export class JobProcessDied extends ResqueError {
  /** null when a signal ended it. */
  readonly exitCode: number | null
  /** null when it ended by itself. */
  readonly signal: string | null
  constructor(exitCode: number | null, signal: string | null, message: string) {
    super('JOB_PROCESS_DIED', message)
    this.exitCode = exitCode
    this.signal = signal
  }
}

/** Thrown by a job: it fails for good at once, whatever retries its class has. Known by its name in any realm. */
export class DiscardJob extends ResqueError {
  constructor(message = 'the job asked not to be tried again', options?: ResqueErrorOptions) {
    super('DISCARD_JOB', message, options)
  }
}

/** Thrown by a job: it is tried again after so many seconds, rounded up. Known by its name in any realm. */
export class RetryIn extends ResqueError {
  readonly seconds: number
  /** @throws InvalidArgumentError for seconds that are no number, or below 0 */
  constructor(seconds: number, message?: string, options?: ResqueErrorOptions) {
    if (typeof seconds !== 'number' || !(seconds >= 0) || seconds === Number.POSITIVE_INFINITY) {
      const got = typeof seconds === 'string' ? JSON.stringify(seconds) : String(seconds)
      const why = `RetryIn needs a number of seconds, 0 or more, got ${got}. Write throw new RetryIn(60).`
      throw new InvalidArgumentError('seconds', seconds, why)
    }
    super('RETRY_IN', message ?? `the job asked to be tried again in ${seconds} s`, options)
    this.seconds = seconds
  }
}
