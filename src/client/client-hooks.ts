// Hooks around enqueueing and dequeueing: those of plugins, the client's before the class's, then the statics of
// the class itself. Most classes have none, and then nothing is done at all. Order and vetoes: docs/hooks.md.

import { HookError, InvalidArgumentError } from '../errors.ts'
import { type HookName, hooksOf } from '../job/hooks.ts'
import type { JobClass } from '../job/job.ts'
import { jobName } from '../job/names.ts'
import type { ClientPlugin, PluginCall } from '../job/plugin.ts'

type ClientHookName = keyof ClientPlugin & HookName
type CallHook = (call: PluginCall) => unknown

const clientHookNames = [
  'beforeEnqueue',
  'afterEnqueue',
  'beforeSchedule',
  'afterSchedule',
  'beforeDequeue',
  'afterDequeue',
] as const satisfies readonly ClientHookName[]

const withHooks = new WeakMap<JobClass, boolean>()

function hasHooks(job: JobClass): boolean {
  const known = withHooks.get(job)
  if (known !== undefined) return known
  const has = job.plugins !== undefined || clientHookNames.some((name) => hooksOf(job, name).length > 0)
  withHooks.set(job, has)
  return has
}

function pluginsOf(job: JobClass | string): readonly ClientPlugin[] {
  if (typeof job === 'string' || job.plugins === undefined) return []
  const { plugins } = job
  if (Array.isArray(plugins) && plugins.every((plugin) => typeof plugin === 'object' && plugin !== null))
    return plugins as readonly ClientPlugin[]
  const why = `static plugins of ${job.name} must be an array of objects.`
  throw new InvalidArgumentError('plugins', plugins, why)
}

/** The hooks of one call. */
export class ClientHooks {
  readonly #job: JobClass | string
  readonly #plugins: readonly ClientPlugin[]
  constructor(job: JobClass | string, plugins: readonly ClientPlugin[]) {
    this.#job = job
    this.#plugins = [...plugins, ...pluginsOf(job)]
  }

  #named(name: ClientHookName): CallHook[] {
    const ofPlugins = this.#plugins.flatMap((plugin): CallHook[] =>
      typeof plugin[name] === 'function' ? [(call) => plugin[name]?.(call)] : [],
    )
    if (typeof this.#job === 'string') return ofPlugins
    const own = hooksOf(this.#job, name).map(
      (hook): CallHook =>
        (call) =>
          hook(...call.args),
    )
    return [...ofPlugins, ...own]
  }

  /** False when a hook said false; those after it are not asked. Rejects with what a hook threw. */
  async allow(name: ClientHookName, call: PluginCall): Promise<boolean> {
    for (const hook of this.#named(name)) if ((await hook(call)) === false) return false
    return true
  }

  /** @throws HookError when one of them threw; those after it are not called. */
  async tell(name: ClientHookName, call: PluginCall): Promise<void> {
    for (const hook of this.#named(name)) {
      try {
        await hook(call)
      } catch (cause) {
        throw toldError(name, this.#job, call.id, cause)
      }
    }
  }
}

function toldError(name: string, job: JobClass | string, id: string | null, cause: unknown): HookError {
  const what = name === 'afterDequeue' ? 'was taken out' : `was added${id === null ? '' : ` (${id})`}`
  const reason = cause instanceof Error ? cause.message : String(cause)
  const why = `${jobName(job)} ${what}, but its ${name} hook threw: ${reason}. Do not repeat the call; mend the hook.`
  return new HookError(name, id, why, { cause })
}

/** The hooks of a call, or null when it has none. */
export function clientHooks(job: JobClass | string, plugins: readonly ClientPlugin[]): ClientHooks | null {
  if (plugins.length === 0 && (typeof job === 'string' || !hasHooks(job))) return null
  return new ClientHooks(job, plugins)
}
