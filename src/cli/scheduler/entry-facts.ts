// What the settings of an entry mean, in words.

import { describeEntry } from '../../recurring/describe.ts'
import { zoneOf } from '../../recurring/dst-marks.ts'
import { isElsewhere, type ScheduleEntry } from '../../recurring/entry.ts'
import { formatDuration } from '../../recurring/every.ts'
import { jitterOffsetMs } from '../../recurring/occurrences.ts'
import { utcText } from '../../recurring/wall-text.ts'
import { counted } from '../output.ts'

export interface Fact {
  readonly label: string
  readonly text: string
}

/** Label and text of all that is worth saying; `environment` is that of --environment. */
export function factsOf(entry: ScheduleEntry, environment: string | undefined): readonly Fact[] {
  const facts: readonly (readonly [string, string | null])[] = [
    ['description', entry.description],
    ['class', entry.class],
    ['performs', `perform(${entry.params.map((arg) => JSON.stringify(arg)).join(', ')})`],
    ['queue', entry.queue ?? 'none: its class must name one (--jobs), or --default-queue'],
    ['runs', describeEntry(entry)],
    ['kind', kindText(entry)],
    ['zone', zoneText(entry)],
    ['when', boundsText(entry)],
    ['missed', entry.kind === 'manual' ? null : missedText(entry)],
    ['overlap', overlapText(entry)],
    ['jitter', entry.kind === 'manual' ? null : jitterText(entry)],
    ['environment', environmentText(entry, environment)],
  ]
  return facts.flatMap(([label, text]) => (text === null ? [] : [{ label, text }]))
}

function kindText({ kind, cron, everySeconds }: ScheduleEntry): string {
  if (cron !== null) return `cron ${cron.trim()}`
  if (everySeconds === null) return 'manual: neither cron nor every, so it runs only when someone says so'
  const seconds = formatDuration(everySeconds)
  return `${kind} ${seconds}, counted from its last run: a deploy does not start it anew`
}

function zoneText(entry: ScheduleEntry): string | null {
  if (entry.kind !== 'cron') return null
  const { name } = zoneOf(entry)
  return entry.timezone === null ? `${name}, that of this process: the entry names none` : name
}

function boundsText({ startsAtMs, endsAtMs, limit, enabled }: ScheduleEntry): string | null {
  const parts = [
    enabled ? null : 'never: it is disabled',
    startsAtMs === null ? null : `from ${utcText(startsAtMs)} on`,
    endsAtMs === null ? null : `until ${utcText(endsAtMs)}`,
    limit === null ? null : `${counted(limit, 'run')} at most`,
  ].filter((part) => part !== null)
  return parts.length === 0 ? null : parts.join(', ')
}

function missedText({ catchUp, catchUpWindowSeconds }: ScheduleEntry): string {
  const window = formatDuration(catchUpWindowSeconds)
  if (catchUp === 'none')
    return 'not made up: a run missed while no scheduler was up is gone (catch_up: none)'
  const which = catchUp === 'all' ? 'all are made up' : 'the latest is made up, the others are not'
  return `${which}, if not older than ${window} (catch_up: ${catchUp}, catch_up_window: ${window})`
}

function overlapText({ overlap }: ScheduleEntry): string {
  if (overlap === 'skip')
    return 'left out while the job of the run before waits or is running (overlap: skip)'
  if (overlap === 'queue_one')
    return 'left out while the job of the run before still waits in its queue (overlap: queue_one)'
  return 'enqueued even if the job of the run before has not ended (overlap: allow)'
}

function jitterText(entry: ScheduleEntry): string {
  if (entry.jitterSeconds < 1) return 'none: it runs at the very second'
  const window = formatDuration(entry.jitterSeconds)
  const offset = formatDuration(jitterOffsetMs(entry) / 1000)
  return `always ${offset} after the time it is planned for, since its name says so (jitter: ${window})`
}

function environmentText({ env }: ScheduleEntry, environment: string | undefined): string {
  if (env === null) return 'all'
  const names = `${env.join(', ')} only`
  if (environment === undefined) return names
  return `${names}; ${isElsewhere(env, environment) ? 'not ' : ''}in ${environment}`
}
