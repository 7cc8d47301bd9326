// Which records of the failed list are meant.

import { InvalidArgumentError } from '../errors.ts'
import type { Failure } from '../job/failure.ts'
import type { When } from '../job/times.ts'
import { didYouMean } from '../nearest.ts'

/** All that is given must hold. Nothing given: every entry of the list. */
export interface FailedFilter {
  readonly queue?: string | undefined
  /** The name of the job's class. */
  readonly class?: string | undefined
  /** The name of the error's class. */
  readonly exception?: string | undefined
  /** Stands somewhere in class, args, id, queue, worker, error or backtrace, in capitals or not. */
  readonly text?: string | undefined
  /** Failed at this time or later: a Date, a luxon DateTime or unix seconds. */
  readonly from?: When | undefined
  /** Failed before this time. */
  readonly to?: When | undefined
  /** true: retried already and kept on the list; false: not yet. */
  readonly retried?: boolean | undefined
  /** true: what is no failure record: junk, and the "" that Ruby leaves when it dies removing a record. */
  readonly unreadable?: boolean | undefined
}

/** Whether an entry of the list is meant; null is one that is no record. */
export type Matches = (failure: Failure | null) => boolean

type Name = keyof FailedFilter
type Test = (failure: Failure) => boolean

const names: readonly Name[] = ['queue', 'class', 'exception', 'text', 'from', 'to', 'retried', 'unreadable']

function refuse(name: string, value: unknown, message: string): never {
  throw new InvalidArgumentError(name, value, message)
}

function textOf(name: Name, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  return refuse(name, value, `the filter "${name}" is ${JSON.stringify(value)}: it must be a text.`)
}

function isTrue(name: Name, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  return refuse(name, value, `the filter "${name}" is ${JSON.stringify(value)}: it must be true or false.`)
}

function msOf(name: Name, value: unknown): number {
  const seconds = typeof value === 'number' ? value * 1000 : undefined
  const like = value as { toMillis?(): number } | null
  const ms = seconds ?? (value instanceof Date ? value.getTime() : like?.toMillis?.())
  if (typeof ms === 'number' && Number.isFinite(ms)) return ms
  const cure = 'Give a Date, a luxon DateTime or unix seconds.'
  return refuse(name, value, `the filter "${name}" is ${JSON.stringify(value)}: this is no time. ${cure}`)
}

function haystack({ id, args, ...failure }: Failure): string {
  const parts = [failure.class, id, JSON.stringify(args), failure.queue, failure.worker]
  return [...parts, failure.exception, failure.error, ...failure.backtrace].join('\n').toLowerCase()
}

function contains(text: string): Test {
  const wanted = text.toLowerCase()
  return (failure) => haystack(failure).includes(wanted)
}

function failedWhen(test: (ms: number) => boolean): Test {
  return ({ failedAt }) => failedAt !== null && test(failedAt.getTime())
}

function testOf(name: Exclude<Name, 'unreadable'>, value: unknown): Test {
  if (name === 'text') return contains(textOf(name, value))
  if (name === 'retried') {
    const wanted = isTrue(name, value)
    return ({ retriedAt }) => (retriedAt !== null) === wanted
  }
  if (name === 'from' || name === 'to') {
    const limitMs = msOf(name, value)
    return failedWhen(name === 'from' ? (ms) => ms >= limitMs : (ms) => ms < limitMs)
  }
  const wanted = textOf(name, value)
  return (failure) => failure[name] === wanted
}

/** @throws InvalidArgumentError for a name that is neither a filter's nor one of `others` */
export function checkFilter(filter: unknown, others: readonly string[] = []): void {
  if (filter === null || typeof filter !== 'object')
    refuse('filter', filter, `a filter is an object such as { class: 'SendEmail' }, got ${String(filter)}.`)
  const known = [...names, ...others]
  for (const [name, value] of Object.entries(filter)) {
    if (known.includes(name)) continue
    const why = `there is no filter "${name}" for failed jobs.${didYouMean(name, known)}`
    refuse(name, value, `${why} There are ${known.join(', ')}.`)
  }
}

/** Whether anything is asked for at all. */
export function isEmpty(filter: FailedFilter): boolean {
  return names.every((name) => filter[name] === undefined)
}

/** @throws InvalidArgumentError for a value that the filter cannot have */
export function matcher(filter: FailedFilter): Matches {
  const given = names.filter((name) => filter[name] !== undefined)
  const tests = given.flatMap((name) => (name === 'unreadable' ? [] : [testOf(name, filter[name])]))
  const unreadable = filter.unreadable === undefined ? null : isTrue('unreadable', filter.unreadable)
  return (failure) => {
    if (failure === null) return unreadable !== false && tests.length === 0
    return unreadable !== true && tests.every((test) => test(failure))
  }
}
