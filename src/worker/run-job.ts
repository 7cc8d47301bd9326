// Runs one job of a class: its steps, in php-resque's order (setUp, perform, tearDown), with the hooks of its class
// around them. Knows nothing of Redis, so that a process of its own can do it as well. A class without hooks pays
// nothing for them.

import { areJobsFollowed, countUnfollowed, switchAmbient, withAmbient } from '../job/ambient.ts'
import type { JobClass, JobInstance } from '../job/job.ts'
import type { Context } from './context.ts'
import { hooksOfClass, isPlain, type PerformHooks, performWithHooks } from './hooks.ts'

interface Plan {
  readonly hooks: PerformHooks
  readonly isPlain: boolean
  /** Whether the job goes on after its first synchronous part, so that node has to follow its promises. */
  goesOn: boolean
}

const plans = new WeakMap<JobClass, Plan>()
let followsAll = false

/** From now on every job is followed, also those whose `perform` returns at once and leaves timers behind. */
export function followAllJobs(): void {
  followsAll = true
}

function planOf(jobClass: JobClass): Plan {
  const known = plans.get(jobClass)
  if (known !== undefined) return known
  const hooks = hooksOfClass(jobClass)
  const { perform } = jobClass.prototype as JobInstance
  const plan = {
    hooks,
    isPlain: isPlain(hooks),
    goesOn: !isPlain(hooks) || Object.prototype.toString.call(perform) === '[object AsyncFunction]',
  }
  plans.set(jobClass, plan)
  return plan
}

/** Whether it is to be waited for. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

/** As in php-resque, tearDown is not called when perform threw. */
async function setUpAndPerform(instance: JobInstance, args: readonly unknown[]): Promise<unknown> {
  await instance.setUp?.()
  const result = await instance.perform(...args)
  await instance.tearDown?.()
  return result
}

function performSteps(instance: JobInstance, args: readonly unknown[]): unknown {
  const isSingle = instance.setUp === undefined && instance.tearDown === undefined
  return isSingle ? instance.perform(...args) : setUpAndPerform(instance, args)
}

function begin(plan: Plan, jobClass: JobClass, context: Context): unknown {
  const instance = new jobClass()
  instance.job = context
  if (plan.isPlain) return performSteps(instance, context.args)
  return performWithHooks(plan.hooks, context, async () => performSteps(instance, context.args))
}

/** Only its first synchronous part is known to belong to the job. */
function beginUnfollowed(plan: Plan, jobClass: JobClass, context: Context): unknown {
  const before = switchAmbient(context)
  try {
    return begin(plan, jobClass, context)
  } finally {
    switchAmbient(before)
  }
}

function counted(running: PromiseLike<unknown>): PromiseLike<unknown> {
  countUnfollowed(1)
  const end = (): void => countUnfollowed(-1)
  running.then(end, end)
  return running
}

/** What the job's own timers throw makes it fail as well, see stray-errors.ts. */
function failableFromBeside(context: Context, running: PromiseLike<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    context.onStray(reject)
    const end = (): void => context.onStray(undefined)
    running.then(
      (result) => {
        end()
        resolve(result)
      },
      (error: unknown) => {
        end()
        reject(error)
      },
    )
  })
}

/** Performs the job; what it throws is thrown, DontPerform among it. Resolves to its result. */
export function runJob(jobClass: JobClass, context: Context): PromiseLike<unknown> | unknown {
  const plan = planOf(jobClass)
  const follows = followsAll || (plan.goesOn && (areJobsFollowed() || !plan.isPlain))
  const running = follows
    ? withAmbient(context, () => begin(plan, jobClass, context))
    : beginUnfollowed(plan, jobClass, context)
  if (!isPromise(running)) return running
  plan.goesOn = true
  return follows ? failableFromBeside(context, running) : counted(running)
}
