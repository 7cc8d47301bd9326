// The job classes that a worker has, by name.

import { ConfigurationError, InvalidArgumentError, UnknownJobError } from '../errors.ts'
import type { JobClass } from '../job/job.ts'
import { checkJobClass, jobName } from '../job/names.ts'
import { didYouMean } from '../nearest.ts'
import { checkJobOptions } from './job-options.ts'

/** Classes by name, or a list of classes that go by their own names. */
export type JobSource = Readonly<Record<string, JobClass>> | readonly JobClass[]

const shownNames = 20

/** Ruby's rule for a name with dashes: `job-name` is JobName (Resque's `classify`). */
function classified(name: string): string {
  return name
    .split('-')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('')
}

function checkSource(source: unknown): asserts source is JobSource {
  if (typeof source === 'object' && source !== null) return
  const why = 'jobs must be a list of classes, or an object of names and classes: { SendEmail }.'
  throw new InvalidArgumentError('jobs', source, why)
}

export class JobClasses {
  // A Map, not an object: a payload may name a class "constructor" or "__proto__".
  readonly #classes = new Map<string, JobClass>()

  constructor(...sources: readonly JobSource[]) {
    for (const source of sources) {
      checkSource(source)
      if (Array.isArray(source))
        for (const job of source as readonly JobClass[]) this.add(jobName(checkJobClass(job)), job)
      else for (const [name, job] of Object.entries(source)) this.add(name, job as JobClass)
    }
  }

  /** @throws ConfigurationError when another class has this name already, or its options cannot be right */
  add(name: string, job: unknown): void {
    const jobClass = checkJobClass(job)
    checkJobOptions(name, jobClass)
    const known = this.#classes.get(name)
    if (known !== undefined && known !== jobClass) {
      throw new ConfigurationError(
        `two job classes are named ${name}: a worker could not tell them apart. Rename one of them.`,
      )
    }
    this.#classes.set(name, jobClass)
  }

  names(): string[] {
    return [...this.#classes.keys()].sort()
  }

  /** All of them, by name. */
  byName(): Record<string, JobClass> {
    return Object.fromEntries(this.#classes)
  }

  get size(): number {
    return this.#classes.size
  }

  /** Whether a class has exactly this name. */
  has(name: string): boolean {
    return this.#classes.has(name)
  }

  /** The class of this name; for a name with dashes that no class has, the one that Ruby would take for it. */
  find(name: string): JobClass | undefined {
    const jobClass = this.#classes.get(name)
    return jobClass === undefined && name.includes('-') ? this.#classes.get(classified(name)) : jobClass
  }

  /** @throws UnknownJobError that names the classes there are */
  get(name: string): JobClass {
    const jobClass = this.find(name)
    if (jobClass !== undefined) return jobClass
    const names = this.names()
    const known = names.length === 0 ? 'no jobs at all' : names.slice(0, shownNames).join(', ')
    const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : ''
    throw new UnknownJobError(
      `no job class "${name}": this worker knows ${known}${more}.${didYouMean(name, names)} Put its file into --jobs, or fix the name where it is enqueued.`,
    )
  }
}
