// Which job a test looks for, and what it is told when that job is not there: everything that is.

import { isDeepStrictEqual } from 'node:util'
import type { JobClass } from '../job/job.ts'
import { jobName } from '../job/names.ts'
import { dueSeconds, type When } from '../job/times.ts'
import { didYouMean } from '../nearest.ts'
import type { EnqueuedJob, WaitingForTime } from './found.ts'

/** What the matchers ask of a kit. */
export interface Stations {
  enqueued(job?: JobClass | string): Promise<EnqueuedJob[]>
  delayed(job?: JobClass | string): Promise<WaitingForTime[]>
}

export type Equals = (actual: unknown, expected: unknown) => boolean

/** A job as a test describes it; each call narrows it. */
export class WantedJob {
  readonly name: string
  /** null: any. */
  readonly args: readonly unknown[] | null
  readonly queue: string | null
  /** null: it waits in a queue. */
  readonly dueSeconds: number | null
  readonly count: number | null

  constructor(parts: Pick<WantedJob, 'name' | 'args'> & Partial<Omit<WantedJob, 'name' | 'args'>>) {
    this.name = parts.name
    this.args = parts.args
    this.queue = parts.queue ?? null
    this.dueSeconds = parts.dueSeconds ?? null
    this.count = parts.count ?? null
  }

  /** With exactly these args; `withArgs()` is: without any. */
  withArgs(...args: readonly unknown[]): WantedJob {
    return new WantedJob({ ...this, args })
  }

  /** In this queue, or on its way there. */
  in(queue: string): WantedJob {
    return new WantedJob({ ...this, queue })
  }

  /** Delayed until then. @param when a Date, a luxon DateTime or unix seconds */
  at(when: When): WantedJob {
    return new WantedJob({ ...this, dueSeconds: dueSeconds(when) })
  }

  /** Exactly so many of them. */
  times(count: number): WantedJob {
    return new WantedJob({ ...this, count })
  }
}

/** Describes a job to look for: `aJob(SendEmail, 'ann').in('mail').at(date)`. Without args, those are not looked at. */
export function aJob(job: JobClass | string, ...args: readonly unknown[]): WantedJob {
  return new WantedJob({ name: jobName(job), args: args.length === 0 ? null : args })
}

/** What JSON makes of args, but for what compares by itself (`expect.any(String)`). */
function asStored(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (typeof (value as { asymmetricMatch?: unknown }).asymmetricMatch === 'function') return value
  if (Array.isArray(value)) return value.map(asStored)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, asStored(part)]))
}

type Seen = EnqueuedJob & { readonly at?: Date }

function isWanted(job: Seen, { name, args, queue, dueSeconds: due }: WantedJob, equals: Equals): boolean {
  if (job.class !== name || (queue !== null && job.queue !== queue)) return false
  if (due !== null && job.at?.getTime() !== due * 1000) return false
  return args === null || equals(job.args, asStored(args))
}

function listed(args: readonly unknown[]): string {
  return args.map((arg) => JSON.stringify(arg) ?? String(arg)).join(', ')
}

function shown({ class: name, args, queue, at }: Seen): string {
  const when = at === undefined ? '' : ` at ${at.toISOString()}`
  return `${name}(${listed(args)}) in "${queue}"${when}`
}

function described({ name, args, queue, dueSeconds: due, count }: WantedJob): string {
  const times = count === null ? '' : ` ${count === 1 ? 'once' : `${count} times`}`
  const where = queue === null ? '' : ` in "${queue}"`
  const when = due === null ? '' : ` at ${new Date(due * 1000).toISOString()}`
  return `${name}${args === null ? '' : `(${listed(args)})`}${where}${when}${times}`
}

const mostShown = 20

function list(title: string, jobs: readonly Seen[]): string {
  if (jobs.length === 0) return `${title}: nothing`
  const lines = jobs.slice(0, mostShown).map((job) => `\n  ${shown(job)}`)
  const more = jobs.length > mostShown ? `\n  … and ${jobs.length - mostShown} more` : ''
  return `${title}:${lines.join('')}${more}`
}

/** What may be the matter: the job is there, but elsewhere; or its name is spelt otherwise. */
function hint(wanted: WantedJob, waiting: readonly Seen[], delayed: readonly Seen[]): string {
  const names = [...waiting, ...delayed].map(({ class: name }) => name)
  if (!names.includes(wanted.name)) return didYouMean(wanted.name, names)
  if (wanted.dueSeconds === null && !waiting.some(({ class: name }) => name === wanted.name))
    return ' It is delayed: look for it with aJob(…).at(date), or travel there first.'
  return ''
}

export interface Verdict {
  readonly pass: boolean
  /** Says what was looked for, and lists what is there. */
  message(isNegated?: boolean): string
}

/** Looks whether a job is there. */
export async function lookFor(
  stations: Stations,
  wanted: WantedJob,
  equals: Equals = isDeepStrictEqual,
): Promise<Verdict> {
  const [waiting, delayed] = await Promise.all([stations.enqueued(), stations.delayed()])
  const place: readonly Seen[] = wanted.dueSeconds === null ? waiting : delayed
  const found = place.filter((job) => isWanted(job, wanted, equals)).length
  const pass = wanted.count === null ? found > 0 : found === wanted.count
  const message = (isNegated = false): string => {
    const expected = `expected ${described(wanted)} ${isNegated ? 'not ' : ''}to be enqueued, found ${found}.`
    const lists = `${list('In the queues', waiting)}\n${list('Delayed', delayed)}`
    return `${expected}${isNegated ? '' : hint(wanted, waiting, delayed)}\n${lists}`
  }
  return { pass, message }
}
