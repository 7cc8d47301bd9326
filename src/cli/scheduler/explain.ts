// resque-scheduler explain: all there is to know of one entry before it runs for the first time.

import type { Command } from 'commander'
import { processZoneName } from '../../recurring/cron-zone.ts'
import { type DstDay, dstDays } from '../../recurring/dst-days.ts'
import { cronOf, dstMark, markText, stepText, zoneOf } from '../../recurring/dst-marks.ts'
import type { ScheduleEntry } from '../../recurring/entry.ts'
import { jitterOffsetMs, nextOccurrences } from '../../recurring/occurrences.ts'
import { localIso, localText, utcText, weekdayText } from '../../recurring/wall-text.ts'
import { type CliContext, type Paint, painter } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { printable, writeJson } from '../output.ts'
import { perform } from '../program.ts'
import { factsOf } from './entry-facts.ts'
import { addReading, findEntry, readFrom, readRehearsal } from './rehearsal.ts'

const twoYearsMs = 2 * 365 * 86_400_000
const runsShown = 10

interface Run {
  readonly atMs: number
  readonly note: string | null
}

interface Explained {
  readonly entry: ScheduleEntry
  readonly environment: string | undefined
  readonly runs: readonly Run[]
  readonly days: readonly DstDay[]
}

/** What a change of the clocks did to a run. */
function noteOf(entry: ScheduleEntry, atMs: number): string | null {
  const cron = cronOf(entry)
  if (cron === null) return null
  const plannedMs = atMs - jitterOffsetMs(entry)
  const near = zoneOf(entry).changes(plannedMs - 1, plannedMs + 86_400_000)
  const marks = near.map((change) => dstMark(cron, change, plannedMs)).filter((mark) => mark !== null)
  return marks[0] === undefined ? null : markText(marks[0])
}

function explainEntry(entry: ScheduleEntry, fromMs: number, environment: string | undefined): Explained {
  const runs = nextOccurrences(entry, { from: fromMs, count: runsShown }).map((date) => date.getTime())
  return {
    ...{ entry, environment },
    runs: runs.map((atMs) => ({ atMs, note: noteOf(entry, atMs) })),
    days: dstDays(entry, { fromMs, toMs: fromMs + twoYearsMs }),
  }
}

function runLine(entry: ScheduleEntry, { atMs, note }: Run, paint: Paint): string {
  const zone = zoneOf(entry)
  const day = weekdayText(atMs + zone.offsetMs(atMs))
  const line = `  ${day} ${localText(atMs, zone)}  ${utcText(atMs)}`
  return note === null ? line : `${line}  ${paint('yellow', note)}`
}

function dayLine({ change, text, effect }: DstDay, paint: Paint): string {
  return `  ${stepText(change)}: ${effect === 'none' ? paint('dim', text) : paint('yellow', text)}`
}

function dayLines({ entry, days }: Explained, paint: Paint): string[] {
  if (entry.kind === 'manual' || !entry.enabled) return []
  const zone = zoneOf(entry).name
  if (days.length === 0) return ['', `The clocks of ${zone} do not change in the next two years.`]
  const head = `When the clocks of ${zone} change, in the next two years:`
  return ['', head, ...days.map((day) => dayLine(day, paint))]
}

function show(explained: Explained, { stdout, env }: CliContext): void {
  const { entry, runs, environment } = explained
  const paint = painter(stdout, env)
  const facts = factsOf(entry, environment)
  const width = Math.max(...facts.map(({ label }) => label.length))
  const lines = [
    paint('bold', printable(entry.name)),
    ...facts.map(({ label, text }) => `  ${label.padEnd(width)}  ${printable(text)}`),
    ...(runs.length === 0 ? [] : ['', runs.length === 1 ? 'The next run:' : `The next ${runs.length} runs:`]),
    ...runs.map((run) => runLine(entry, run, paint)),
    ...dayLines(explained, paint),
  ]
  stdout.write(`${lines.join('\n')}\n`)
}

function plainDay(entry: ScheduleEntry, { change, effect, text, runMs }: DstDay): unknown {
  const { atMs, offsetBeforeMs, offsetAfterMs } = change
  const at = { at: utcText(atMs), local: localIso(atMs, zoneOf(entry)), step: stepText(change) }
  const offsets = { offsetBeforeSeconds: offsetBeforeMs / 1000, offsetAfterSeconds: offsetAfterMs / 1000 }
  return { ...at, ...offsets, effect, text, run: runMs === null ? null : utcText(runMs) }
}

function plain({ entry, runs, days, environment }: Explained): unknown {
  const { name, kind, class: className, queue, params, cron, everySeconds, env, enabled } = entry
  const facts = factsOf(entry, environment).map(({ label, text }) => [label, text])
  const zone = zoneOf(entry)
  return {
    ...{
      name,
      description: entry.description,
      class: className,
      queue,
      args: params,
      kind,
      cron,
      everySeconds,
    },
    ...{ timezone: zone.name, env, enabled, catchUp: entry.catchUp, overlap: entry.overlap },
    catchUpWindowSeconds: entry.catchUpWindowSeconds,
    jitterSeconds: entry.jitterSeconds,
    jitterOffsetSeconds: jitterOffsetMs(entry) / 1000,
    inWords: Object.fromEntries(facts),
    next: runs.map(({ atMs, note }) => ({ at: utcText(atMs), local: localIso(atMs, zone), note })),
    clockChanges: days.map((day) => plainDay(entry, day)),
  }
}

async function explain(command: Command, words: readonly string[], context: CliContext): Promise<number> {
  const [file = '', name = ''] = words
  const rehearsal = await readRehearsal(command, [file], context, { allEnvironments: true })
  const entry = findEntry(rehearsal, name, context)
  if (entry === null) return exitCodes.failed
  const environment = rehearsal.flags['environment']
  const here = typeof environment === 'string' ? environment : undefined
  const explained = explainEntry(entry, readFrom(rehearsal), here)
  if (rehearsal.isJson) writeJson(context.stdout, plain(explained))
  else show(explained, context)
  return exitCodes.stoppedAsAsked
}

function examples(): string {
  return `
An entry that names no zone is explained in that of --timezone, else in that of this process (${processZoneName()}).

Examples:
  resque-scheduler explain schedules/app.yml nightly_report
  resque-scheduler explain schedules/app.yml nightly_report --json | jq '.clockChanges[].text'

Exit codes: 0 explained, 1 there is no such entry, 2 wrong usage.
`
}

/** Adds `explain` to the program. */
export function registerExplain(program: Command, context: CliContext): void {
  const command = program.command('explain').argument('<file>', 'schedule file, or a folder of them')
  command.argument('<name>', 'name of the entry')
  command.description('tell all of one entry: job, timing, next runs, the days when clocks change, settings')
  command.option('--from <time>', 'the moment to explain it from, ISO 8601 (default: now)')
  addReading(command, 'answer as JSON, for programs')
  command.addHelpText('after', examples())
  perform(command, (_, words) => explain(command, words, context))
}
