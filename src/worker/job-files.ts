// Finds the files that may hold jobs: a file that is named, or all that can be imported below a folder.

import { readdirSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ConfigurationError } from '../errors.ts'

export interface JobFile {
  /** Absolute. */
  readonly path: string
  /** As messages show it. */
  readonly shown: string
  /** false: it was found in a folder, and need not hold a job. */
  readonly isNamed: boolean
}

const importable = /\.[cm]?[jt]s$/
const declaration = /\.d\.[cm]?ts$/
const test = /\.(test|spec)\.[cm]?[jt]s$/
/** Folders that hold no jobs of one's own. */
const passedOver = /^(\.|node_modules$|__tests__$)/

/** Whether node needs help to import it. */
export function isTypeScript(path: string): boolean {
  return /\.[cm]?ts$/.test(path)
}

function missing(path: string, error: unknown): ConfigurationError {
  const code = (error as NodeJS.ErrnoException).code
  const reason =
    code === 'ENOENT' ? 'it does not exist' : error instanceof Error ? error.message : String(error)
  const cure = 'Give --jobs a file or a folder with job classes.'
  return new ConfigurationError(`no jobs can be loaded from ${path}: ${reason}. ${cure}`, { cause: error })
}

/** A compiled file counts, and not its source beside it. */
function withoutSources(paths: readonly string[]): string[] {
  const all = new Set(paths)
  return paths.filter((path) => !isTypeScript(path) || !all.has(path.replace(/ts$/, 'js')))
}

function below(folder: string, seen: Set<string>): string[] {
  const real = realpathSync(folder)
  if (seen.has(real)) return []
  seen.add(real)
  const paths = readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name)
      const stat = statSync(path, { throwIfNoEntry: false })
      if (stat?.isDirectory()) return passedOver.test(name) ? [] : below(path, seen)
      const counts =
        importable.test(name) && !declaration.test(name) && !test.test(name) && !name.startsWith('.')
      return stat?.isFile() && counts ? [path] : []
    })
  return withoutSources(paths)
}

function filesOf(path: string, cwd: string): JobFile[] {
  const absolute = resolve(cwd, path)
  try {
    if (!statSync(absolute).isDirectory()) return [{ path: absolute, shown: path, isNamed: true }]
    return below(absolute, new Set()).map((file) => {
      return { path: file, shown: join(path, file.slice(absolute.length)), isNamed: false }
    })
  } catch (error) {
    throw missing(path, error)
  }
}

/** The files at these paths, in order, each once. @throws ConfigurationError for a path that is not there */
export function findJobFiles(paths: readonly string[], cwd: string): readonly JobFile[] {
  const found = new Map<string, JobFile>()
  for (const file of paths.flatMap((path) => filesOf(path, cwd))) {
    const known = found.get(file.path)
    if (known === undefined || !known.isNamed) found.set(file.path, file)
  }
  return [...found.values()]
}
