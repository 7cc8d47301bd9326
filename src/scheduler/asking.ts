// Asks the classes of due jobs before these are enqueued, as Ruby's scheduler does where it knows the class:
// `beforeDelayedEnqueue`, then either the class's own `scheduled(queue, className, ...args)`, which sees to the job
// itself, or `beforeEnqueue` (false: the job is cancelled), the queue, `afterEnqueue`
// (Resque::Scheduler.enqueue_from_config). A class may take its time: the tick does not wait for it.

import { after } from '../clock.ts'
import type { Answer, Asked } from '../delayed/asked.ts'
import { HookTimeoutError } from '../errors.ts'
import type { Emitter } from '../events.ts'
import { type DecodedJob, decodePayload } from '../job/codec.ts'
import { errorMember, errorText, failureMembers } from '../job/failure.ts'
import { type HookName, hooksOf } from '../job/hooks.ts'
import type { JobClass } from '../job/job.ts'

export interface AskingOptions {
  readonly asked: Asked
  readonly events: Emitter
  readonly classes: ReadonlyMap<string, JobClass>
}

/** A class that has not answered after so long has failed. */
const patienceMs = 30_000
const jobsPerLook = 50

const promotionHooks: readonly HookName[] = ['beforeDelayedEnqueue', 'beforeEnqueue', 'afterEnqueue']

function isAskedFirst(jobClass: JobClass): boolean {
  return (
    typeof jobClass.scheduled === 'function' ||
    promotionHooks.some((name) => hooksOf(jobClass, name).length > 0)
  )
}

function inTime<T>(answer: Promise<T>, className: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const calledOff = after(patienceMs, () => {
      const cure = 'Let its hooks and its "scheduled" end sooner; what takes long belongs into perform.'
      const waited = `the class ${className} was asked before its job is enqueued and has not answered in ${patienceMs / 1000} s`
      reject(new HookTimeoutError(`${waited}. ${cure}`))
    })
    answer.then(resolve, reject).finally(calledOff)
  })
}

type Verdict = Exclude<Answer['verdict'], 'failed'>

async function consult(jobClass: JobClass, { className, queue, args }: DecodedJob): Promise<Verdict> {
  for (const hook of hooksOf(jobClass, 'beforeDelayedEnqueue')) await hook(...args)
  if (typeof jobClass.scheduled === 'function') {
    await jobClass.scheduled(queue ?? '', className, ...args)
    return 'taken'
  }
  for (const hook of hooksOf(jobClass, 'beforeEnqueue')) if ((await hook(...args)) === false) return 'vetoed'
  return 'enqueue'
}

export class Asking {
  /** The classes that are asked first. */
  readonly names: readonly string[]
  readonly #options: AskingOptions
  #leader = ''
  #mayWait = false
  #stopped = false
  #underWay: Promise<void> | undefined

  constructor(options: AskingOptions) {
    this.#options = options
    this.names = [...options.classes].filter(([, job]) => isAskedFirst(job)).map(([name]) => name)
  }

  /** There may be jobs that wait for an answer: some were promoted, or another scheduler has left them. */
  note(): void {
    this.#mayWait = true
  }

  /** Goes on asking in the background, while this scheduler leads. */
  step(leader: string): void {
    this.#leader = leader
    if (!this.#mayWait || this.#stopped || this.#underWay !== undefined) return
    this.#mayWait = false
    this.#underWay = this.#askAll()
      .catch(() => this.note()) // Redis failed, as the next tick will tell: asked again then
      .finally(() => {
        this.#underWay = undefined
      })
  }

  /** Asks no more. A class that is being asked is not waited for: the next leader asks again. */
  stop(): void {
    this.#stopped = true
  }

  async #askAll(): Promise<void> {
    for (;;) {
      const payloads = await this.#options.asked.head(jobsPerLook)
      for (const payload of payloads) if (this.#stopped || !(await this.#goOn(payload))) return
      if (payloads.length < jobsPerLook) return
    }
  }

  /** False: somebody else leads now. */
  async #goOn(payload: Buffer): Promise<boolean> {
    const job = decodeJob(payload)
    const jobClass = job === null ? undefined : this.#options.classes.get(job.className)
    if (job === null || jobClass === undefined) return this.#settle(payload, { verdict: 'enqueue' })
    const { answer, error } = await this.#answer(jobClass, job)
    if (this.#stopped || !(await this.#settle(payload, answer))) return false
    this.#tell(job, answer.verdict, error)
    if (answer.verdict === 'enqueue') await this.#tellEnqueued(jobClass, job)
    return true
  }

  #settle(payload: Buffer, answer: Answer): Promise<boolean> {
    return this.#options.asked.answer(payload, answer, this.#leader)
  }

  #tell({ id, className, queue }: DecodedJob, verdict: Answer['verdict'], error: unknown): void {
    const told = { id, class: className, queue: queue ?? '', verdict }
    this.#options.events.emit('asked', error === undefined ? told : { ...told, error })
  }

  async #answer(
    jobClass: JobClass,
    job: DecodedJob,
  ): Promise<{ readonly answer: Answer; readonly error?: unknown }> {
    try {
      return { answer: { verdict: await inTime(consult(jobClass, job), job.className) } }
    } catch (error) {
      return { answer: refusal(error, job), error }
    }
  }

  /** The job is in its queue: a hook that fails now is told of, and changes nothing. */
  async #tellEnqueued(jobClass: JobClass, job: DecodedJob): Promise<void> {
    try {
      for (const hook of hooksOf(jobClass, 'afterEnqueue')) await hook(...job.args)
    } catch (error) {
      this.#tell(job, 'enqueue', error)
    }
  }
}

/** null for what cannot be read: it goes on as it is, and the worker tells what is wrong with it. */
function decodeJob(payload: Buffer): DecodedJob | null {
  try {
    return decodePayload(payload.toString())
  } catch {
    return null
  }
}

function refusal(thrown: unknown, { queue }: DecodedJob): Answer {
  const error = errorText(thrown)
  return {
    verdict: 'failed',
    failure: failureMembers(error, 'resque-scheduler', queue ?? ''),
    status: errorMember(error),
  }
}
