// Which schedule and which jobs `resque dev` takes: those named, those of the current folder, or the examples
// that come with the package.

import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigurationError } from '../errors.ts'
import { type LoadedSchedule, loadSchedule } from '../recurring/file.ts'
import { formatProblem } from '../recurring/problem.ts'

/** The root of the package: dist/dev and src/dev are both two folders below it. */
export const packageRoot: string = fileURLToPath(new URL('../../', import.meta.url))

/** Where a project may keep its schedule, in the order in which they are looked for. */
const schedulePlaces = [
  ...['schedules/app.yml', 'schedules/app.yaml', 'schedules/app.json', 'schedules'],
  ...['schedule.yml', 'schedule.yaml', 'schedule.json'],
]

export interface Wanted {
  readonly cwd: string
  readonly schedule: string | null
  readonly jobs: readonly string[]
}

export interface Home {
  /** A file or folder; null when there is none: then nothing recurs. */
  readonly schedule: string | null
  readonly jobs: readonly string[]
  /** The jobs are those of the package: the demonstration knows them. */
  readonly hasExamples: boolean
}

function scheduleOf({ cwd, schedule }: Wanted): string | null {
  if (schedule !== null) return resolve(cwd, schedule)
  return schedulePlaces.map((place) => join(cwd, place)).find((path) => existsSync(path)) ?? null
}

/** Decides where schedule and jobs are. The files are not read yet. */
export function homeOf(wanted: Wanted): Home {
  const { cwd, jobs } = wanted
  const schedule = scheduleOf(wanted)
  if (jobs.length > 0) return { schedule, jobs: jobs.map((path) => resolve(cwd, path)), hasExamples: false }
  const own = join(cwd, 'jobs')
  if (schedule !== null && existsSync(own)) return { schedule, jobs: [own], hasExamples: false }
  const examples = join(packageRoot, 'examples', 'jobs')
  const exampleSchedule = join(packageRoot, 'schedules', 'app.json')
  return { schedule: schedule ?? exampleSchedule, jobs: [examples], hasExamples: true }
}

/** A path as short as it can be written from `cwd`. */
export function shownPath(cwd: string, path: string): string {
  const short = relative(cwd, path)
  return short === '' ? '.' : short.startsWith('..') ? path : short
}

/** The environment whose entries run. */
const environment = 'development'

/**
 * Reads the schedule; what is wrong with it is written by `warn`, and the good entries are taken.
 * @throws ConfigurationError when there are no good entries but bad ones
 */
export function readHomeSchedule(
  path: string | null,
  jobQueue: (className: string) => string | null,
  warn: (text: string) => void,
): LoadedSchedule {
  if (path === null) return { file: null, entries: [], otherEnvironments: [], problems: [] }
  const schedule = loadSchedule(path, { environment, jobQueue, requireQueue: true })
  const problems = schedule.problems.map(formatProblem)
  const failed = schedule.problems.some(({ severity }) => severity === 'error')
  if (failed && schedule.entries.length === 0) throw new ConfigurationError(problems.join('\n'))
  for (const problem of problems) warn(problem)
  return schedule
}
