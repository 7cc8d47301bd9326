// The checks themselves: what was seen of the system goes in, what is well and what is not comes out, in words.
// `resque health` and the pages use the same ones. Pure.

import type { HolderFormat, LocksView, LockView } from '../scheduler/lock-view.ts'
import type { Overdue } from './overdue.ts'
import type { Survey } from './survey.ts'

export const checkNames = [
  'redis',
  'leader',
  'lock',
  'delayed',
  'recurring',
  'workers',
  'paused',
  'schedule',
  'loop',
  'registered',
  'processes',
] as const
export type CheckName = (typeof checkNames)[number]

export interface HealthCheck {
  readonly name: CheckName
  readonly ok: boolean
  /** What was found, in words; when it is not ok, also what to do. */
  readonly why: string
}

const mostNamed = 5

function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

function named(names: readonly string[]): string {
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''
  return `${names.slice(0, mostNamed).join(', ')}${more}`
}

/** `45 s`, `12 min`, `3.5 h`, `4.0 days` */
export function spanText(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  const hours = seconds / 3600
  return hours < 72 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} days`
}

function lockName({ kind, appName }: LockView): string {
  if (kind === 'app') return `the lock of ${appName}`
  return kind === 'shared' ? 'the shared lock' : "node-resque's lock"
}

export function holderText(holder: string, format: HolderFormat | null): string {
  return format === 'ours' || format === null ? holder : `${holder} (${format})`
}

/** Ruby's lock, which is ours as well. */
function isOurs({ kind }: LockView): boolean {
  return kind !== 'node-resque'
}

/** A scheduler of node-resque that leads; ours takes its lock along, which is none. */
function nodeLeader({ locks }: LocksView): LockView | undefined {
  return locks.find(({ kind, format }) => kind === 'node-resque' && format === 'node-resque')
}

function leaderText({ holder, format, kind, appName }: LockView): string {
  return `${holderText(holder ?? '', format)} leads${kind === 'app' ? ` for ${appName}` : ''}`
}

export function checkLeader(view: LocksView): HealthCheck {
  const ours = view.locks.filter(isOurs)
  const node = nodeLeader(view)
  const free = ours.filter(
    ({ kind, holder }) => holder === null && !(kind === 'shared' && node !== undefined),
  )
  if (free.length > 0) {
    const cure = 'Start resque-scheduler, or look into its log'
    const why = `no scheduler holds ${free.map(lockName).join(' and ')}. ${cure}`
    return { name: 'leader', ok: false, why }
  }
  const leaders = ours.filter(({ holder }) => holder !== null)
  const all = node === undefined ? leaders : [...leaders, node]
  return { name: 'leader', ok: true, why: all.map(leaderText).join('; ') }
}

export function checkLock(view: LocksView): HealthCheck {
  const endless = view.locks.filter(({ isEndless }) => isEndless)
  const node = nodeLeader(view)
  const beside = view.locks.find(({ kind, holder }) => kind === 'shared' && holder !== null)
  if (endless.length > 0) {
    const who = endless.map((lock) => `${lockName(lock)} is held by ${lock.holder} without an end`).join('; ')
    const cure = 'If that process is gone, run: resque scheduler release'
    return { name: 'lock', ok: false, why: `${who}: nobody can take it over. ${cure}` }
  }
  if (node !== undefined && beside !== undefined) {
    const both = `node-resque's scheduler ${node.holder} leads beside ${beside.holder}`
    return { name: 'lock', ok: false, why: `${both}: jobs may be lost or run twice. Stop one of the two` }
  }
  return { name: 'lock', ok: true, why: 'every lock that is held ends by itself' }
}

/** How late the oldest job is that is due and has not been moved, in milliseconds. */
export function lagMs({ nextDueSeconds, redisNowMs }: Survey): number {
  return nextDueSeconds === null ? 0 : Math.max(0, redisNowMs - nextDueSeconds * 1000)
}

export function checkDelayed(seen: Survey, maxLagMs: number): HealthCheck {
  const lateMs = lagMs(seen)
  const ok = lateMs <= maxLagMs
  if (ok) {
    const why = seen.dueSeconds === 0 ? 'nothing is delayed' : 'no delayed job is overdue'
    return { name: 'delayed', ok, why }
  }
  const jobs = counted(seen.overdueJobs, 'delayed job is', 'delayed jobs are')
  const why = `${jobs} overdue, the oldest by ${spanText(lateMs)} (limit ${spanText(maxLagMs)}): no scheduler moves them`
  return { name: 'delayed', ok, why }
}

export function checkRecurring(overdue: readonly Overdue[], nowMs: number): HealthCheck {
  if (overdue.length === 0) {
    const why = 'a Ruby scheduler fires recurring entries: of its runs nothing is known here'
    return { name: 'recurring', ok: true, why }
  }
  const entries = overdue.flatMap((each) => each.entries)
  const inForce = overdue.reduce((sum, each) => sum + each.inForce, 0)
  const tooMany = overdue.some(({ isTooMany }) => isTooMany)
  if (entries.length === 0) {
    const all = counted(inForce, 'recurring entry', 'recurring entries')
    if (tooMany)
      return { name: 'recurring', ok: true, why: `${all}: too many to look at here; ask resque health` }
    if (inForce === 0) return { name: 'recurring', ok: true, why: 'no recurring entry is in force' }
    return { name: 'recurring', ok: true, why: `none of ${all} is overdue` }
  }
  const late = entries.map(({ name, plannedMs }) => `${name} by ${spanText(nowMs - plannedMs)}`)
  const are = counted(entries.length, 'recurring entry is', 'recurring entries are')
  return { name: 'recurring', ok: false, why: `${are} overdue: ${named(late)}` }
}

/** @param isWorked tells of a queue whether a worker takes jobs from it */
export function checkWorkers(seen: Survey, isWorked: (queue: string) => boolean): HealthCheck {
  const idle = seen.queues.filter(({ name, jobs, paused }) => jobs > 0 && !paused && !isWorked(name))
  if (idle.length === 0) {
    const looked = seen.queues.length < seen.queueCount ? ` of the first ${seen.queues.length}` : ''
    return { name: 'workers', ok: true, why: `every queue${looked} that holds jobs has a worker` }
  }
  const queues = named(idle.map(({ name, jobs }) => `${name} (${counted(jobs, 'job')})`))
  const cure = 'Start resque-worker --queue for them'
  return { name: 'workers', ok: false, why: `no worker takes jobs from ${queues}. ${cure}` }
}

export function checkPaused(seen: Survey): HealthCheck {
  if (seen.allPaused) {
    const cure = 'Delete the key pause-all-workers, or call resque.workers.resumeAll()'
    return { name: 'paused', ok: false, why: `all workers are paused. ${cure}` }
  }
  const paused = seen.queues.filter((queue) => queue.paused)
  const holding = paused
    .filter(({ jobs }) => jobs > 0)
    .map(({ name, jobs }) => `${name} (${counted(jobs, 'job')})`)
  if (holding.length > 0) {
    const cure = 'Go on with: resque queues resume NAME'
    return { name: 'paused', ok: false, why: `paused while jobs wait: ${named(holding)}. ${cure}` }
  }
  const why =
    paused.length === 0 ? 'nothing is paused' : `paused, and empty: ${named(paused.map((q) => q.name))}`
  return { name: 'paused', ok: true, why }
}
