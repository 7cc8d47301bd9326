// `resque.queues`: the station, with the hooks around taking out the jobs of a class.

import { decodePayload } from '../job/codec.ts'
import type { ArgsOf, JobClass } from '../job/job.ts'
import { jobName } from '../job/names.ts'
import type { ClientPlugin, PluginCall } from '../job/plugin.ts'
import { Queues } from '../queue/queue.ts'
import type { Rooms } from '../rooms.ts'
import { clientHooks } from './client-hooks.ts'

/** A job that waits in a queue. */
export interface WaitingJob {
  /** null when the entry cannot be read as a job. */
  readonly class: string | null
  readonly args: readonly unknown[]
  /** null for jobs made by Ruby or Node. */
  readonly id: string | null
  /** null when its payload does not tell. */
  readonly enqueuedAt: Date | null
  /** The bytes in Redis. */
  readonly payload: string
}

function readWaiting(payload: string): WaitingJob {
  try {
    const { className, args, id, queueTimeMs } = decodePayload(payload)
    const enqueuedAt = queueTimeMs === null ? null : new Date(queueTimeMs)
    return { class: className, args, id, enqueuedAt, payload }
  } catch {
    return { class: null, args: [], id: null, enqueuedAt: null, payload }
  }
}

/** It is the station itself, so that whatever is asked of the queues is asked in one place. */
export class QueueVerbs extends Queues {
  readonly #plugins: readonly ClientPlugin[]
  constructor({ store, keepStatusSeconds }: Rooms, plugins: readonly ClientPlugin[]) {
    super(store, keepStatusSeconds)
    this.#plugins = plugins
  }

  /** The jobs of a queue, the next one first (Ruby's peek, decoded); `peek` gives their bytes alone. */
  async jobs(queue: string, start = 0, count = 100): Promise<WaitingJob[]> {
    return (await this.peek(queue, start, count)).map(readWaiting)
  }

  /**
   * Cancels the waiting jobs of a class with these args, or all of the class when no args are given (Ruby's
   * dequeue). Args are compared by value, whoever wrote them. Looks in the queue of the class; for the name of a
   * class, or a class without a queue, in all queues. Resolves to how many; to 0 when a `beforeDequeue` hook vetoed.
   * @throws InvalidArgumentError; HookError when an `afterDequeue` hook threw
   */
  override dequeue<C extends JobClass>(job: C, ...args: ArgsOf<C> | []): Promise<number>
  override dequeue(job: string, ...args: unknown[]): Promise<number>
  override async dequeue(job: JobClass | string, ...args: unknown[]): Promise<number> {
    const hooks = clientHooks(job, this.#plugins)
    if (hooks === null) return super.dequeue(job as string, ...args)
    const queue = typeof job === 'string' ? null : (job.queue ?? null)
    const call: PluginCall = { class: jobName(job), args, queue, dueAt: null, id: null }
    if (!(await hooks.allow('beforeDequeue', call))) return 0
    const count = await super.dequeue(job as string, ...args)
    await hooks.tell('afterDequeue', call)
    return count
  }
}
