// Ruby's Resque.inline, as a plugin of the kit's client: while it is on, a job is performed before the call that
// enqueued it resolves. The job takes its way through Redis all the same: it has an id, a status and retries.

import type { Resque } from '../client/resque.ts'
import type { ClientPlugin, PluginCall } from '../job/plugin.ts'
import type { JobSource } from '../worker/job-classes.ts'
import { type PerformedJob, work } from './perform.ts'

export class Inline {
  readonly #jobs: JobSource
  #performed: PerformedJob[] | undefined

  constructor(jobs: JobSource) {
    this.#jobs = jobs
  }

  /** Performs what is enqueued from now on; the list fills with what became of it. */
  begin(): PerformedJob[] {
    this.#performed ??= []
    return this.#performed
  }

  end(): void {
    this.#performed = undefined
  }

  /** @param client the client whose plugin it is, which exists only after its plugins */
  plugin(client: () => Resque): ClientPlugin {
    return { afterEnqueue: (call) => this.#perform(client(), call) }
  }

  // One at a time: a job that enqueues waits for the job that it enqueued, which another worker performs.
  async #perform(resque: Resque, { id, queue, dueAt }: PluginCall): Promise<void> {
    const performed = this.#performed
    if (performed === undefined || queue === null || dueAt !== null) return
    const isDone = async (ended: readonly PerformedJob[]): Promise<boolean> =>
      ended.some((job) => job.id === id) || (await resque.queues.size(queue)) === 0
    const ended: PerformedJob[] = []
    // A worker that is stopped before it has begun with the job puts it back.
    do ended.push(...(await work(resque, this.#jobs, { queues: queue, concurrency: 1, isDone })))
    while (!(await isDone(ended)))
    performed.push(...ended)
  }
}
