// Where tracing is turned on. Whoever traces stands outside (trace/open-telemetry.ts); clients and workers ask here
// whether anyone does.

import { setTraceInjector } from './ambient.ts'
import type { JobContext } from './job.ts'

/** What is being enqueued. */
export interface Publishing {
  readonly className: string
  readonly queue: string
  /** How many jobs; class and queue are the first one's. */
  readonly count: number
  /** null: now. */
  readonly dueSeconds: number | null
}

export interface Tracer {
  /** The trace context of this moment, for a job to carry; undefined when nothing is being traced. */
  carrier(): Readonly<Record<string, string>> | undefined
  /** Around enqueueing. @param idsOf the ids of the jobs, from what `enqueue` resolved to */
  publish<T>(
    jobs: Publishing,
    enqueue: () => Promise<T>,
    idsOf: (told: T) => readonly (string | null)[],
  ): Promise<T>
  /** Around performing; what `perform` throws is thrown. */
  process(job: JobContext, perform: () => unknown): Promise<unknown>
}

let present: Tracer | undefined

/** From now on everything in this process is traced; undefined ends it. */
export function setTracer(tracer: Tracer | undefined): void {
  present = tracer
  setTraceInjector(tracer === undefined ? undefined : () => tracer.carrier())
}

export function tracer(): Tracer | undefined {
  return present
}
