// What a client, and a single call, may say of the jobs they add. The nearest word counts: the call's, then the
// class's, then the client's.

import type { Clock } from '../clock.ts'
import { InvalidArgumentError } from '../errors.ts'
import type { PayloadFormat } from '../job/codec.ts'
import { checkQueueName } from '../job/names.ts'
import type { ClientPlugin } from '../job/plugin.ts'
import type { UniqueOptions } from '../job/unique.ts'
import { didYouMean } from '../nearest.ts'
import type { RedisSource } from '../redis/connection.ts'
import type { Durability } from '../redis/durability.ts'
import { readUnique, type UniqueRule } from './unique.ts'

export interface ResqueOptions {
  /** URL, ioredis options, or a Redis or Cluster you made (you close it). Default redis://127.0.0.1:6379 */
  readonly redis?: RedisSource
  /** Before every key. Default `resque`. */
  readonly namespace?: string
  /** `php` (default): jobs carry an id and are tracked. `ruby`: exactly Ruby's bytes; calls return null. */
  readonly payload?: PayloadFormat
  /** false: no status is kept for jobs of this client. A class's own `static track = false` does the same. */
  readonly track?: boolean
  /** For jobs that name no queue: a name in a text, a class without `static queue`. */
  readonly defaultQueue?: string
  /** Objects with the names of hooks, asked before the hooks of the job's class. See docs/hooks.md. */
  readonly plugins?: readonly ClientPlugin[]
  /** How long the status of a job that has ended is kept, in seconds. Default 24 h. */
  readonly keepStatusSeconds?: number
  /** How long one command may take, in milliseconds. Default 10 s. */
  readonly commandTimeoutMs?: number
  /** A job counts as added only when so many replicas have it; else UnconfirmedError. Default: not waited for. */
  readonly durability?: Durability
  /** A test's clock: everything then goes by it, and not by Redis's. */
  readonly clock?: Clock
}

/** What one call, or one item of a bulk, may say of its job. */
export interface JobCallOptions {
  readonly payload?: PayloadFormat
  readonly track?: boolean
  /** How long the job may run, in seconds. It travels with the job and outweighs the class's own. */
  readonly timeoutSeconds?: number
  /** One job of a key at a time; true: one with these args; false: as many as there are, whatever the class says. */
  readonly unique?: UniqueOptions | boolean
}

/** What `resque.with(…)` takes. */
export interface CallOptions extends JobCallOptions {
  /** Instead of the class's own queue; a queue in the call itself outweighs it. */
  readonly queue?: string
  /** Called after the client's own plugins. */
  readonly plugins?: readonly ClientPlugin[]
}

/** The options of a call, put together with those of its client. */
export interface CallSettings {
  readonly format: PayloadFormat
  /** The client's. */
  readonly track: boolean
  /** The call's own word. */
  readonly callTrack: boolean | undefined
  readonly queue: string | undefined
  readonly timeoutSeconds: number | undefined
  readonly unique: UniqueRule | false | undefined
  readonly plugins: readonly ClientPlugin[]
}

const formats = ['php', 'ruby'] as const
const noPlugins: readonly ClientPlugin[] = []
export const jobCallNames = ['payload', 'track', 'timeoutSeconds', 'unique'] as const
const callNames: readonly string[] = [...jobCallNames, 'queue', 'plugins']
const clientNames: readonly string[] = [
  ...['redis', 'namespace', 'payload', 'track', 'defaultQueue', 'plugins'],
  ...['keepStatusSeconds', 'commandTimeoutMs', 'durability', 'clock'],
]

/** @throws InvalidArgumentError for a name that `what` does not have, with the nearest that it has. */
export function checkNames(given: object, known: readonly string[], what: string): void {
  for (const name in given) {
    if (known.includes(name)) continue
    const cure = `${didYouMean(name, known)} There are ${known.join(', ')}.`
    throw new InvalidArgumentError(
      name,
      (given as Record<string, unknown>)[name],
      `${what} has no "${name}".${cure}`,
    )
  }
}

function checkOptionsObject(options: unknown, what: string): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return
  const got = options === null ? 'null' : Array.isArray(options) ? 'an array' : typeof options
  throw new InvalidArgumentError('options', options, `${what} takes an object of options, got ${got}.`)
}

function checkFormat(format: unknown): asserts format is PayloadFormat {
  if (formats.includes(format as PayloadFormat)) return
  const cure = typeof format === 'string' ? didYouMean(format, formats) : ''
  const why = `payload is "php" or "ruby", got ${JSON.stringify(format)}.${cure}`
  throw new InvalidArgumentError('payload', format, why)
}

function checkTrack(track: unknown): asserts track is boolean {
  if (typeof track === 'boolean') return
  throw new InvalidArgumentError('track', track, `track is true or false, got ${JSON.stringify(track)}.`)
}

function checkTimeout(timeoutSeconds: unknown): asserts timeoutSeconds is number {
  if (typeof timeoutSeconds === 'number' && Number.isFinite(timeoutSeconds) && timeoutSeconds > 0) return
  const why = `timeoutSeconds must be a number of seconds above 0, got ${JSON.stringify(timeoutSeconds) ?? String(timeoutSeconds)}.`
  throw new InvalidArgumentError('timeoutSeconds', timeoutSeconds, why)
}

function checkPlugins(plugins: unknown): asserts plugins is readonly ClientPlugin[] {
  if (Array.isArray(plugins) && plugins.every((plugin) => typeof plugin === 'object' && plugin !== null))
    return
  const why =
    'plugins must be an array of objects with the names of hooks, such as { beforeEnqueue(job) { … } }.'
  throw new InvalidArgumentError('plugins', plugins, why)
}

/** @throws InvalidArgumentError */
export function clientSettings(options: ResqueOptions): CallSettings {
  checkOptionsObject(options, 'a client')
  checkNames(options, clientNames, 'a client')
  const { payload = 'php', track = true, plugins = noPlugins } = options
  if (options.namespace === '')
    throw new InvalidArgumentError('namespace', '', 'the namespace is empty. Leave it out for "resque".')
  checkFormat(payload)
  checkPlugins(plugins)
  const none = { callTrack: undefined, queue: undefined, timeoutSeconds: undefined, unique: undefined }
  return { format: payload, track, ...none, plugins }
}

function checkTogether({ format, timeoutSeconds }: CallSettings): void {
  if (format !== 'ruby' || timeoutSeconds === undefined) return
  const why = `timeoutSeconds ${timeoutSeconds} cannot travel in Ruby's bytes, which hold class and args only`
  const cure = 'Leave out payload: "ruby", or give the class a "static timeoutSeconds".'
  throw new InvalidArgumentError('timeoutSeconds', timeoutSeconds, `${why}. ${cure}`)
}

/** The settings of a call whose options' names were checked. @throws InvalidArgumentError */
export function settingsOf(base: CallSettings, options: CallOptions): CallSettings {
  const { payload = base.format, track = base.callTrack, timeoutSeconds = base.timeoutSeconds } = options
  const { queue = base.queue, plugins = noPlugins, unique } = options
  checkFormat(payload)
  if (track !== undefined) checkTrack(track)
  if (timeoutSeconds !== undefined) checkTimeout(timeoutSeconds)
  if (queue !== undefined) checkQueueName(queue)
  checkPlugins(plugins)
  const settings = {
    format: payload,
    track: base.track,
    callTrack: track,
    queue,
    timeoutSeconds,
    unique: unique === undefined ? base.unique : readUnique(unique),
    plugins: plugins.length === 0 ? base.plugins : [...base.plugins, ...plugins],
  }
  checkTogether(settings)
  return settings
}

/** What `with` was given, on top of what there was. @throws InvalidArgumentError */
export function withOptions(base: CallSettings, options: CallOptions): CallSettings {
  checkOptionsObject(options, 'with')
  checkNames(options, callNames, 'with')
  return settingsOf(base, options)
}
