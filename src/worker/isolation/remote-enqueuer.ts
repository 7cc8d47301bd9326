// What a job enqueues in a process of its own goes through the worker's connection: the job's process has none.

import type { ArgsOf, Enqueuer, JobClass } from '../../job/job.ts'
import { jobName } from '../../job/names.ts'
import { dueSeconds, type When } from '../../job/times.ts'
import type { JobClasses } from '../job-classes.ts'
import type { EnqueueCall, FromChild, ToChild } from './messages.ts'
import { packError, unpackError } from './packed-error.ts'

type Answer = Extract<ToChild, { readonly kind: 'enqueued' }>

interface Waiting {
  resolve(id: string | null): void
  reject(error: unknown): void
}

/** The job's end. */
export class RemoteEnqueuer implements Enqueuer {
  readonly #say: (message: FromChild) => void
  readonly #waiting = new Map<number, Waiting>()
  #calls = 0

  constructor(say: (message: FromChild) => void) {
    this.#say = say
  }

  hear({ number, id, error }: Answer): void {
    const waiting = this.#waiting.get(number)
    this.#waiting.delete(number)
    if (error === undefined) waiting?.resolve(id)
    else waiting?.reject(unpackError(error))
  }

  async #ask(call: Omit<EnqueueCall, 'job' | 'jobQueue'>, job: JobClass | string): Promise<string | null> {
    const number = ++this.#calls
    const jobQueue = typeof job === 'string' ? undefined : job.queue
    const named = { job: jobName(job), ...(jobQueue === undefined ? {} : { jobQueue }) }
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject })
      this.#say({ kind: 'enqueue', number, call: { ...call, ...named } })
    })
  }

  enqueue<C extends JobClass>(job: C | string, ...args: ArgsOf<C> | unknown[]): Promise<string | null> {
    return this.#ask({ args }, job)
  }

  enqueueTo<C extends JobClass>(
    queue: string,
    job: C | string,
    ...args: ArgsOf<C> | unknown[]
  ): Promise<string | null> {
    return this.#ask({ args, queue }, job)
  }

  async enqueueAt<C extends JobClass>(
    date: When,
    job: C | string,
    ...args: ArgsOf<C> | unknown[]
  ): Promise<string | null> {
    return this.#ask({ args, atSeconds: dueSeconds(date) }, job)
  }

  enqueueIn<C extends JobClass>(
    seconds: number,
    job: C | string,
    ...args: ArgsOf<C> | unknown[]
  ): Promise<string | null> {
    return this.#ask({ args, inSeconds: seconds }, job)
  }
}

/** The worker's end: the same call, with the class of that name, so that its hooks are called. */
function enqueued(enqueuer: Enqueuer, classes: JobClasses, call: EnqueueCall): Promise<string | null> {
  const { job: name, jobQueue, args, queue, atSeconds, inSeconds } = call
  const job = (classes.find(name) ?? name) as string
  if (queue !== undefined) return enqueuer.enqueueTo(queue, job, ...args)
  if (atSeconds !== undefined) return enqueuer.enqueueAt(atSeconds, job, ...args)
  if (inSeconds !== undefined) return enqueuer.enqueueIn(inSeconds, job, ...args)
  const isStranger = typeof job === 'string' && jobQueue !== undefined
  return isStranger ? enqueuer.enqueueTo(jobQueue, job, ...args) : enqueuer.enqueue(job, ...args)
}

export async function answer(
  enqueuer: Enqueuer,
  classes: JobClasses,
  { number, call }: Extract<FromChild, { readonly kind: 'enqueue' }>,
): Promise<ToChild> {
  try {
    return { kind: 'enqueued', number, id: await enqueued(enqueuer, classes, call) }
  } catch (error) {
    return { kind: 'enqueued', number, id: null, error: packError(error) }
  }
}
