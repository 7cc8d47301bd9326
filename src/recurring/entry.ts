// One entry of a schedule: what it is, and how it is read from the map that stands under its name in a file or
// in Redis (Ruby's persistent_schedules have the same keys). All problems of an entry are found at once.

import { didYouMean } from '../nearest.ts'
import { checkKeys } from './entry-keys.ts'
import type { Timing } from './entry-timing.ts'
import { readTiming } from './entry-timing.ts'
import type { EntryConfig } from './entry-values.ts'
import {
  isMap,
  readArgs,
  readChoice,
  readEnvironments,
  readSeconds,
  readSwitch,
  readText,
  shown,
} from './entry-values.ts'
import type { EntryProblem } from './problem.ts'
import { Findings } from './problem.ts'

/** A checked entry. Times are epoch milliseconds, durations seconds; null means "not given". */
export interface ScheduleEntry {
  readonly name: string
  /** `manual`: neither cron nor every; it runs when someone says so. */
  readonly kind: 'cron' | 'every' | 'manual'
  /** The cron text as given. */
  readonly cron: string | null
  readonly everySeconds: number | null
  readonly firstInSeconds: number | null
  readonly firstAtMs: number | null
  /** The zone named in the cron or by `timezone`; null is the zone of the process. */
  readonly timezone: string | null
  /** What is enqueued: custom_job_class, class, or else the entry's name. */
  readonly class: string
  readonly queue: string | null
  readonly params: readonly unknown[]
  readonly env: readonly string[] | null
  readonly enabled: boolean
  readonly description: string | null
  readonly catchUp: 'none' | 'last' | 'all'
  readonly catchUpWindowSeconds: number
  readonly overlap: 'allow' | 'skip' | 'queue_one'
  readonly jitterSeconds: number
  readonly startsAtMs: number | null
  readonly endsAtMs: number | null
  readonly limit: number | null
  /** Ruby's form fields for "queue now": name to { description, default }. */
  readonly parameters: EntryConfig | null
}

/** Names of job classes. */
export interface KnownNames {
  /** Undefined for a name that no class has. */
  find(className: string): unknown
  names(): readonly string[]
}

/** What an entry may take from its surroundings. */
export interface EntryContext {
  /** Zone of entries that name none. */
  readonly timezone?: string | undefined
  readonly defaultQueue?: string | undefined
  /** The queue that a class itself names; null or undefined when the class is not known or names none. */
  readonly jobQueue?: ((className: string) => string | null | undefined) | undefined
  /** The classes that are loaded: an entry for any other is warned of. */
  readonly knownJobs?: KnownNames | undefined
  /** Where the scheduler runs: entries that are for other environments only are left out. Unset: none is. */
  readonly environment?: string | undefined
  /** When true, an entry that is to run here and has no queue at all is an error. */
  readonly requireQueue?: boolean | undefined
}

export const defaultCatchUpWindowSeconds = 600

/** Reads one entry; `entry` is null when `problems` holds an error. Never throws. */
export function parseEntry(
  name: string,
  value: unknown,
  context: EntryContext = {},
): { entry: ScheduleEntry | null; problems: readonly EntryProblem[] } {
  const findings = new Findings()
  if (!isMap(value)) {
    findings.error(
      null,
      `an entry must be a map with keys such as cron, class and queue, not ${shown(value)}.`,
    )
    return { entry: null, problems: findings.problems }
  }
  if (name.trim() === '') findings.error(null, 'an entry must have a name.')
  checkKeys(findings, value)
  const timing = readTiming(findings, value, context.timezone ?? null)
  const entry = buildEntry(findings, { name, config: value, timing, context })
  return { entry: findings.failed ? null : entry, problems: findings.problems }
}

interface Parts {
  readonly name: string
  readonly config: EntryConfig
  readonly timing: Timing
  readonly context: EntryContext
}

function buildEntry(findings: Findings, { name, config, timing, context }: Parts): ScheduleEntry {
  const className = readClass(findings, name, config)
  const env = readEnvironments(findings, config)
  if (!isElsewhere(env, context.environment)) warnOfUnknown(findings, className, context.knownJobs)
  readSwitch(findings, config, 'persist', false)
  return {
    name,
    ...timing,
    class: className,
    queue: readQueue(findings, config, { className, env, context }),
    params: readArgs(findings, config),
    env,
    enabled: readSwitch(findings, config, 'enabled', true),
    description: readText(findings, { description: config['description'] || null }, 'description'),
    catchUp: readChoice(findings, config, {
      key: 'catch_up',
      allowed: ['none', 'last', 'all'],
      unset: 'last',
    }),
    catchUpWindowSeconds: readSeconds(findings, config, 'catch_up_window', defaultCatchUpWindowSeconds),
    overlap: readOverlap(findings, config),
    jitterSeconds: readSeconds(findings, config, 'jitter', 0),
    parameters: readParameters(findings, config),
  }
}

/** Is an entry with these environments one that a scheduler in `environment` leaves to others? */
export function isElsewhere(env: ScheduleEntry['env'], environment: string | undefined): boolean {
  return environment !== undefined && env !== null && !env.includes(environment)
}

function readOverlap(findings: Findings, config: EntryConfig): ScheduleEntry['overlap'] {
  return readChoice(findings, config, {
    key: 'overlap',
    allowed: ['allow', 'skip', 'queue_one'],
    unset: 'allow',
  })
}

/** Letters first, then what Ruby (`::`), PHP (`\`) and Node (`-`, `.`, `/`, `$`) names are made of. */
const classPattern = /^(::|\\)?[\p{L}_$][\p{L}\p{N}_$:\\./-]*$/u

function readClass(findings: Findings, name: string, config: EntryConfig): string {
  const key = (config['custom_job_class'] ?? null) === null ? 'class' : 'custom_job_class'
  const given = readText(findings, config, key)
  const className = given ?? name
  if (classPattern.test(className)) return className
  const from = given === null ? 'its name stands for its class, and' : `${key}:`
  findings.error(
    'class',
    `${from} ${shown(className)} cannot be the name of a class. Write "class: SendEmail".`,
  )
  return className
}

/** Where no classes are loaded, nothing is known of them. */
function warnOfUnknown(findings: Findings, className: string, known: KnownNames | undefined): void {
  const names = known?.names() ?? []
  if (names.length === 0 || known?.find(className) !== undefined) return
  findings.warn(
    'class',
    `no class "${className}" is among the loaded jobs.${didYouMean(className, names)} ` +
      'Correct the name, or add the file of the class to --jobs; it runs as it is where a worker has the class.',
  )
}

function readQueue(
  findings: Findings,
  config: EntryConfig,
  { className, env, context }: { className: string; env: ScheduleEntry['env']; context: EntryContext },
): string | null {
  const queue =
    readText(findings, config, 'queue') ?? context.jobQueue?.(className) ?? context.defaultQueue ?? null
  if (queue === null && context.requireQueue === true && !isElsewhere(env, context.environment))
    findings.error(
      'queue',
      `the entry names no queue, and neither does its class "${className}". ` +
        'Write "queue: NAME", load the class with --jobs, or give --default-queue NAME.',
    )
  return queue
}

function readParameters(findings: Findings, config: EntryConfig): EntryConfig | null {
  const value = config['parameters'] ?? null
  if (value === null || isMap(value)) return value
  findings.error(
    'parameters',
    `parameters must be a map of names to { description, default }, not ${shown(value)}.`,
  )
  return null
}
