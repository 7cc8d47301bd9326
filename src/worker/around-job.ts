// What a worker puts around each job, wherever the job runs: its plugins, and the tracer. Without any of them a job
// pays nothing.

import { withAmbient } from '../job/ambient.ts'
import type { JobClass } from '../job/job.ts'
import { tracer } from '../job/tracer.ts'
import type { Context } from './context.ts'
import { hooksOfClass, isPlain, type PerformHooks, performWithHooks } from './hooks.ts'

/** Whether there is anything around jobs. */
export function isAttended(hooks: PerformHooks): boolean {
  return !isPlain(hooks) || tracer() !== undefined
}

/** Runs a job with the worker's hooks around it. @throws what the job and the hooks throw */
export function runAround(hooks: PerformHooks, context: Context, run: () => unknown): unknown {
  const traced = tracer()
  const perform = (): unknown =>
    isPlain(hooks) ? run() : performWithHooks(hooks, context, async () => run())
  return withAmbient(context, () => (traced === undefined ? perform() : traced.process(context, perform)))
}

/**
 * Calls the class's `onFailure` hooks, then those of the worker's plugins. One that throws does not keep the others
 * from being called, nor does its error take the place of the job's.
 */
export async function callFailureHooks(
  jobClass: JobClass | undefined,
  ofWorker: PerformHooks,
  context: Context,
  error: unknown,
): Promise<void> {
  const ofClass = jobClass === undefined ? [] : hooksOfClass(jobClass).failure
  for (const hook of [...ofClass, ...ofWorker.failure]) {
    try {
      await withAmbient(context, () => hook(error, context))
    } catch (thrown) {
      context.tellHookFailed('onFailure', thrown)
    }
  }
}
