// What is said of each event, and how loudly. The only place with such words.

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

function standby({ holder, endsInMs, appName }: Events['standby']): Saying {
  if (endsInMs >= 0) return say('info', `standing by: ${holder} leads${ofApp(appName)}`, { holder })
  const cure = 'Delete the lock when that process is gone.'
  return say('warn', `standing by: ${holder} holds a lock that never ends. ${cure}`, { holder })
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

const ofDaemons = {
  started: ({ role, name }) => say('info', `${role} ${name} has started`, { role, name }),
  stopped: ({ role, name }) => say('info', `${role} ${name} has stopped`, { role, name }),
  trouble: ({ role, error }) =>
    say('error', `Redis failed: ${reasonOf(error)}. The ${role} goes on when it answers again`, { role }),
  recovered: ({ role }) => say('info', 'Redis answers again', { role }),
  leading: ({ name, appName }) => say('info', `leading${ofApp(appName)} as ${name}`, { name }),
  standby,
  promoted,
  fired,
  skipped,
  scheduleLoaded,
  entryLeftOut: ({ entry, reason }) =>
    say('warn', `the recurring entry ${entry} of Redis does not run: ${reason}`, { entry }),
  orphans,
  clockSkew,
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
  givenBack: (event) => say('warn', `put ${event.class} back into ${event.queue}`, fieldsOf(event)),
  refused: (event) =>
    say(
      'warn',
      'a job ended after this worker had been taken for dead: another performs it',
      fieldsOf(event),
    ),
  logged: (event) => say('info', `${event.class}: ${event.line}`, fieldsOf(event)),
} satisfies Partial<Wording>

export const wording: Wording = { ...ofDaemons, ...ofJobs }
