// resque-scheduler calendar: what runs in the next 24 hours, hour by hour, to see when all comes at once.

import type { Command } from 'commander'
import { ConfigurationError } from '../../errors.ts'
import { formatDuration } from '../../recurring/every.ts'
import { adviseJitter, HerdWatch } from '../../recurring/herds.ts'
import { simulate } from '../../recurring/simulation.ts'
import { localText, timeText, utcText, weekdayText } from '../../recurring/wall-text.ts'
import { type CliContext, painter } from '../context.ts'
import { counted, printable, writeJson, writeTable } from '../output.ts'
import { perform } from '../program.ts'
import { type Hour, HourTable } from './hour-table.ts'
import { addReading, exitCodeFor, type Rehearsal, readFrom, readRehearsal } from './rehearsal.ts'

const hourMs = 3_600_000
const barColumns = 30
const mostHerds = 3
const mostNames = 5

type Herds = ReturnType<HerdWatch['found']>

interface Calendar extends Pick<Rehearsal, 'zone'> {
  readonly fromMs: number
  readonly hours: readonly Hour[]
  /** The entries with the most runs, in that order. */
  readonly busiest: readonly { readonly name: string; readonly runs: number }[]
  readonly herds: Herds
  readonly herdLimit: number
}

function herdLimitOf(value: unknown): number {
  const limit = Number(value)
  if (Number.isSafeInteger(limit) && limit >= 1) return limit
  throw new ConfigurationError(`--herd is ${JSON.stringify(value)}: it must be a whole number from 1 on.`)
}

function calendarOf(rehearsal: Rehearsal): Calendar {
  const { zone, schedule, flags } = rehearsal
  const herdLimit = herdLimitOf(flags['herd'])
  const givenMs = readFrom(rehearsal)
  const offsetMs = zone.offsetMs(givenMs)
  const fromMs = Math.floor((givenMs + offsetMs) / hourMs) * hourMs - offsetMs
  const hours = new HourTable(fromMs)
  const herds = new HerdWatch(herdLimit)
  const counts = new Map<string, number>()
  for (const event of simulate(schedule.entries, { fromMs, toMs: fromMs + 24 * hourMs })) {
    if (event.kind === 'clocks') continue
    const { atMs, entry } = event
    hours.add(atMs)
    herds.add(atMs, entry)
    counts.set(entry.name, (counts.get(entry.name) ?? 0) + 1)
  }
  const busiest = [...counts].map(([name, runs]) => ({ name, runs })).sort((a, b) => b.runs - a.runs)
  return { zone, fromMs, hours: hours.hours, busiest, herds: herds.found(), herdLimit }
}

function bar(runs: number, most: number): string {
  return '█'.repeat(runs === 0 ? 0 : Math.max(1, Math.round((runs / most) * barColumns)))
}

function rows({ hours, zone }: Calendar): string[][] {
  const most = Math.max(1, ...hours.map(({ runs }) => runs))
  const wall = (atMs: number): number => atMs + zone.offsetMs(atMs)
  return hours.map(({ atMs, runs, busiest }) => [
    `${weekdayText(wall(atMs))} ${localText(atMs, zone).slice(11)}`,
    String(runs).padStart(String(most).length),
    bar(runs, most),
    busiest === null ? '' : `${timeText(wall(busiest.atMs))} (${busiest.runs})`,
  ])
}

function namesText(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map(printable).join(', ')
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown
}

function herdText({ atMs, entries, times }: Herds[number], { zone, herdLimit }: Calendar): string {
  const often = times === 1 ? '' : `, ${times} times`
  const names = namesText(entries.map(({ name }) => name))
  const head = `${entries.length} entries in one second: ${localText(atMs, zone)}${often} (${names})`
  const advice = adviseJitter(entries, herdLimit)
  if (advice === null)
    return `${head}\n  Spread their times: even "jitter: 1h" would leave more than ${herdLimit} at once.`
  const { jitterSeconds, mostAtOnce } = advice
  return `${head}\n  With "jitter: ${formatDuration(jitterSeconds)}" on each, at most ${mostAtOnce} would share a second.`
}

function show(calendar: Calendar, { stdout, env }: CliContext): void {
  const { hours, zone, fromMs, busiest, herds } = calendar
  const paint = painter(stdout, env)
  const runs = hours.reduce((sum, hour) => sum + hour.runs, 0)
  const span = `24 hours from ${localText(fromMs, zone)} (${zone.name})`
  stdout.write(`${counted(runs, 'run')} of ${counted(busiest.length, 'entry', 'entries')} in ${span}\n\n`)
  writeTable(stdout, ['HOUR', 'RUNS', '', 'BUSIEST MINUTE'], rows(calendar))
  if (busiest.length > 0) {
    stdout.write('\n')
    const most = busiest.slice(0, mostNames).map((entry) => [printable(entry.name), String(entry.runs)])
    writeTable(stdout, ['MOST RUNS', ''], most)
  }
  for (const herd of herds.slice(0, mostHerds))
    stdout.write(`\n${paint('yellow', herdText(herd, calendar))}\n`)
  if (herds.length > mostHerds) stdout.write(`\nand ${counted(herds.length - mostHerds, 'smaller herd')}\n`)
}

function plain(calendar: Calendar): unknown {
  const { fromMs, zone, hours, busiest, herds, herdLimit } = calendar
  return {
    ...{ from: utcText(fromMs), to: utcText(fromMs + 24 * hourMs), timezone: zone.name },
    hours: hours.map((hour) => ({
      at: utcText(hour.atMs),
      local: localText(hour.atMs, zone),
      runs: hour.runs,
      busiestMinute: hour.busiest && { at: utcText(hour.busiest.atMs), runs: hour.busiest.runs },
    })),
    entries: busiest,
    herds: herds.map(({ atMs, entries, times }) => {
      const names = entries.map(({ name }) => name)
      return { at: utcText(atMs), times, entries: names, advice: adviseJitter(entries, herdLimit) }
    }),
  }
}

async function run(command: Command, files: readonly string[], context: CliContext): Promise<number> {
  const rehearsal = await readRehearsal(command, files, context)
  const calendar = calendarOf(rehearsal)
  if (rehearsal.isJson) writeJson(context.stdout, plain(calendar))
  else show(calendar, context)
  return exitCodeFor(rehearsal)
}

const examples = `
It begins with the hour that --from lies in. Intervals ("every") count from there.

Examples:
  resque-scheduler calendar schedules/app.yml
  resque-scheduler calendar schedules/ --from 2026-03-29 --timezone Europe/Berlin --herd 20

Exit codes: 0 shown, 1 an entry has an error, 2 wrong usage.
`

/** Adds `calendar` to the program. */
export function registerCalendar(program: Command, context: CliContext): void {
  const command = program.command('calendar').argument('<file...>', 'schedule files, or folders of them')
  command.description(
    'show how many runs the next 24 hours have, hour by hour, and when too many come at once',
  )
  command.option('--from <time>', 'where the 24 hours begin, ISO 8601 (default: now)')
  command.option('--herd <number>', 'more entries than this in one second are told of', '10')
  addReading(command, 'answer as JSON, for programs')
  command.addHelpText('after', examples)
  perform(command, (_, words) => run(command, words, context))
}
