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

/** The connection broke while a job was being added: it may be there or not. `id` tells what to ask for. */
export class EnqueueInDoubtError extends ResqueError {
  readonly ids: readonly (string | null)[]
  constructor(ids: readonly (string | null)[], message: string, options?: ResqueErrorOptions) {
    super('ENQUEUE_IN_DOUBT', message, options)
    this.ids = ids
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

/** A job ran longer than its `timeoutSeconds`. */
export class JobTimeoutError extends ResqueError {
  constructor(message: string) {
    super('JOB_TIMEOUT', message)
  }
}
