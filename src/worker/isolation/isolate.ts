// Whether a worker's jobs run in processes of their own, and what those need to know.

import type { Clock } from '../../clock.ts'
import { ConfigurationError, InvalidArgumentError } from '../../errors.ts'
import type { Emitter } from '../../events.ts'
import { didYouMean } from '../../nearest.ts'
import { JobClasses } from '../job-classes.ts'
import { loadJobs } from '../load-jobs.ts'
import type { WorkerNumbers, WorkerOptions } from '../options.ts'
import { ProcessPool } from './process-pool.ts'

const ways = ['none', 'process']

function jobPaths({ jobFiles = [] }: WorkerOptions): readonly string[] {
  return typeof jobFiles === 'string' ? [jobFiles] : jobFiles
}

/** The classes that are given; those of files come when they are loaded. @throws InvalidArgumentError */
export function givenJobs(options: WorkerOptions): JobClasses {
  if (options.jobs !== undefined || jobPaths(options).length === 0)
    return new JobClasses(options.jobs as never)
  return new JobClasses()
}

/** Loads the job files, if any are named, beside the classes that were given. @throws ConfigurationError */
export async function loadJobFiles(options: WorkerOptions, classes: JobClasses): Promise<void> {
  const paths = jobPaths(options)
  if (paths.length === 0) return
  const loaded = await loadJobs(paths, process.cwd())
  for (const name of loaded.names()) classes.add(name, loaded.get(name))
}

/**
 * The processes for the jobs, or undefined when they run in the worker's own.
 * @throws ConfigurationError when there are no job files: a class cannot be handed to another process
 */
export function poolFor(
  options: WorkerOptions,
  { concurrency, killGraceSeconds, maxMemoryMb, jobsPerChild }: WorkerNumbers,
  classes: JobClasses,
  clock: Clock,
  events: Emitter,
): ProcessPool | undefined {
  const { isolation = 'none' } = options
  if (!ways.includes(isolation)) {
    const why = `isolation must be "none" or "process", got ${JSON.stringify(isolation)}.${didYouMean(isolation, ways)}`
    throw new InvalidArgumentError('isolation', isolation, why)
  }
  if (isolation === 'none') return undefined
  const paths = jobPaths(options)
  if (paths.length === 0) {
    const why = 'a class cannot be handed to another process, which loads the jobs itself'
    throw new ConfigurationError(
      `isolation "process" has no job files: ${why}. Give jobFiles: ['./jobs'] beside jobs, or in its place.`,
    )
  }
  const orders = { paths, cwd: process.cwd(), maxMemoryMb }
  return new ProcessPool(
    { orders, classes, size: concurrency, jobsPerChild, graceMs: killGraceSeconds * 1000 },
    clock,
    events,
  )
}
