// `this.job` while a job runs: what it may know and say of itself.

import { ConfigurationError } from '../errors.ts'
import type { Emitter } from '../events.ts'
import { type Ambient, withAmbient } from '../job/ambient.ts'
import type { DecodedJob, RecurringMark } from '../job/codec.ts'
import { beginning } from '../job/failure.ts'
import type { Enqueuer, JobClass, JobContext } from '../job/job.ts'
import type { When } from '../job/times.ts'
import type { Reserved } from '../running/running.ts'
import { type Listening, Voice } from './voice.ts'

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

const longestLine = 2_000
const longestMessage = 500

/** Whose signal tells the job to end. */
export type Signalled = Pick<Abort, 'signal'>

export class Context implements JobContext, Ambient {
  readonly id: string | null
  readonly className: string
  readonly queue: string
  readonly args: readonly unknown[]
  readonly attempt: number
  readonly recurring: RecurringMark | null
  readonly parent: string | null
  trace: Readonly<Record<string, string>> | null
  readonly #ending: Signalled
  readonly #listening: Listening
  readonly #events: Emitter
  readonly #enqueuer: (() => Enqueuer) | undefined
  #voice: Voice | undefined
  #percent: number | undefined
  #message: string | undefined
  #fail: ((error: unknown) => void) | undefined

  constructor(
    reserved: Pick<Reserved, 'queue' | 'failures' | 'deaths'>,
    job: DecodedJob,
    ending: Signalled,
    listening: Listening,
    events: Emitter,
    enqueuer?: () => Enqueuer,
  ) {
    this.id = job.id
    this.className = job.className
    this.queue = reserved.queue
    this.args = job.args
    this.attempt = reserved.failures + reserved.deaths + 1
    this.recurring = job.recurring
    this.parent = job.options.parent ?? null
    this.trace = job.options.trace ?? null
    this.#ending = ending
    this.#listening = listening
    this.#events = events
    this.#enqueuer = enqueuer
  }

  get signal(): AbortSignal {
    return this.#ending.signal
  }

  /** The last progress that was said, or undefined. */
  get percent(): number | undefined {
    return this.#percent
  }

  /** What was said with it. */
  get message(): string | undefined {
    return this.#message
  }

  log(line: string): void {
    const { id, className, queue, attempt } = this
    const text = beginning(String(line), longestLine)
    this.#events.emit('logged', { id, class: className, queue, attempt, line: text })
    this.#voiceOf(id)?.log(text)
  }

  progress(percent: number, message?: string): void {
    if (!Number.isFinite(percent)) return
    this.#percent = Math.min(100, Math.max(0, percent))
    this.#message = message === undefined ? undefined : beginning(String(message), longestMessage)
    this.#voiceOf(this.id)?.progress(this.#percent, this.#message)
  }

  #voiceOf(id: string | null): Voice | undefined {
    if (id !== null) this.#voice ??= new Voice(id, this.#listening)
    return this.#voice
  }

  /** Resolves when all that was said has reached Redis. */
  get said(): Promise<unknown> | undefined {
    return this.#voice?.said
  }

  #enqueue<T>(call: (enqueuer: Enqueuer) => T): T {
    const enqueuer = this.#enqueuer?.()
    if (enqueuer === undefined)
      throw new ConfigurationError('this job has no connection to enqueue with. Use a client of its own.')
    return withAmbient(this, () => call(enqueuer))
  }

  enqueue(job: JobClass | string, ...args: unknown[]): Promise<string | null> {
    return this.#enqueue((enqueuer) => enqueuer.enqueue(job as string, ...args))
  }

  enqueueTo(queue: string, job: JobClass | string, ...args: unknown[]): Promise<string | null> {
    return this.#enqueue((enqueuer) => enqueuer.enqueueTo(queue, job as string, ...args))
  }

  enqueueAt(date: When, job: JobClass | string, ...args: unknown[]): Promise<string | null> {
    return this.#enqueue((enqueuer) => enqueuer.enqueueAt(date, job as string, ...args))
  }

  enqueueIn(seconds: number, job: JobClass | string, ...args: unknown[]): Promise<string | null> {
    return this.#enqueue((enqueuer) => enqueuer.enqueueIn(seconds, job as string, ...args))
  }

  // What the code below `perform` may ask, see job/ambient.ts.

  get jobId(): string | null {
    return this.id
  }

  get job(): JobContext {
    return this
  }

  carrier(): Readonly<Record<string, string>> | undefined {
    return this.trace ?? undefined
  }

  tellHookFailed(hook: string, error: unknown): void {
    const { id, className, queue, attempt } = this
    this.#events.emit('hookFailed', { hook, error, job: { id, class: className, queue, attempt } })
  }

  /** How an error that came from beside `perform` (a timer of the job's) makes it fail. */
  onStray(fail: ((error: unknown) => void) | undefined): void {
    this.#fail = fail
  }

  /** false when the job has ended already. */
  failFromBeside(error: unknown): boolean {
    const fail = this.#fail
    this.#fail = undefined
    fail?.(error)
    return fail !== undefined
  }
}
