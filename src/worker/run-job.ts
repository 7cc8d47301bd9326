// Runs one job of a class: its steps, in order, within its timeout. Knows nothing of Redis, so that a process of
// its own can do it as well.

import type { JobClass, JobInstance } from '../job/job.ts'
import type { Abort, Context } from './context.ts'
import { withTimeout } from './time-limit.ts'

async function runSteps(instance: JobInstance, args: readonly unknown[]): Promise<unknown> {
  await instance.setUp?.()
  const result = await instance.perform(...args)
  await instance.tearDown?.()
  return result
}

/** Performs the job; what it throws is thrown. Resolves to its result. */
export function runJob(jobClass: JobClass, context: Context, abort: Abort): Promise<unknown> | unknown {
  const instance = new jobClass()
  instance.job = context
  const plain = instance.setUp === undefined && instance.tearDown === undefined
  const running = plain ? instance.perform(...context.args) : runSteps(instance, context.args)
  if (jobClass.timeoutSeconds === undefined) return running
  return withTimeout(Promise.resolve(running), jobClass.timeoutSeconds, abort)
}
