// The one table of what can be set from outside: flag, variables (ours, then Ruby's and PHP's), default, unit.

import { type HttpPlace, httpPlace } from './http-place.ts'
import { ofPerforming, type PerformingSettings } from './performing-settings.ts'
import { ofProcesses, type ProcessSettings } from './process-settings.ts'
import { type QueueSettings, queueSettings } from './queue-settings.ts'
import { namespace, redisPlace, tlsFiles } from './redis-place.ts'
import {
  choice,
  number,
  numberOrNone,
  type Setting,
  settingValue,
  text,
  texts,
  toggle,
  type Variables,
} from './setting.ts'

export interface Settings extends PerformingSettings, ProcessSettings, QueueSettings {
  readonly redis: Setting<string>
  readonly tlsCa: Setting<string | undefined>
  readonly tlsCert: Setting<string | undefined>
  readonly tlsKey: Setting<string | undefined>
  readonly namespace: Setting<string>
  readonly jobs: Setting<readonly string[]>
  readonly logfile: Setting<string | undefined>
  readonly logformat: Setting<'text' | 'json' | 'logfmt'>
  readonly quiet: Setting<boolean>
  readonly verbose: Setting<boolean>
  readonly pidfile: Setting<string | undefined>
  readonly http: Setting<HttpPlace | undefined>
  readonly maxLagSeconds: Setting<number>
  readonly payload: Setting<'php' | 'ruby'>
  readonly schedule: Setting<readonly string[]>
  readonly environment: Setting<string | undefined>
  readonly defaultQueue: Setting<string | undefined>
  readonly dynamic: Setting<boolean>
  readonly watch: Setting<boolean>
  readonly strict: Setting<boolean>
  readonly envSubstitution: Setting<boolean>
  readonly schedulerIntervalSeconds: Setting<number>
  readonly appName: Setting<string>
  readonly failedKeep: Setting<number | undefined>
  readonly failedMaxAgeDays: Setting<number | undefined>
  readonly scheduleJobs: Setting<readonly string[]>
  readonly queue: Setting<string>
  readonly concurrency: Setting<number>
  readonly workerIntervalSeconds: Setting<number>
  readonly failureWebhook: Setting<string | undefined>
}

export type SettingName = keyof Settings
export type SettingValue<Name extends SettingName> =
  Settings[Name] extends Setting<infer Value> ? Value : never

const ofAll = {
  redis: redisPlace,
  ...tlsFiles,
  namespace,
  jobs: texts(
    {
      flags: '-j, --jobs <path>',
      variables: ['RESQUE_JOBS', 'APP_INCLUDE'],
      help: 'file or folder with job classes; may be given several times',
    },
    './jobs, where it exists',
  ),
  payload: choice(
    {
      flags: '--payload <format>',
      variables: ['RESQUE_PAYLOAD'],
      help: "php: jobs get an id and are tracked; ruby: exactly Ruby's bytes",
    },
    ['php', 'ruby'],
  ),
} as const

const ofDaemons = {
  logfile: text(
    { flags: '-l, --logfile <file>', variables: ['LOGFILE'], help: 'append log lines to this file' },
    undefined,
  ),
  logformat: choice(
    { flags: '-F, --logformat <format>', variables: ['LOGFORMAT'], help: 'text, json or logfmt' },
    ['text', 'json', 'logfmt'],
  ),
  quiet: toggle({ flags: '-q, --quiet', variables: ['QUIET'], help: 'log errors only' }),
  verbose: toggle({
    flags: '-v, --verbose',
    variables: ['VERBOSE', 'VVERBOSE', 'LOGGING'],
    help: 'log everything',
  }),
  pidfile: text(
    { flags: '-P, --pidfile <file>', variables: ['PIDFILE'], help: 'write the process id to this file' },
    undefined,
  ),
  http: httpPlace,
  maxLagSeconds: number(
    {
      flags: '--max-lag <seconds>',
      variables: ['RESQUE_MAX_LAG'],
      help: 'how late a delayed job or a recurring run may be before that counts as unhealthy',
    },
    30,
    { least: 0, most: 86_400, unit: 'seconds' },
  ),
} as const

const ofScheduler = {
  schedule: texts({
    flags: '-s, --schedule <file>',
    variables: ['RESQUE_SCHEDULE'],
    help: 'schedule file (YAML or JSON) or a folder of them; may be given several times',
  }),
  environment: text(
    {
      flags: '-E, --environment <name>',
      variables: ['RAILS_ENV', 'NODE_ENV'],
      help: 'run the entries for this environment, and those for all',
    },
    undefined,
  ),
  defaultQueue: text(
    {
      flags: '--default-queue <name>',
      variables: ['RESQUE_DEFAULT_QUEUE'],
      help: 'for entries that name no queue, and whose class names none',
    },
    undefined,
  ),
  dynamic: toggle(
    {
      flags: '-D, --dynamic',
      variables: ['DYNAMIC_SCHEDULE'],
      help: 'also run entries kept in Redis; --no-dynamic leaves them alone',
    },
    true,
  ),
  watch: toggle({
    flags: '-w, --watch',
    variables: ['RESQUE_WATCH'],
    help: 'reload the schedule when a file changes',
  }),
  strict: toggle({
    flags: '--strict',
    variables: ['RESQUE_STRICT'],
    help: 'do not start when the schedule has an error',
  }),
  envSubstitution: toggle({
    flags: '--env-substitution',
    variables: ['RESQUE_ENV_SUBSTITUTION'],
    help: `fill in variables in the schedule: \${NAME}, \${NAME:-default}`,
  }),
  scheduleJobs: texts({
    flags: '-j, --jobs <path>',
    variables: ['RESQUE_JOBS', 'APP_INCLUDE'],
    help: 'file or folder with job classes, to learn their queues and hooks; may be given several times',
  }),
  schedulerIntervalSeconds: number(
    {
      flags: '-i, --interval <seconds>',
      variables: ['RESQUE_SCHEDULER_INTERVAL'],
      help: 'how often to look for due jobs',
    },
    1,
    { least: 0.01, most: 3_600, unit: 'seconds' },
  ),
  failedKeep: numberOrNone(
    {
      flags: '--failed-keep <number>',
      variables: ['RESQUE_FAILED_KEEP'],
      help: 'keep so many records on the failed list, the newest (default: all)',
    },
    { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true, unit: 'records' },
  ),
  failedMaxAgeDays: numberOrNone(
    {
      flags: '--failed-max-age <days>',
      variables: ['RESQUE_FAILED_MAX_AGE_DAYS'],
      help: 'take records off the failed list that are older than so many days (default: none)',
    },
    { least: 0, most: 36_500, unit: 'days' },
  ),
  appName: text(
    {
      flags: '-n, --app-name <name>',
      variables: ['APP_NAME'],
      help: 'keeps the entries of applications that share a Redis apart',
    },
    '',
  ),
} as const

/** Commas are the queue list's own matter: they stand in {a,b} as well. */
const queueList: Setting<string> = {
  flags: '--queue <list>',
  variables: ['QUEUE', 'QUEUES'],
  help: 'queues in order of priority: mail,low; "*" for all; globs; !name to leave one out; mail:5,low:1 by weight',
  shownDefault: null,
  repeats: true,
  read: (given) => given.map(({ text }) => text).join(','),
}

const ofWorker = {
  queue: queueList,
  concurrency: number(
    {
      flags: '-c, --concurrency <number>',
      variables: ['RESQUE_CONCURRENCY', 'COUNT'],
      help: 'how many jobs at a time',
    },
    10,
    { least: 1, most: 1_000, whole: true, unit: 'jobs' },
  ),
  workerIntervalSeconds: number(
    {
      flags: '-i, --interval <seconds>',
      variables: ['INTERVAL'],
      help: 'how often to look for jobs of producers that do not wake workers (Ruby, PHP)',
    },
    1,
    { least: 0.01, most: 3_600, unit: 'seconds' },
  ),
  failureWebhook: text(
    {
      flags: '--failure-webhook <url>',
      variables: ['RESQUE_FAILURE_WEBHOOK'],
      help: 'post each job that failed for good to this address, as JSON',
    },
    undefined,
  ),
} as const

export const settings: Settings = {
  ...ofAll,
  ...ofDaemons,
  ...ofScheduler,
  ...ofWorker,
  ...ofPerforming,
  ...ofProcesses,
  ...queueSettings,
}

/** @throws ConfigurationError for a value that cannot be right */
export function readSetting<Name extends SettingName>(
  name: Name,
  flag: unknown,
  variables: Variables,
): SettingValue<Name> {
  return settingValue(settings[name] as Setting<SettingValue<Name>>, flag, variables)
}
