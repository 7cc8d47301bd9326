// What can be set of how a worker performs jobs: how long they may take, and whether each has a process of its own.

import { choice, number, numberOrNone, type Setting } from './setting.ts'

export interface PerformingSettings {
  readonly timeoutSeconds: Setting<number | undefined>
  readonly killGraceSeconds: Setting<number>
  readonly maxStuck: Setting<number | undefined>
  readonly isolation: Setting<'none' | 'process'>
  readonly maxMemoryMb: Setting<number | undefined>
  readonly jobsPerChild: Setting<number | undefined>
  readonly keepStatusSeconds: Setting<number>
}

export const ofPerforming: PerformingSettings = {
  timeoutSeconds: numberOrNone(
    {
      flags: '--timeout <seconds>',
      variables: ['RESQUE_TIMEOUT'],
      help: 'how long a job may take, unless it says so itself (default: no limit)',
    },
    { least: 0.001, most: 2_000_000, unit: 'seconds' },
  ),
  killGraceSeconds: number(
    {
      flags: '--kill-grace <seconds>',
      variables: ['RESQUE_KILL_GRACE'],
      help: 'how long a job may go on when it was told to end (timeout, cancel)',
    },
    5,
    { least: 0, most: 86_400, unit: 'seconds' },
  ),
  maxStuck: numberOrNone(
    {
      flags: '--max-stuck <number>',
      variables: ['RESQUE_MAX_STUCK'],
      help: 'stop, to be replaced, when so many jobs run on after their timeout (default: never)',
    },
    { least: 1, most: 1_000_000, whole: true, unit: 'jobs' },
  ),
  isolation: choice(
    {
      flags: '--isolation <way>',
      variables: ['RESQUE_ISOLATION'],
      help: 'process: each job in a process of its own, which can be killed; none: all in this one',
    },
    ['none', 'process'],
  ),
  maxMemoryMb: numberOrNone(
    {
      flags: '--max-memory <megabytes>',
      variables: ['RESQUE_MAX_MEMORY'],
      help: 'a worker process that takes more stops, to be replaced; with isolation: a process of jobs is killed (default: no limit)',
    },
    { least: 32, most: 1_000_000, unit: 'megabytes' },
  ),
  jobsPerChild: numberOrNone(
    {
      flags: '--jobs-per-child <number>',
      variables: ['RESQUE_JOBS_PER_CHILD', 'JOBS_PER_FORK'],
      help: 'with isolation: replace a process after so many jobs (default: never)',
    },
    { least: 1, most: 1_000_000_000, whole: true, unit: 'jobs' },
  ),
  keepStatusSeconds: number(
    {
      flags: '--keep-status <seconds>',
      variables: ['RESQUE_KEEP_STATUS'],
      help: 'how long the status of a job, with its result, is kept after its end',
    },
    86_400,
    { least: 1, most: 31_536_000, whole: true, unit: 'seconds' },
  ),
}
