// `this.job` while a job runs: what it may know and say of itself.

import type { Emitter } from '../events.ts'
import type { DecodedJob, RecurringMark } from '../job/codec.ts'
import type { JobContext } from '../job/job.ts'
import type { Reserved } from '../running/running.ts'
import type { Statuses } from '../status/status.ts'

/** An AbortController that is made when somebody asks for its signal: most jobs never do. */
export class Abort {
  #controller: AbortController | undefined
  #reason: unknown

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#reason !== undefined && !this.#controller.signal.aborted) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  abort(reason: Error): void {
    this.#reason ??= reason
    this.#controller?.abort(reason)
  }
}

export class Context implements JobContext {
  readonly id: string | null
  readonly className: string
  readonly queue: string
  readonly args: readonly unknown[]
  readonly attempt: number
  readonly recurring: RecurringMark | null
  readonly #statuses: Statuses
  readonly #events: Emitter
  readonly #abort: Abort
  #said: Promise<unknown> | undefined
  #percent: number | undefined

  constructor(reserved: Reserved, job: DecodedJob, abort: Abort, statuses: Statuses, events: Emitter) {
    this.id = job.id
    this.className = job.className
    this.queue = reserved.queue
    this.args = job.args
    this.attempt = reserved.failures + reserved.deaths + 1
    this.recurring = job.recurring
    this.#statuses = statuses
    this.#events = events
    this.#abort = abort
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** The last progress that was said, or undefined. */
  get percent(): number | undefined {
    return this.#percent
  }

  // What a job says of itself must not make it fail: when Redis is away, a line is lost and the job goes on.
  #say(said: Promise<unknown>): void {
    const earlier = this.#said
    this.#said = Promise.allSettled([earlier, said])
  }

  log(line: string): void {
    const { id, className, queue, attempt } = this
    this.#events.emit('logged', { id, class: className, queue, attempt, line: String(line) })
    if (id !== null) this.#say(this.#statuses.addLog(id, [String(line)]))
  }

  progress(percent: number): void {
    if (!Number.isFinite(percent)) return
    this.#percent = Math.min(100, Math.max(0, percent))
    if (this.id !== null) this.#say(this.#statuses.setProgress(this.id, this.#percent))
  }

  /** Resolves when all that was said has reached Redis. */
  get said(): Promise<unknown> | undefined {
    return this.#said
  }
}
