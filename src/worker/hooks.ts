// The hooks around performing, in their order: those of the worker's plugins outside, then those of the class's
// plugins, then the class's own. See docs/hooks.md.

import { DontPerform } from '../errors.ts'
import { type Hook, hooksOf } from '../job/hooks.ts'
import type { JobClass, JobContext } from '../job/job.ts'
import type { PerformPlugin } from '../job/perform-plugin.ts'

export type Perform = () => Promise<unknown>

/** What is called around a job, ready to be called. */
export interface PerformHooks {
  readonly before: readonly ((job: JobContext) => unknown)[]
  readonly around: readonly ((perform: Perform, job: JobContext) => unknown)[]
  readonly after: readonly ((job: JobContext, result: unknown) => unknown)[]
  readonly failure: readonly ((error: unknown, job: JobContext) => unknown)[]
}

function having<Name extends keyof PerformPlugin>(plugins: readonly PerformPlugin[], name: Name) {
  return plugins.filter((plugin) => typeof plugin[name] === 'function')
}

export function hooksOfPlugins(plugins: readonly PerformPlugin[]): PerformHooks {
  return {
    before: having(plugins, 'beforePerform').map((plugin) => (job) => plugin.beforePerform?.(job)),
    around: having(plugins, 'aroundPerform').map(
      (plugin) => (perform, job) => plugin.aroundPerform?.(perform, job),
    ),
    after: having(plugins, 'afterPerform').map(
      (plugin) => (job, result) => plugin.afterPerform?.(job, result),
    ),
    failure: having(plugins, 'onFailure').map((plugin) => (error, job) => plugin.onFailure?.(error, job)),
  }
}

function withArgs(hooks: readonly Hook[]): ((job: JobContext) => unknown)[] {
  return hooks.map((hook) => (job) => hook(...job.args))
}

/** The hooks of a class and of its plugins. */
export function hooksOfClass(jobClass: JobClass): PerformHooks {
  const plugins = hooksOfPlugins(jobClass.plugins ?? [])
  const own = (name: Parameters<typeof hooksOf>[1]) => hooksOf(jobClass, name)
  return {
    before: [...plugins.before, ...withArgs(own('beforePerform'))],
    around: [
      ...plugins.around,
      ...own('aroundPerform').map(
        (hook) => (perform: Perform, job: JobContext) => hook(perform, ...job.args),
      ),
    ],
    after: [...withArgs(own('afterPerform')), ...plugins.after],
    failure: [
      ...own('onFailure').map((hook) => (error: unknown, job: JobContext) => hook(error, ...job.args)),
      ...plugins.failure,
    ],
  }
}

/** Whether nothing is called before, around or after the job. */
export function isPlain({ before, around, after }: PerformHooks): boolean {
  return before.length === 0 && around.length === 0 && after.length === 0
}

/** A promise that a hook need not wait for: what it rejects with is known here. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

/**
 * Nests the hooks that go around, the first outermost. Resolves to what `perform` resolved to, whatever the hooks
 * return. A hook that does not wait for `perform` does not make the job end early.
 */
async function performAround(
  arounds: PerformHooks['around'],
  job: JobContext,
  perform: Perform,
): Promise<unknown> {
  let result: unknown
  let performing: Promise<unknown> | undefined
  const innermost: Perform = async () => {
    const mine = perform()
    performing = mine
    try {
      result = await mine
    } finally {
      if (performing === mine) performing = undefined
    }
    return result
  }
  const outermost = arounds.reduceRight<Perform>(
    (next, around) => async () => {
      await around(() => heard(next()), job)
      return result
    },
    innermost,
  )
  await outermost()
  if (performing !== undefined) result = await performing
  return result
}

/** @throws DontPerform when a hook said so; what the hooks and the job throw */
export async function performWithHooks(
  hooks: PerformHooks,
  job: JobContext,
  perform: Perform,
): Promise<unknown> {
  for (const hook of hooks.before) if ((await hook(job)) === false) throw new DontPerform()
  const result = await performAround(hooks.around, job, perform)
  for (const hook of hooks.after) await hook(job, result)
  return result
}
