// Names of jobs and queues: what may be one, and the queue of a job.

import { InvalidArgumentError, NoQueueError } from '../errors.ts'
import type { JobClass } from './job.ts'

function hasControlCharacter(text: string): boolean {
  for (const character of text) if (character < ' ' || character === '\u007f') return true
  return false
}

/** Half of a surrogate pair is no character: PHP, Ruby and Redis's Lua cannot read it. */
function isBroken(text: string): boolean {
  return /\p{Surrogate}/u.test(text)
}

/** Names that were found good: every job is checked, and there are few names. */
const goodQueues = new Set<string>()
const goodJobs = new Set<string>()
const mostRemembered = 1_000

function remember(names: Set<string>, name: string): void {
  if (names.size < mostRemembered) names.add(name)
}

/** @throws InvalidArgumentError for an empty name, one with line breaks or control characters, or no text. */
export function checkQueueName(queue: unknown): asserts queue is string {
  if (goodQueues.has(queue as string)) return
  if (typeof queue !== 'string') {
    throw new InvalidArgumentError('queue', queue, `a queue is named by a text, got ${typeof queue}.`)
  }
  if (queue.trim() === '') {
    throw new InvalidArgumentError(
      'queue',
      queue,
      `the queue name ${JSON.stringify(queue)} is empty. Name a queue, such as "mail".`,
    )
  }
  if (isBroken(queue)) {
    const text = JSON.stringify(queue)
    throw new InvalidArgumentError(
      'queue',
      queue,
      `the queue name ${text} is no well-formed Unicode text. Use letters, digits, "_", "-" and ".".`,
    )
  }
  if (hasControlCharacter(queue) || queue.includes(',')) {
    const why = 'worker ids and queue lists would be cut there'
    throw new InvalidArgumentError(
      'queue',
      queue,
      `the queue name ${JSON.stringify(queue)} has a line break, a comma or a control character: ${why}. Use letters, digits, "_", "-" and ".".`,
    )
  }
  remember(goodQueues, queue)
}

/**
 * What a class calls itself: its own `static jobName`, else its name. A `jobName` that is inherited is the
 * parent's: two classes of one name could not be told apart.
 */
export function nameOfClass(job: object): unknown {
  const named = job as { readonly jobName?: unknown; readonly name?: unknown }
  return Object.hasOwn(job, 'jobName') ? named.jobName : named.name
}

/** The job's name in payloads: the class's own name, or the text given. @throws InvalidArgumentError */
export function jobName(job: JobClass | string): string {
  const name = typeof job === 'string' ? job : (nameOfClass(checkJobClass(job)) as string)
  if (goodJobs.has(name)) return name
  if (typeof name !== 'string' || name.trim() === '' || hasControlCharacter(name) || isBroken(name)) {
    throw new InvalidArgumentError(
      'job',
      job,
      `the job has no usable name: ${JSON.stringify(name)}. Give the class a name (class SendEmail { … }), or pass the name as a text.`,
    )
  }
  remember(goodJobs, name)
  return name
}

/** @throws InvalidArgumentError when `job` is no class with a `perform` method. */
export function checkJobClass(job: unknown): JobClass {
  if (typeof job !== 'function') {
    throw new InvalidArgumentError(
      'job',
      job,
      `a job is a class or the name of one, got ${job === null ? 'null' : typeof job}.`,
    )
  }
  const prototype: unknown = job.prototype
  if (typeof (prototype as { perform?: unknown } | undefined)?.perform !== 'function') {
    const name = job.name || 'the class'
    throw new InvalidArgumentError(
      'job',
      job,
      `${name} has no perform method: a worker could not run it. Add "perform(…) { … }" to ${name}.`,
    )
  }
  return job as JobClass
}

/** The queue of a job: its class's own (Ruby's queue_from_class), else the default. @throws NoQueueError */
export function queueOf(job: JobClass | string, defaultQueue: string | null): string {
  const queue = typeof job === 'string' ? defaultQueue : (job.queue ?? defaultQueue)
  if (queue === null || queue === undefined) {
    const name = jobName(job)
    throw new NoQueueError(
      `${name} names no queue: it would be lost. Add "static queue = 'mail'" to the class, or call enqueueTo(queue, ${name}, …).`,
    )
  }
  checkQueueName(queue)
  return queue
}
