// The schedule files of the command line as one schedule.

import { isAbsolute, relative, resolve } from 'node:path'
import type { Variables } from '../../config.ts'
import { ScheduleError } from '../../errors.ts'
import type { JobClass } from '../../job/job.ts'
import {
  type LoadedSchedule,
  type LoadScheduleOptions,
  loadSchedule,
  type ScheduleEntryInfo,
} from '../../recurring/file.ts'
import { formatProblem, type Problem } from '../../recurring/problem.ts'
import { loadJobs } from '../../worker/load-jobs.ts'
import type { CliContext } from '../context.ts'
import type { SettingValues } from '../flags.ts'
import { counted } from '../output.ts'

export type ReadingSetting = 'environment' | 'defaultQueue' | 'scheduleJobs' | 'envSubstitution'
export const readingSettings: readonly ReadingSetting[] = [
  'environment',
  'defaultQueue',
  'scheduleJobs',
  'envSubstitution',
]

export interface Schedule {
  readonly entries: readonly ScheduleEntryInfo[]
  /** Names of entries left out because they are for other environments. */
  readonly otherEnvironments: readonly string[]
  readonly problems: readonly Problem[]
}

/** How entries are read, and the job classes that are known. */
export interface Reading extends LoadScheduleOptions {
  readonly jobs: Readonly<Record<string, JobClass>>
}

/** How entries are read, as the flags say. @throws ConfigurationError when --jobs cannot be loaded */
export async function readingOptions(
  given: SettingValues<ReadingSetting>,
  { cwd, env }: Pick<CliContext, 'cwd' | 'env'>,
): Promise<Reading> {
  const classes = await loadJobs(given.scheduleJobs, cwd)
  return {
    jobs: classes.byName(),
    defaultQueue: given.defaultQueue,
    jobQueue: (name) => classes.find(name)?.queue,
    knownJobs: classes,
    requireQueue: true,
    environment: given.environment,
    envSubstitution: given.envSubstitution ? (env satisfies Variables) : false,
  }
}

/** The path as it was given, where that leads to the file. */
export function pathFrom(cwd: string, path: string): string {
  return isAbsolute(path) || relative(cwd, resolve(path)) === path ? path : resolve(cwd, path)
}

export function errorsOf(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(({ severity }) => severity === 'error')
}

/** @throws ScheduleError with every problem of the list that is an error */
export function refuse(problems: readonly Problem[]): never {
  const errors = errorsOf(problems)
  const lines = errors.map((problem) => `  ${formatProblem(problem)}`).join('\n')
  throw new ScheduleError(`the schedule has ${counted(errors.length, 'error')}:\n${lines}`, problems)
}

/** Nothing of it could be read: it is not there, or no YAML or JSON. */
function isUnusable({ entries, otherEnvironments, problems }: LoadedSchedule): boolean {
  const concernsAll = errorsOf(problems).some(({ entry }) => entry === null)
  return concernsAll && entries.length + otherEnvironments.length === 0
}

function twice(name: string, file: string, earlier: string): Problem {
  const message = `"${name}" is also in ${earlier}: only this one counts. Rename or remove one.`
  return { severity: 'error', file, line: null, column: null, entry: name, field: null, message }
}

/**
 * Reads all files; of entries with one name the last counts. What is wrong is in `problems`, except:
 * @throws ScheduleError for a file of which nothing can be read
 */
export function readFiles(files: readonly string[], options: LoadScheduleOptions): Schedule {
  const loaded = files.map((file) => ({ ...loadSchedule(file, options), file }))
  const unusable = loaded.filter(isUnusable)
  if (unusable.length > 0) refuse(unusable.flatMap(({ problems }) => problems))
  const entries = new Map<string, { readonly entry: ScheduleEntryInfo; readonly file: string }>()
  const problems: Problem[] = []
  for (const { file, ...schedule } of loaded) {
    problems.push(...schedule.problems)
    for (const entry of schedule.entries) {
      const earlier = entries.get(entry.name)
      if (earlier !== undefined) problems.push(twice(entry.name, file, earlier.file))
      entries.set(entry.name, { entry, file })
    }
  }
  const otherEnvironments = loaded.flatMap(({ otherEnvironments: names }) => names)
  return { entries: [...entries.values()].map(({ entry }) => entry), otherEnvironments, problems }
}
