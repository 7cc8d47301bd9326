// The hooks of a job class: static methods whose names begin with a hook's, in alphabetical order, as Ruby
// finds `before_enqueue_log` by its beginning (Resque::Plugin.before_enqueue_hooks).

import type { JobClass } from './job.ts'

/** Where a hook is called: around enqueueing, at promotion, around performing. */
export type HookName =
  | 'beforeEnqueue'
  | 'afterEnqueue'
  | 'beforeSchedule'
  | 'afterSchedule'
  | 'beforeDelayedEnqueue'
  | 'beforeDequeue'
  | 'afterDequeue'
  | 'beforePerform'
  | 'aroundPerform'
  | 'afterPerform'
  | 'onFailure'

/** Called with the job's args, on its class. */
export type Hook = (...args: unknown[]) => unknown

const none: readonly Hook[] = []
const known = new WeakMap<JobClass, Map<HookName, readonly Hook[]>>()

/** `beforeEnqueue` and `beforeEnqueueLog`, not `beforeEnqueued`. */
function isNamed(method: string, name: HookName): boolean {
  return method.startsWith(name) && !/^[a-z]/.test(method.slice(name.length))
}

/** Names of the statics of a class and of those it extends. */
function staticNames(jobClass: JobClass): Set<string> {
  const names = new Set<string>()
  for (
    let at: object | null = jobClass;
    at !== null && at !== Function.prototype;
    at = Object.getPrototypeOf(at)
  )
    for (const name of Object.getOwnPropertyNames(at)) names.add(name)
  return names
}

function find(jobClass: JobClass, name: HookName): readonly Hook[] {
  const methods = jobClass as unknown as Readonly<Record<string, unknown>>
  const names = [...staticNames(jobClass)].filter((method) => isNamed(method, name)).sort()
  const hooks = names.flatMap((method) => {
    const hook = methods[method]
    return typeof hook === 'function' ? [(...args: unknown[]) => hook.apply(jobClass, args) as unknown] : []
  })
  return hooks.length === 0 ? none : hooks
}

/** The hooks of one name; looked for once, when a class is first met. */
export function hooksOf(jobClass: JobClass, name: HookName): readonly Hook[] {
  const byName = known.get(jobClass) ?? new Map<HookName, readonly Hook[]>()
  known.set(jobClass, byName)
  const found = byName.get(name) ?? find(jobClass, name)
  byName.set(name, found)
  return found
}
