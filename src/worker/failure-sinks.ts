// Who is told of failed jobs beside the failed list, which Redis keeps in any case. A sink never holds a job up,
// and what it throws is an event.

import type { Emitter } from '../events.ts'
import { errorText } from '../job/failure.ts'
import type { JobContext } from '../job/job.ts'

/** A job that failed for good. */
export interface FailureReport {
  readonly id: string | null
  readonly class: string
  readonly queue: string
  readonly args: readonly unknown[]
  readonly attempt: number
  /** Name and message of what was thrown. */
  readonly exception: string
  readonly error: string
  readonly backtrace: readonly string[]
  /** Id of the worker, which begins with its host and process. */
  readonly worker: string
  readonly failedAt: Date
}

/** May return a promise; the worker waits for it when it stops, for a few seconds. */
export type FailureSink = (failure: FailureReport) => unknown

/** More than so many reports under way at a time are not made. */
const mostUnderWay = 1_000

export interface FailedJobFacts {
  /** null for an entry of a queue that is no job. */
  readonly context: JobContext | null
  readonly queue: string
  readonly thrown: unknown
  readonly worker: string
  readonly nowMs: number
}

function reportOf({ context, queue, thrown, worker, nowMs }: FailedJobFacts): FailureReport {
  const { name, message, backtrace } = errorText(thrown)
  return {
    id: context?.id ?? null,
    class: context?.className ?? '(unreadable)',
    queue,
    args: context?.args ?? [],
    attempt: context?.attempt ?? 1,
    exception: name,
    error: message,
    backtrace,
    worker,
    failedAt: new Date(nowMs),
  }
}

export class FailureSinks {
  readonly #sinks: readonly FailureSink[]
  readonly #events: Emitter
  readonly #underWay = new Set<Promise<void>>()

  constructor(sinks: readonly FailureSink[], events: Emitter) {
    this.#sinks = sinks
    this.#events = events
  }

  tell(facts: FailedJobFacts): void {
    if (this.#sinks.length === 0) return
    const report = reportOf(facts)
    for (const sink of this.#sinks) {
      const told: Promise<void> = this.#tellOne(sink, report).finally(() => this.#underWay.delete(told))
      this.#underWay.add(told)
    }
  }

  async #tellOne(sink: FailureSink, report: FailureReport): Promise<void> {
    const { id, class: className, queue, attempt } = report
    const fail = (error: unknown): void =>
      this.#events.emit('sinkFailed', { id, class: className, queue, attempt, error })
    if (this.#underWay.size >= mostUnderWay)
      return fail(new Error(`${mostUnderWay} reports are under way: this one is left out`))
    try {
      await sink(report)
    } catch (error) {
      fail(error)
    }
  }

  /** Resolves when all reports have arrived or failed. */
  async arrived(): Promise<void> {
    await Promise.all(this.#underWay)
  }
}
