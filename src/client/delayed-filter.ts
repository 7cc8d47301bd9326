// Which delayed jobs are meant: a filter, checked, as a question that each job is asked. Jobs are compared by
// value: 1.0 is 1, the order of keys and PHP's escapes do not matter.

import { InvalidArgumentError } from '../errors.ts'
import { checkArgs, checkExact } from '../job/args.ts'
import { canonicalJson } from '../job/id.ts'
import type { JobClass } from '../job/job.ts'
import { checkQueueName, jobName } from '../job/names.ts'
import { dueSeconds, type When } from '../job/times.ts'
import { didYouMean } from '../nearest.ts'

/** Stands for any value in the args of a filter, as `undefined` does. */
export const any: unique symbol = Symbol('any')

/** Jobs to which all that is given applies. */
export interface DelayedFilter {
  readonly class?: JobClass | string
  readonly queue?: string
  /** All arguments, one by one, as many as the job has; `undefined` or `any` stands for any value. */
  readonly args?: readonly unknown[]
  /** Asked with the arguments of each job that is left; null args are none. */
  readonly where?: (args: readonly unknown[]) => boolean
  readonly id?: string
  /** Due at this time or later. */
  readonly from?: When
  /** Due at this time or earlier. */
  readonly to?: When
  /** A class is no filter: it is given with its arguments behind it. */
  readonly prototype?: never
}

/** What a delayed job is asked. */
export interface Wanted {
  readonly className: string | null
  /** null: any. A position that is `any` takes any value. */
  readonly args: readonly unknown[] | null
  readonly queue: string | null
  readonly id: string | null
  readonly where: ((args: readonly unknown[]) => boolean) | null
  readonly fromSeconds: number
  readonly toSeconds: number
}

const names = ['class', 'queue', 'args', 'where', 'id', 'from', 'to'] as const

function refuse(name: string, value: unknown, why: string): never {
  throw new InvalidArgumentError(`filter.${name}`, value, why)
}

function checkNames(filter: object, known: readonly string[], what: string): void {
  for (const [name, value] of Object.entries(filter)) {
    if (!known.includes(name)) {
      const cure = didYouMean(name, known)
      const why = `${what} has no "${name}".${cure} It takes ${known.join(', ')}.`
      throw new InvalidArgumentError(`${what}.${name}`, value, why)
    }
    // A missing value must never widen what is removed.
    if (value === undefined) refuse(name, value, `${what}.${name} is undefined. Leave it out for "any".`)
  }
}

function checkedArgs(args: unknown): readonly unknown[] {
  if (!Array.isArray(args))
    refuse('args', args, 'args must be an array: one match for each argument of the job.')
  const matches = Array.from(args, (match: unknown) => (match === undefined ? any : match))
  const values = matches.filter((match) => match !== any)
  checkArgs(values)
  checkExact(values)
  return matches
}

function checkedWhere(where: unknown): (args: readonly unknown[]) => boolean {
  if (typeof where === 'function') return where as (args: readonly unknown[]) => boolean
  return refuse('where', where, `where must be a function of the args, got ${typeof where}.`)
}

function checkedId(id: unknown): string {
  if (typeof id === 'string' && id !== '') return id
  return refuse('id', id, `id must be the id of a job, got ${JSON.stringify(id)}.`)
}

/** The last whole second that is not later. */
function lastSecond(when: When): number {
  const rounded = dueSeconds(when)
  const exact = typeof when === 'number' ? when : when instanceof Date ? when.getTime() : when.toMillis()
  return Math.min(rounded, Math.floor(typeof when === 'number' ? exact : exact / 1000))
}

/** Checks names of options. @throws InvalidArgumentError with the nearest name */
export function checkOptions(options: unknown, known: readonly string[]): void {
  if (typeof options === 'object' && options !== null) checkNames(options, known, 'options')
  else throw new InvalidArgumentError('options', options, `options are an object { ${known.join(', ')} }.`)
}

/** @throws InvalidArgumentError for a name that no filter has (with the nearest), or a value it cannot have */
export function readFilter(filter: DelayedFilter): Wanted {
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) {
    const why = `say which jobs: a class or its name, or a filter { ${names.join(', ')} }.`
    throw new InvalidArgumentError('filter', filter, why)
  }
  checkNames(filter, names, 'filter')
  if (filter.queue !== undefined) checkQueueName(filter.queue)
  return {
    className: filter.class === undefined ? null : jobName(filter.class),
    args: filter.args === undefined ? null : checkedArgs(filter.args),
    queue: filter.queue ?? null,
    id: filter.id === undefined ? null : checkedId(filter.id),
    where: filter.where === undefined ? null : checkedWhere(filter.where),
    fromSeconds: filter.from === undefined ? 0 : dueSeconds(filter.from),
    toSeconds: filter.to === undefined ? Number.POSITIVE_INFINITY : lastSecond(filter.to),
  }
}

/** Whether the filter names class and all args, so that the indexes can be asked. */
export function isExact(wanted: Wanted): boolean {
  return wanted.className !== null && wanted.args !== null && !wanted.args.includes(any)
}

/** What a job is asked about. */
export interface Candidate {
  readonly class: string | null
  readonly args: readonly unknown[]
  readonly queue: string | null
  readonly id: string | null
}

function argsMatcher(matches: readonly unknown[] | null): (args: readonly unknown[]) => boolean {
  if (matches === null) return () => true
  const texts = matches.map((match) => (match === any ? null : canonicalJson(match)))
  return (args) =>
    args.length === texts.length &&
    texts.every((text, index) => text === null || text === canonicalJson(args[index]))
}

/** The question as a function. What cannot be read as a job is never meant. */
export function matcher({ className, args, queue, id, where }: Wanted): (job: Candidate) => boolean {
  const hasArgs = argsMatcher(args)
  return (job) =>
    job.class !== null &&
    (className === null || job.class === className) &&
    (queue === null || job.queue === queue) &&
    (id === null || job.id === id) &&
    hasArgs(job.args) &&
    (where === null || where(job.args))
}
