// What simulate, calendar, explain and plan share: schedule files read the way the daemon reads them, but with
// nothing of the surroundings, and times as people write them.

import type { Command } from 'commander'
import { systemClock } from '../../clock.ts'
import { ConfigurationError } from '../../errors.ts'
import { didYouMean } from '../../nearest.ts'
import { instantsOf, isZoneName, unknownZone, type Zone, zoneNamed } from '../../recurring/cron-zone.ts'
import { zoneOf } from '../../recurring/dst-marks.ts'
import type { ScheduleEntry } from '../../recurring/entry.ts'
import { formatProblem } from '../../recurring/problem.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { addFlags, readFlags } from '../flags.ts'
import { printable } from '../output.ts'
import {
  errorsOf,
  pathFrom,
  readFiles,
  readingOptions,
  readingSettings,
  type Schedule,
} from './schedule-files.ts'

export interface Rehearsal {
  readonly schedule: Schedule
  /** In which times are shown and read: --timezone, else the one that all entries share, else the process's. */
  readonly zone: Zone
  readonly isJson: boolean
  readonly flags: Readonly<Record<string, unknown>>
}

/** Puts the flags on a command that all four have. `json` says what --json prints; null: it has that flag. */
export function addReading(command: Command, json: string | null): Command {
  const owns = json === null ? 'of the times shown' : 'of entries that name none, and of the times shown'
  command.option('--timezone <zone>', `zone ${owns}`)
  if (json !== null) command.option('--json', json)
  return addFlags(command, readingSettings, { variables: false })
}

/** The flags of the daemon stand before a command's name: there they would be passed over in silence. */
function refuseStrayFlags(command: Command): void {
  const [stray] = Object.keys(command.parent?.opts() ?? {})
  if (stray === undefined) return
  const flag = command.parent?.options.find((option) => option.attributeName() === stray)?.long ?? stray
  throw new ConfigurationError(
    `${flag} stands before "${command.name()}": flags of a command go after its name.`,
  )
}

interface ReadingOptions {
  /** Entries for other environments than --environment are read as well. */
  readonly allEnvironments?: boolean
  /** --timezone does not count for entries. */
  readonly zoneIsForShowing?: boolean
}

/**
 * Reads the files. What is wrong with entries is told on stderr; `exitCodeFor` makes it the exit code.
 * @throws ConfigurationError, ScheduleError when nothing can be read
 */
export async function readRehearsal(
  command: Command,
  files: readonly string[],
  context: CliContext,
  more: ReadingOptions = {},
): Promise<Rehearsal> {
  refuseStrayFlags(command)
  const flags: Readonly<Record<string, unknown>> = command.opts()
  const timezone = timezoneFlag(flags['timezone'])
  const given = await readingOptions(readFlags(command, readingSettings, { env: {} }), context)
  const environment = more.allEnvironments === true ? undefined : given.environment
  const ofEntries = more.zoneIsForShowing === true ? undefined : timezone
  const options = { ...given, requireQueue: false, timezone: ofEntries, environment }
  const paths = files.map((file) => pathFrom(context.cwd, file))
  const schedule = readFiles(paths, options)
  for (const problem of errorsOf(schedule.problems))
    context.stderr.write(`${printable(formatProblem(problem))}\n`)
  const zone = timezone === undefined ? sharedZone(schedule.entries) : zoneNamed(timezone)
  return { schedule, zone, isJson: flags['json'] === true, flags }
}

function timezoneFlag(value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && isZoneName(value))) return value
  throw new ConfigurationError(`--timezone: ${unknownZone(String(value))}`)
}

function sharedZone(entries: readonly ScheduleEntry[]): Zone {
  const zones = new Set(entries.filter(({ kind }) => kind === 'cron').map(zoneOf))
  const [first] = zones
  return first !== undefined && zones.size === 1 ? first : zoneOf({ timezone: null })
}

/** 1 when an entry was left out because of an error. */
export function exitCodeFor({ schedule }: Rehearsal): number {
  return errorsOf(schedule.problems).length === 0 ? exitCodes.stoppedAsAsked : exitCodes.failed
}

/** How many names of entries a message lists. */
const mostNames = 10

const timePattern = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?)?\s*(z|[+-]\d\d:?\d\d)?$/i

/**
 * The moment that a flag names, epoch ms: ISO 8601; without an offset it is the time on the clocks of `zone`.
 * @throws ConfigurationError
 */
export function readTime(flag: string, value: unknown, zone: Zone): number | undefined {
  if (value === undefined) return undefined
  const [, day, time = '00:00', seconds = ':00', offset] = timePattern.exec(String(value).trim()) ?? []
  const wallMs = day === undefined ? Number.NaN : Date.parse(`${day}T${time}${seconds}Z`)
  if (Number.isNaN(wallMs)) {
    const how = 'Write 2027-01-01T09:00:00Z, or 2027-01-01 09:00 for the time zone of --timezone.'
    throw new ConfigurationError(`${flag} is ${JSON.stringify(value)}: this is no time. ${how}`)
  }
  if (offset !== undefined) return Date.parse(`${day}T${time}${seconds}${offset.toUpperCase()}`)
  const { instants, gap } = instantsOf(zone, wallMs)
  return instants[0] ?? gap?.atMs ?? wallMs
}

/** `--from`, else now. */
export function readFrom({ flags, zone }: Rehearsal): number {
  return readTime('--from', flags['from'], zone) ?? systemClock.nowMs()
}

/** The entry of that name; null, and told on stderr, when there is none. */
export function findEntry(
  { schedule }: Rehearsal,
  name: string,
  { stderr }: Pick<CliContext, 'stderr'>,
): ScheduleEntry | null {
  const found = schedule.entries.find((entry) => entry.name === name)
  if (found !== undefined) return found
  stderr.write(`${printable(missing(schedule, name))}\n`)
  return null
}

function missing({ entries, otherEnvironments, problems }: Schedule, name: string): string {
  if (otherEnvironments.includes(name))
    return `"${name}" is for another environment than --environment. Leave the flag out to see all entries.`
  if (errorsOf(problems).some(({ entry }) => entry === name))
    return `"${name}" has errors, so it would be left out. Mend it first.`
  const names = entries.map((entry) => entry.name)
  const guess = didYouMean(name, names) || ` Known are ${names.slice(0, mostNames).join(', ')}`
  const more = names.length > mostNames && guess.startsWith(' K') ? ' and others.' : ''
  return `there is no entry "${name}".${guess}${more}`
}
