// Job files to job classes: every class with a `perform` method that a file exports is a job under its own
// name; an object or a list of them, exported as default or as `jobs`, goes in under its keys or their names.

import { pathToFileURL } from 'node:url'
import { ConfigurationError } from '../errors.ts'
import { JobClasses } from './job-classes.ts'
import { findJobFiles, isTypeScript, type JobFile } from './job-files.ts'

type Exports = Readonly<Record<string, unknown>>

interface Found {
  readonly name: string
  readonly job: unknown
}

const registryNames = ['default', 'jobs']
/** Node names what `module.exports` holds by this as well. */
const commonJsExports = 'module.exports'

function isJob(value: unknown): value is { readonly name: string } {
  if (typeof value !== 'function') return false
  const prototype: unknown = value.prototype
  return typeof (prototype as { perform?: unknown } | undefined)?.perform === 'function'
}

/** The place in a file of the user's that an error came from. */
function placeIn(error: unknown, path: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const [, line, column] = stack.slice(stack.indexOf(path) + path.length).match(/^:(\d+)(?::(\d+))?/) ?? []
  if (!stack.includes(path) || line === undefined) return ''
  return column === undefined ? `:${line}` : `:${line}:${column}`
}

function notImported({ path, shown }: JobFile, error: unknown): ConfigurationError {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  if (isTypeScript(path) && code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    const cure = 'Start the worker with "node --import tsx", or name the compiled files.'
    return new ConfigurationError(`${shown} cannot be loaded: this node does not read TypeScript. ${cure}`, {
      cause: error,
    })
  }
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const cure = 'A job file must load by itself; mend it, or leave it out of --jobs.'
  return new ConfigurationError(`${shown}${placeIn(error, path)} cannot be loaded: ${reason}. ${cure}`, {
    cause: error,
  })
}

async function importFile(file: JobFile): Promise<Exports> {
  try {
    return (await import(pathToFileURL(file.path).href)) as Exports
  } catch (error) {
    throw notImported(file, error)
  }
}

function inRegistry(registry: unknown): Found[] {
  if (typeof registry !== 'object' || registry === null) return []
  const isList = Array.isArray(registry)
  return Object.entries(registry)
    .filter((entry): entry is [string, { name: string }] => isJob(entry[1]))
    .map(([key, job]) => ({ name: isList ? job.name : key, job }))
}

function jobsOf(exports: Exports): Found[] {
  const { [commonJsExports]: _, ...own } = exports
  const classes = Object.values(own).filter(isJob)
  const inRegistries = registryNames.flatMap((name) => inRegistry(own[name]))
  return [...classes.map((job) => ({ name: job.name, job })), ...inRegistries]
}

function withoutJobs({ shown }: JobFile, exports: Exports): ConfigurationError {
  const names = Object.keys(exports).filter((name) => name !== commonJsExports)
  const why =
    names.length === 0
      ? 'it exports nothing'
      : `none of its exports (${names.join(', ')}) has a perform method`
  const cure = 'Write "export class SendEmail { static queue = \'mail\'; perform() { … } }".'
  return new ConfigurationError(`${shown} holds no job: ${why}. ${cure}`)
}

function checkName(name: string, { shown }: JobFile): void {
  if (name !== '' && name !== 'default') return
  const cure = 'Name it: export default class SendEmail { … }.'
  throw new ConfigurationError(
    `${shown} exports a job class without a name: nobody could enqueue it. ${cure}`,
  )
}

interface Loaded {
  readonly classes: JobClasses
  /** Which file a name came from. */
  readonly files: Map<string, string>
}

function addJobs({ classes, files }: Loaded, file: JobFile, found: readonly Found[]): void {
  for (const { name, job } of found) {
    checkName(name, file)
    const known = classes.find(name)
    if (known !== undefined && known !== job) {
      const both = `${files.get(name) ?? file.shown} and in ${file.shown}`
      throw new ConfigurationError(`two job classes are named ${name}: in ${both}. Rename one of them.`)
    }
    classes.add(name, job)
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
    const found = jobsOf(exports)
    if (found.length === 0 && file.isNamed) throw withoutJobs(file, exports)
    addJobs(loaded, file, found)
  }
  return loaded.classes
}
