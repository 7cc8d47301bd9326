// Jobs of which there is to be one at a time: what a call or a class says of it, as a rule; and the key of a job.

import { createHash } from 'node:crypto'
import { InvalidArgumentError, UniqueConflictError } from '../errors.ts'
import { canonicalJson } from '../job/id.ts'
import type { JobClass } from '../job/job.ts'
import { jobName } from '../job/names.ts'
import type { OnConflict, UniqueLock, UniqueOptions } from '../job/unique.ts'
import { didYouMean } from '../nearest.ts'
import { parseEvery } from '../recurring/every.ts'
import type { Placement } from '../unique/unique.ts'

/** Options of one kind of jobs, checked. */
export interface UniqueRule extends Omit<UniqueLock, 'name'> {
  readonly key: UniqueOptions['key']
  readonly perQueue: boolean
}

const names = ['key', 'perQueue', 'withinSeconds', 'within', 'until', 'onConflict'] as const
const ends = ['started', 'finished'] as const
const conflicts = ['keep', 'replace', 'move', 'reject'] as const satisfies readonly OnConflict[]

function refuse(name: string, value: unknown, why: string): never {
  throw new InvalidArgumentError(`unique.${name}`, value, why)
}

function oneOf<T extends string>(name: string, value: T, known: readonly T[]): T {
  if (known.includes(value)) return value
  const cure = typeof value === 'string' ? didYouMean(value, known) : ''
  return refuse(name, value, `unique.${name} is one of ${known.join(', ')}; got ${show(value)}.${cure}`)
}

function show(value: unknown): string {
  return typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value))
}

function checkUniqueNames(options: object): void {
  for (const name in options) {
    if ((names as readonly string[]).includes(name)) continue
    const cure = `${didYouMean(name, names)} There are ${names.join(', ')}.`
    refuse(name, options, `unique has no "${name}".${cure}`)
  }
}

function windowMsOf({ withinSeconds, within }: UniqueOptions): number | null {
  if (within === undefined && withinSeconds === undefined) return null
  if (within !== undefined && withinSeconds !== undefined)
    return refuse('within', within, 'unique has both "within" and "withinSeconds". Give one of them.')
  if (within !== undefined) return Math.round(parseEvery(within) * 1000)
  if (typeof withinSeconds === 'number' && Number.isFinite(withinSeconds) && withinSeconds > 0)
    return Math.ceil(withinSeconds * 1000)
  const why = `withinSeconds must be a number of seconds above 0, got ${show(withinSeconds)}.`
  return refuse('withinSeconds', withinSeconds, why)
}

function checkKey(key: unknown): void {
  if (key === undefined || typeof key === 'function' || (typeof key === 'string' && key !== '')) return
  refuse('key', key, `unique.key is a text, or a function of the args that returns one; got ${show(key)}.`)
}

function checkPerQueue(perQueue: unknown): asserts perQueue is boolean {
  if (typeof perQueue !== 'boolean')
    refuse('perQueue', perQueue, `unique.perQueue is true or false, got ${show(perQueue)}.`)
}

function read(options: UniqueOptions): UniqueRule {
  checkUniqueNames(options)
  const { key, perQueue = false, until, onConflict = 'keep' } = options
  checkKey(key)
  checkPerQueue(perQueue)
  const windowMs = windowMsOf(options)
  const end = until === undefined ? (windowMs === null ? 'finished' : null) : oneOf('until', until, ends)
  return { key, perQueue, windowMs, until: end, onConflict: oneOf('onConflict', onConflict, conflicts) }
}

const plain: UniqueOptions = {}
const known = new WeakMap<object, UniqueRule>()

/** The rule that options stand for; read once for each object. @throws InvalidArgumentError */
export function readUnique(given: UniqueOptions | boolean): UniqueRule | false {
  if (given === false) return false
  const options = given === true ? plain : given
  if (typeof options !== 'object' || options === null)
    return refuse('options', given, `unique is an object of options, true or false; got ${show(given)}.`)
  const rule = known.get(options) ?? read(options)
  known.set(options, rule)
  return rule
}

function ownKey(key: NonNullable<UniqueRule['key']>, className: string, args: readonly unknown[]): string {
  if (typeof key === 'string') return key
  const made: unknown = key(...args)
  if (typeof made === 'string' && made !== '') return made
  const got = made instanceof Promise ? 'a promise (it must not be async)' : show(made)
  return refuse('key', made, `unique.key of ${className} must return a text that is not empty, got ${got}.`)
}

/** SHA-1, so that no two keys are ever taken for one. */
function lockName(rule: UniqueRule, className: string, args: readonly unknown[], queue: string): string {
  const scope = JSON.stringify([className, rule.perQueue ? queue : null, rule.key === undefined])
  const key = rule.key === undefined ? canonicalJson(args) : ownKey(rule.key, className, args)
  return createHash('sha1').update(`${scope} ${key}`).digest('hex')
}

export interface UniqueCall {
  readonly job: JobClass | string
  readonly args: readonly unknown[]
  readonly queue: string
  /** Without an id, or without a record, nobody could tell whether the holder is still there. */
  readonly isTracked: boolean
}

/** What the script is told of a job. @throws InvalidArgumentError */
export function lockOf(rule: UniqueRule, { job, args, queue, isTracked }: UniqueCall): UniqueLock {
  const className = jobName(job)
  if (!isTracked) {
    const why = `${className} is unique, but this job would have no id or no status, by which it is recognised`
    const cure = 'Leave out payload: "ruby" and track: false, or call with({ unique: false }).'
    throw new InvalidArgumentError('unique', rule, `${why}. ${cure}`)
  }
  const { until, windowMs, onConflict } = rule
  return { name: lockName(rule, className, args, queue), until, windowMs, onConflict }
}

/** The error of a call that was to be rejected. */
export function conflictError(className: string, { id, state }: Placement): UniqueConflictError {
  const where = state ?? 'known'
  const cure = 'Wait for that job, or choose another onConflict (keep, replace, move).'
  return new UniqueConflictError(
    { id, state: where },
    `${className} was not added: job ${id} has its key and is ${where}. ${cure}`,
  )
}
