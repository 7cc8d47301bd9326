// What is said of each event, and how loudly. The only place with such words.

import { RedisError } from '../errors.ts'
import type { EventName, Events, JobEvent } from '../events.ts'
import type { LogFields, LogLevel } from './line-format.ts'

export interface Saying {
  readonly level: LogLevel
  readonly message: string
  readonly fields: LogFields
}

type Wording = { readonly [Name in EventName]: (event: Events[Name]) => Saying }

function say(level: LogLevel, message: string, fields: LogFields = {}): Saying {
  return { level, message, fields }
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.name === 'Error' || error.name === '' ? error.message : `${error.name}: ${error.message}`
}

/** Redis's own errors tell where, why and the cure. */
function failureOfRedis(error: unknown): string {
  return error instanceof RedisError ? error.message : `Redis failed: ${reasonOf(error)}.`
}

function jobs(count: number): string {
  return count === 1 ? '1 job' : `${count.toLocaleString('en-US')} jobs`
}

function fieldsOf({ id, class: className, queue, attempt }: JobEvent): LogFields {
  return { id, class: className, queue, ...(attempt > 1 ? { attempt } : {}) }
}

function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function ofApp(appName: string | undefined): string {
  return appName === undefined ? '' : ` the recurring entries of ${appName}`
}

function standby({ holder, endsInMs, sinceMs, appName, system }: Events['standby']): Saying {
  const who = system === undefined ? holder : `${holder} of ${system}`
  const since = sinceMs === null ? '' : `, since ${timeOf(sinceMs)}`
  if (endsInMs >= 0) return say('info', `standing by: ${who} leads${ofApp(appName)}${since}`, { holder })
  const cure = 'Delete the lock when that process is gone.'
  return say('warn', `standing by: ${holder} holds a lock that never ends. ${cure}`, { holder })
}

/** An end does no harm: a leader that lives renews it at its next look. */
function endlessLock({ holder, lock }: Events['endlessLock']): Saying {
  const [, host, pid] = /^(.+):(\d+)$/.exec(holder) ?? []
  const who = host === undefined ? holder : `process ${pid} of ${host}`
  const what = `nobody leads unless ${who} lives: its lock never ends, so no standby can take over`
  return say('error', `${what}. Give it an end: redis-cli EXPIRE ${lock} 180`, { holder, lock })
}

function rival({ isThere }: Events['rival']): Saying {
  if (!isThere) return say('info', 'no other scheduler moves delayed jobs any more')
  const what =
    'another scheduler that takes no lock (such as that of php-resque-scheduler) moves delayed jobs'
  const why = 'it loses jobs when it dies, drops their ids and can move them too early'
  return say('error', `${what} beside this one: ${why}. Stop it: this scheduler does its work`)
}

function promoted({ count, refused, lateMs }: Events['promoted']): Saying {
  const fields = { count, late_ms: Math.max(0, Math.round(lateMs)) }
  const due = `${jobs(count)} that ${count === 1 ? 'was' : 'were'} due`
  if (refused === 0) return say('info', `moved ${due}`, fields)
  const failed = `${jobs(refused)} could not be read and went to the failed list`
  return say('warn', `moved ${due}; ${failed}`, { ...fields, refused })
}

function fired({ entry, class: className, queue, plannedMs, id, caughtUp }: Events['fired']): Saying {
  const fields = { entry, class: className, queue, id, planned: timeOf(plannedMs) }
  return say('info', `${caughtUp ? 'caught up' : 'fired'} ${entry}: ${className} to ${queue}`, fields)
}

function skipped({ entry, count, firstPlannedMs, reason }: Events['skipped']): Saying {
  const runs = count === 1 ? 'a run' : `${count} runs`
  const planned = timeOf(firstPlannedMs)
  return say('warn', `skipped ${runs} of ${entry} from ${planned} on: ${reason}`, { entry, count, planned })
}

/** More names than these are counted only. */
const mostNames = 10

function named(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return []
  return [names.length > mostNames ? `${names.length} ${what}` : `${what} ${names.join(', ')}`]
}

function scheduleLoaded({ entries, added, changed, removed }: Events['scheduleLoaded']): Saying {
  const isFirst = added.length === entries
  const news = [
    ...named('added', isFirst ? [] : added),
    ...named('changed', changed),
    ...named('removed', removed),
  ]
  const count = entries === 1 ? '1 recurring entry is' : `${entries} recurring entries are`
  return say('info', [`${count} in force`, ...news].join('; '), { entries })
}

function orphans({ processes, requeued, failed }: Events['orphans']): Saying {
  const dead = processes === 1 ? 'a worker that died' : `${processes} workers that died`
  const given = failed === 0 ? '' : `; ${jobs(failed)} went to the failed list`
  return say('warn', `put ${jobs(requeued)} of ${dead} back${given}`, { processes, requeued, failed })
}

function clockSkew({ aheadMs }: Events['clockSkew']): Saying {
  const side = aheadMs > 0 ? 'ahead of' : 'behind'
  const message = `this machine's clock is ${seconds(Math.abs(aheadMs))} ${side} Redis's, by which all goes`
  return say('warn', message, { ahead_ms: aheadMs })
}

const answers = {
  enqueue: 'is enqueued',
  taken: 'is in the hands of its class',
  vetoed: 'is cancelled: a hook has vetoed it',
  failed: 'went to the failed list',
} as const

function asked({ id, class: className, queue, verdict, error }: Events['asked']): Saying {
  const fields = { id, class: className, queue }
  const said = `${className} for ${queue} ${answers[verdict]}`
  return error === undefined
    ? say('debug', said, fields)
    : say('error', `${said}: ${reasonOf(error)}`, fields)
}

const orders = {
  quiet: 'take no new jobs',
  resume: 'take jobs again',
  stop: 'stop',
  scale: 'change the number of processes',
} as const

function ordered({ verb, scope, processes }: Events['ordered']): Saying {
  const number = verb === 'scale' ? ` to ${processes}` : ''
  return say('info', `told from outside: ${orders[verb]}${number}`, { order: verb, scope })
}

const megabyte = 1024 * 1024

function retiring({ reason, performed, busy, rssBytes }: Events['retiring']): Saying {
  const megabytes = Math.round(rssBytes / megabyte)
  const why =
    reason === 'maxJobs' ? `it has performed ${jobs(performed)}` : `its process takes ${megabytes} MB`
  const then = busy === 0 ? 'stops' : `finishes ${jobs(busy)} in hand and stops`
  const message = `this worker makes way for a new one: ${why}. It ${then}`
  return say('info', message, { reason, performed, busy, rss_mb: megabytes })
}

const ofDaemons = {
  started: ({ role, name }) => say('info', `${role} ${name} has started`, { role, name }),
  stopped: ({ role, name }) => say('info', `${role} ${name} has stopped`, { role, name }),
  trouble: ({ role, error }) =>
    say('error', `${failureOfRedis(error)} The ${role} goes on when it answers again`, { role }),
  recovered: ({ role }) => say('info', 'Redis answers again', { role }),
  leading: ({ name, appName }) => say('info', `leading${ofApp(appName)} as ${name}`, { name }),
  standby,
  endlessLock,
  rival,
  promoted,
  asked,
  fired,
  skipped,
  scheduleLoaded,
  scheduleRefused: ({ reason }) =>
    say('error', `the schedule was not reloaded: ${reason}. The old one stays in force`),
  entryLeftOut: ({ entry, reason }) =>
    say('warn', `the recurring entry ${entry} of Redis does not run: ${reason}`, { entry }),
  orphans,
  clockSkew,
  ordered,
  retiring,
} satisfies Partial<Wording>

function strayError({ kind, error, job, hasFailed }: Events['strayError']): Saying {
  const from = job === null ? '' : ` It came from ${job.class} of ${job.queue}.`
  const fields = job === null ? {} : fieldsOf(job)
  if (kind === 'rejection') {
    const cure = 'Await every promise in perform, or catch what it rejects with'
    const what = `a promise was rejected and nobody heard it: ${reasonOf(error)}.`
    return say('error', `${what}${from} ${cure}`, fields)
  }
  const what = `an error was thrown and nobody caught it: ${reasonOf(error)}.`
  const cure = hasFailed ? 'The job has failed' : 'Catch what timers and events of jobs throw'
  return say('error', `${what}${from} ${cure}`, fields)
}

const besideJobs = {
  vetoed: (event) =>
    say('info', `${event.class} from ${event.queue} was not performed: ${event.reason}`, fieldsOf(event)),
  hookFailed: ({ hook, error, job }) => {
    const of = job === null ? '' : ` of ${job.class}`
    return say('error', `the hook ${hook}${of} failed: ${reasonOf(error)}`, job === null ? {} : fieldsOf(job))
  },
  sinkFailed: (event) =>
    say('warn', `a failure of ${event.class} was not passed on: ${reasonOf(event.error)}`, fieldsOf(event)),
  runsLong: (event) => {
    const since = `since ${timeOf(event.sinceMs)}`
    const fields = { ...fieldsOf(event), seconds: Math.round(event.forMs / 1000) }
    return say(
      'warn',
      `${event.class} from ${event.queue} has been running ${since} and has not ended`,
      fields,
    )
  },
  blocked: ({ blockedMs, classes }) => {
    const cure = 'Nothing else could run, heartbeats included. Split the work, or use isolation'
    const message = `the event loop stood still for ${seconds(blockedMs)} with ${classes.join(', ')} in hand. ${cure}`
    return say('warn', message, { ms: Math.round(blockedMs), classes: classes.join(',') })
  },
  strayError,
} satisfies Partial<Wording>

const ofJobs = {
  reserved: (event) => say('debug', `performing ${event.class} from ${event.queue}`, fieldsOf(event)),
  completed: (event) => {
    const ms = Math.round(event.durationMs)
    return say('info', `performed ${event.class} from ${event.queue} in ${ms} ms`, { ...fieldsOf(event), ms })
  },
  failed: (event) => {
    const fields = { ...fieldsOf(event), ms: Math.round(event.durationMs) }
    return say('error', `${event.class} from ${event.queue} failed: ${reasonOf(event.error)}`, fields)
  },
  retried: (event) => {
    const when = `it is tried again in ${event.delaySeconds} s`
    return say(
      'warn',
      `${event.class} from ${event.queue} failed: ${reasonOf(event.error)}; ${when}`,
      fieldsOf(event),
    )
  },
  optionFailed: (event) => {
    const message = `${event.option} of ${event.class} failed: ${reasonOf(event.error)}; ${event.instead}`
    return say('error', message, { ...fieldsOf(event), option: event.option })
  },
  givenBack: (event) => say('warn', `put ${event.class} back into ${event.queue}`, fieldsOf(event)),
  refused: (event) =>
    say(
      'warn',
      'a job ended after this worker had been taken for dead: another performs it',
      fieldsOf(event),
    ),
  cancelled: (event) => {
    const ms = Math.round(event.durationMs)
    const message = `${event.class} from ${event.queue} was cancelled after ${ms} ms`
    return say('warn', message, { ...fieldsOf(event), ms })
  },
  stuck: (event) => {
    const all = event.running === 1 ? '' : `, and so do ${event.running - 1} more`
    const cure = 'Have it heed this.job.signal, or use --isolation process, which kills it'
    const message = `${event.class} from ${event.queue} does not end: its slot is free again, but it runs on here${all}`
    return say('error', `${message}. ${cure}`, { ...fieldsOf(event), running: event.running })
  },
  printed: (event) => {
    const fields = event.class === '' ? {} : fieldsOf(event)
    const by = event.class === '' ? 'a process for jobs' : event.class
    return say('info', `${by}: ${event.line}`, { ...fields, stream: event.stream })
  },
  processFailed: ({ error, pauseSeconds }) =>
    say('error', `a process for jobs could not begin: ${reasonOf(error)}. Next try in ${pauseSeconds} s`),
  logged: (event) => say('info', `${event.class}: ${event.line}`, fieldsOf(event)),
} satisfies Partial<Wording>

export const wording: Wording = { ...ofDaemons, ...ofJobs, ...besideJobs }
