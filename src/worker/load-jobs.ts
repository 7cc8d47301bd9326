// Job files to job classes: the files are imported, and what they export (job-exports.ts) is put together.

import { pathToFileURL } from 'node:url'
import { ConfigurationError } from '../errors.ts'
import { JobClasses } from './job-classes.ts'
import { type Exports, type Found, jobsOf } from './job-exports.ts'
import { findJobFiles, isTypeScript, type JobFile } from './job-files.ts'

/** The place in a file of the user's that an error came from. */
function placeIn(error: unknown, path: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const places = stack.split(path).map((after) => /^:\d+(:\d+)?/.exec(after)?.[0])
  return places.find((place) => place !== undefined) ?? ''
}

function notImported({ path, shown }: JobFile, error: unknown): ConfigurationError {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  if (isTypeScript(path) && code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    const cure = 'Start the worker with "node --import tsx", or name the compiled files.'
    return new ConfigurationError(`${shown} cannot be loaded: this node does not read TypeScript. ${cure}`, {
      cause: error,
    })
  }
  // Node lists below its first line who has asked for a file that is not there.
  const [reason = ''] = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split(
    '\n',
  )
  const cure = 'A job file must load by itself; mend it, or leave it out of --jobs.'
  return new ConfigurationError(
    `${shown}${placeIn(error, path)} cannot be loaded: ${reason.replace(/\.$/, '')}. ${cure}`,
    {
      cause: error,
    },
  )
}

async function importFile(file: JobFile): Promise<Exports> {
  try {
    return (await import(pathToFileURL(file.path).href)) as Exports
  } catch (error) {
    throw notImported(file, error)
  }
}

interface Loaded {
  readonly classes: JobClasses
  /** Which file a name came from. */
  readonly files: Map<string, string>
}

function addOne(classes: JobClasses, { shown }: JobFile, { name, job }: Found): void {
  try {
    classes.add(name, job)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigurationError(`${shown}: ${reason}`, { cause: error })
  }
}

function addJobs({ classes, files }: Loaded, file: JobFile, found: readonly Found[]): void {
  for (const { name, job } of found) {
    if (classes.has(name) && classes.get(name) !== job) {
      const both = `${files.get(name) ?? file.shown} and in ${file.shown}`
      throw new ConfigurationError(`two job classes are named ${name}: in ${both}. Rename one of them.`)
    }
    addOne(classes, file, { name, job })
    if (!files.has(name)) files.set(name, file.shown)
  }
}

/**
 * Loads the job classes of files and folders. Files in a folder need not hold a job; files that are named must.
 * @param paths files (.js .mjs .cjs, and .ts .mts .cts where node can import them) or folders, searched throughout
 * @throws ConfigurationError that names the file for a path that is not there, a file that cannot be imported or
 *   holds no job, and two classes of one name
 */
export async function loadJobs(paths: readonly string[], cwd: string): Promise<JobClasses> {
  const loaded: Loaded = { classes: new JobClasses(), files: new Map() }
  for (const file of findJobFiles(paths, cwd)) {
    const exports = await importFile(file)
    const found = jobsOf(file, exports)
    addJobs(loaded, file, found)
  }
  return loaded.classes
}
