// What a job file exports: every class with a `perform` method is a job under its own name; an object or a list of
// them, exported as default or as `jobs`, goes in under its keys or their names. What was meant as a job and is none
// is an error here, and not when the first such job comes.

import { ConfigurationError } from '../errors.ts'
import { jobName, nameOfClass } from '../job/names.ts'
import type { JobFile } from './job-files.ts'

export type Exports = Readonly<Record<string, unknown>>

export interface Found {
  readonly name: string
  readonly job: unknown
}

const registryNames = ['default', 'jobs'] as const
/** Node names what `module.exports` holds by this as well. */
const commonJsExports = 'module.exports'
const rightForm = '"export class SendEmail { static queue = \'mail\'; perform() { … } }"'

type Class = new () => unknown

function isJob(value: unknown): value is Class {
  if (typeof value !== 'function') return false
  const prototype: unknown = value.prototype
  return typeof (prototype as { perform?: unknown } | undefined)?.perform === 'function'
}

function performOf(value: unknown): unknown {
  return (value as { readonly perform?: unknown } | null | undefined)?.perform
}

/** Why something that looks like a job cannot be one, or null. */
function whyNoJob(value: unknown, { isNamed }: JobFile): string | null {
  if (typeof value !== 'function' || isJob(value)) return null
  const prototype = value.prototype as unknown
  if (performOf(prototype) !== undefined)
    return `its perform is no method, but ${typeof performOf(prototype)}`
  const isMeant = isNamed || typeof (value as { queue?: unknown }).queue === 'string'
  return typeof performOf(value) === 'function' && isMeant
    ? 'its perform is static: a job is an instance, made anew for each run'
    : null
}

/** The same for a member of a registry, where an object with a `perform` was meant as a job as well. */
function whyNoMember(value: unknown, file: JobFile): string | null {
  if (typeof value === 'object' && typeof performOf(value) === 'function')
    return 'it is an object with a perform function: a job is a class'
  return whyNoJob(value, file)
}

function noJob({ shown }: JobFile, name: string, why: string): ConfigurationError {
  return new ConfigurationError(`${shown}: ${name} is no job: ${why}. Write ${rightForm}.`)
}

function nameIn({ shown }: JobFile, job: Class): string {
  const name = nameOfClass(job)
  if (name === '' || name === 'default') {
    const why = `${shown} exports a job class without a name: nobody could enqueue it`
    throw new ConfigurationError(`${why}. Name it: export default class SendEmail { … }.`)
  }
  try {
    return jobName(job as Parameters<typeof jobName>[0])
  } catch (cause) {
    throw new ConfigurationError(`${shown}: ${(cause as Error).message}`, { cause })
  }
}

function inRegistry(file: JobFile, called: string, registry: unknown): Found[] {
  if (typeof registry !== 'object' || registry === null) return []
  const isList = Array.isArray(registry)
  const members = Object.entries(registry)
  const found = members.flatMap(([key, job]) =>
    isJob(job) ? [{ name: isList ? nameIn(file, job) : key, job }] : [],
  )
  // `jobs` holds jobs and nothing else; what else a default export may be is its own affair.
  const isStrict = called === 'jobs' && (file.isNamed || found.length > 0)
  for (const [key, value] of members) {
    const other = isStrict && !isJob(value) ? 'it is no class with a perform method' : null
    const why = whyNoMember(value, file) ?? other
    if (why !== null) throw noJob(file, isList ? `${called}[${key}]` : `${called}.${key}`, why)
  }
  return found
}

function withoutJobs({ shown }: JobFile, names: readonly string[]): ConfigurationError {
  const why =
    names.length === 0
      ? 'it exports nothing'
      : `none of its exports (${names.join(', ')}) has a perform method`
  return new ConfigurationError(`${shown} holds no job: ${why}. Write ${rightForm}.`)
}

/**
 * The jobs that a file exports. Files in a folder need not hold one; files that are named must.
 * @throws ConfigurationError for a named file without a job, a class without a name, and what was meant as a job
 */
export function jobsOf(file: JobFile, exports: Exports): Found[] {
  const { [commonJsExports]: _, ...own } = exports
  for (const [name, value] of Object.entries(own)) {
    const why = whyNoJob(value, file)
    if (why !== null) throw noJob(file, name, why)
  }
  const classes = Object.values(own).filter(isJob)
  const found = [
    ...classes.map((job) => ({ name: nameIn(file, job), job })),
    ...registryNames.flatMap((name) => inRegistry(file, name, own[name])),
  ]
  if (found.length === 0 && file.isNamed) throw withoutJobs(file, Object.keys(own))
  return found
}
