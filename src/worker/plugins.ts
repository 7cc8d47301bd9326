// Plugins of a worker: the hooks around each job, and those of the worker's own life (Ruby's before_first_fork,
// before_pause, after_pause, queue_empty, shutdown, worker_exit).

import type { Emitter } from '../events.ts'
import type { PerformPlugin } from '../job/perform-plugin.ts'

/** What a plugin is told of its worker. */
export interface WorkerFacts {
  /** Id of its first slot; `(not registered)` in `workerStarting`. */
  readonly name: string
  /** In order of priority, as in the worker's id. */
  readonly queues: string
  readonly concurrency: number
}

export interface WorkerPlugin extends PerformPlugin {
  /** Before the worker takes its first job, which waits for it. What it throws ends the worker. */
  workerStarting?(worker: WorkerFacts): unknown
  workerPaused?(worker: WorkerFacts): unknown
  workerResumed?(worker: WorkerFacts): unknown
  /** After the last job was taken: all its queues are empty. */
  queuesEmpty?(worker: WorkerFacts): unknown
  /** The worker was told to stop; jobs are still in hand. */
  workerStopping?(worker: WorkerFacts): unknown
  /** All jobs have ended or were put back; the worker waits for it before it ends. */
  workerStopped?(worker: WorkerFacts): unknown
}

export type LifeHook = Exclude<keyof WorkerPlugin, keyof PerformPlugin>

/** Calls the hooks of a worker's life, one plugin after the other. */
export class Life {
  readonly #plugins: readonly WorkerPlugin[]
  readonly #events: Emitter
  readonly #facts: () => WorkerFacts

  constructor(plugins: readonly WorkerPlugin[], events: Emitter, facts: () => WorkerFacts) {
    this.#plugins = plugins
    this.#events = events
    this.#facts = facts
  }

  /** @throws what a plugin throws: it cannot do its work then */
  async begin(): Promise<void> {
    for (const plugin of this.#plugins) await plugin.workerStarting?.(this.#facts())
  }

  /** Never rejects: what a plugin throws is told. */
  async tell(hook: LifeHook): Promise<void> {
    for (const plugin of this.#plugins) {
      try {
        await plugin[hook]?.(this.#facts())
      } catch (error) {
        this.#events.emit('hookFailed', { hook, error, job: null })
      }
    }
  }
}
