// What can be set of the processes of resque-worker: how many, when one makes way for a new one, how it is called.

import { choice, number, numberOrNone, type Setting, text, toggle, type Variables } from './setting.ts'

export interface ProcessSettings {
  readonly processes: Setting<number | undefined>
  readonly jobsWatch: Setting<boolean>
  readonly maxJobs: Setting<number | undefined>
  readonly termTimeoutSeconds: Setting<number>
  readonly gracefulTerm: Setting<boolean>
  readonly titlePrefix: Setting<string>
  readonly prefetch: Setting<'auto' | 'none'>
}

const longestTermTimeoutSeconds = 86_400

/** Ruby waits twice on TERM: before it tells the job, and after. Here a job is waited for, and told at the end. */
function withPreShutdown(setting: Setting<number>): Setting<number> {
  const name = 'RESQUE_PRE_SHUTDOWN_TIMEOUT'
  const readMore = (variables: Variables): number => {
    const text = variables[name] ?? ''
    return text === '' ? 0 : setting.read([{ by: name, text }], variables)
  }
  return {
    ...setting,
    read: (given, variables) => {
      const seconds = setting.read(given, variables)
      const isFlag = given.at(-1)?.by.startsWith('--') === true
      return isFlag ? seconds : Math.min(seconds + readMore(variables), longestTermTimeoutSeconds)
    },
  }
}

export const ofProcesses: ProcessSettings = {
  processes: numberOrNone(
    {
      flags: '-p, --processes <number>',
      variables: ['RESQUE_PROCESSES'],
      help: 'start so many worker processes and keep them running (default: one, without a master)',
    },
    { least: 1, most: 512, whole: true, unit: 'processes' },
  ),
  jobsWatch: toggle({
    flags: '-w, --watch',
    variables: ['RESQUE_WATCH'],
    help: 'for development: new processes take the place of the old ones when a job file has changed',
  }),
  maxJobs: numberOrNone(
    {
      flags: '--max-jobs <number>',
      variables: ['RESQUE_MAX_JOBS'],
      help: 'a worker process that has performed so many jobs stops, to be replaced (default: never)',
    },
    { least: 1, most: 1_000_000_000, whole: true, unit: 'jobs' },
  ),
  termTimeoutSeconds: withPreShutdown(
    number(
      {
        flags: '-t, --term-timeout <seconds>',
        variables: ['RESQUE_TERM_TIMEOUT'],
        help: 'how long jobs in hand may go on after TERM before they are put back; RESQUE_PRE_SHUTDOWN_TIMEOUT is added',
      },
      25,
      { least: 0, most: longestTermTimeoutSeconds, unit: 'seconds' },
    ),
  ),
  gracefulTerm: toggle({
    flags: '--graceful-term',
    variables: ['GRACEFUL_TERM'],
    help: 'TERM and INT do what QUIT does: finish the jobs in hand, however long',
  }),
  prefetch: choice(
    {
      flags: '--prefetch <mode>',
      variables: ['RESQUE_PREFETCH'],
      help: 'auto: jobs that are very quick are taken a few milliseconds ahead; none: only when they can begin',
    },
    ['auto', 'none'],
  ),
  titlePrefix: text(
    {
      flags: '--title-prefix <text>',
      variables: ['RESQUE_PROCLINE_PREFIX'],
      help: 'what stands before resque-<version> in the title of the process',
    },
    '',
  ),
}
