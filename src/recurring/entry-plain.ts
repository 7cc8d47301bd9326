// A checked entry written back as the map it came from, with Ruby's keys, so that a Ruby scheduler reading
// persistent_schedules runs it too. What only we know is written only where it differs from its default.

import { parseCron } from './cron.ts'
import type { ScheduleEntry } from './entry.ts'
import { defaultCatchUpWindowSeconds } from './entry.ts'
import { formatDuration } from './every.ts'

/** The map of an entry, ready for JSON; `parseEntry(name, map)` gives the entry back. */
export function entryToPlain(entry: ScheduleEntry): Record<string, unknown> {
  return withoutNull({
    ...timingToPlain(entry),
    class: entry.class,
    queue: entry.queue,
    args: argsToPlain(entry.params),
    description: entry.description,
    rails_env: entry.env === null ? null : entry.env.join(', '),
    parameters: entry.parameters,
    ...ownToPlain(entry),
  })
}

/** Ruby's `every` must be a text: a number ends its scheduler. */
function timingToPlain(entry: ScheduleEntry): Record<string, unknown> {
  if (entry.cron !== null) {
    const zoned = entry.timezone === null || parseCron(entry.cron).zoneInText !== null
    const text = zoned ? entry.cron : `${entry.cron.trim()} ${entry.timezone}`
    return { cron: withOptions(text, entry) }
  }
  if (entry.everySeconds === null) return { timezone: entry.timezone }
  return { every: withOptions(formatDuration(entry.everySeconds), entry), timezone: entry.timezone }
}

function withOptions(text: string, entry: ScheduleEntry): unknown {
  const options = withoutNull({
    first_in: entry.firstInSeconds === null ? null : formatDuration(entry.firstInSeconds),
    first_at: iso(entry.firstAtMs),
  })
  return Object.keys(options).length === 0 ? text : [text, options]
}

/** A list stays a list even around one map, which alone would be read as the one argument it is. */
function argsToPlain(params: readonly unknown[]): unknown {
  return params.length === 0 ? null : params
}

function ownToPlain(entry: ScheduleEntry): Record<string, unknown> {
  const window = entry.catchUpWindowSeconds
  return {
    catch_up: entry.catchUp === 'last' ? null : entry.catchUp,
    catch_up_window: window === defaultCatchUpWindowSeconds ? null : formatDuration(window),
    overlap: entry.overlap === 'allow' ? null : entry.overlap,
    jitter: entry.jitterSeconds === 0 ? null : formatDuration(entry.jitterSeconds),
    enabled: entry.enabled ? null : false,
    starts_at: iso(entry.startsAtMs),
    ends_at: iso(entry.endsAtMs),
    limit: entry.limit,
  }
}

function iso(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString()
}

function withoutNull(map: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null))
}
