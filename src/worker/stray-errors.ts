// Errors that come from beside a job: a promise that it did not await, a timer or an event of its own. Node would
// end the process, and all other jobs in hand with it. A worker that watches them names the job they came from,
// makes it fail when it is still in hand, and goes on.

import { ambient } from '../job/ambient.ts'
import { Context } from './context.ts'
import { followAllJobs } from './run-job.ts'

export type StrayKind = 'rejection' | 'exception'

/** Whoever performs jobs in this process and wants to know. */
export interface StrayWatcher {
  /** Whether the job is in its hands. */
  has(context: Context): boolean
  /** @param hasFailed whether the error made the job fail */
  tell(stray: { kind: StrayKind; error: unknown; context: Context | null; hasFailed: boolean }): void
}

const watchers = new Set<StrayWatcher>()

function hear(kind: StrayKind, error: unknown): void {
  const job = ambient()?.job
  const context = job instanceof Context ? job : null
  // Some jobs are not followed, because that costs time. Now there is a reason to.
  if (context === null) followAllJobs()
  const [first] = watchers
  const watcher = [...watchers].find((one) => context !== null && one.has(context)) ?? first
  const hasFailed = kind === 'exception' && context?.failFromBeside(error) === true
  watcher?.tell({ kind, error, context, hasFailed })
}

const onRejection = (reason: unknown): void => hear('rejection', reason)
const onException = (error: unknown): void => hear('exception', error)

/** From now on stray errors of the whole process end in `tell`. Call the function it returns to end that. */
export function watchStrayErrors(watcher: StrayWatcher): () => void {
  if (watchers.size === 0) {
    process.on('unhandledRejection', onRejection)
    process.on('uncaughtException', onException)
  }
  watchers.add(watcher)
  return () => {
    watchers.delete(watcher)
    if (watchers.size > 0) return
    process.off('unhandledRejection', onRejection)
    process.off('uncaughtException', onException)
  }
}
