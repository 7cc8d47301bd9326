// resque-scheduler simulate: every run of every entry in a span of time, in order, with the changes of the clocks
// in place. It needs no Redis.

import type { Command } from 'commander'
import { ConfigurationError } from '../../errors.ts'
import type { Span } from '../../recurring/dst-marks.ts'
import { type SimulatedEvent, simulate } from '../../recurring/simulation.ts'
import { type CliContext, painter } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { perform } from '../program.ts'
import { PacedWriter } from './paced-writer.ts'
import {
  addReading,
  exitCodeFor,
  findEntry,
  type Rehearsal,
  readFrom,
  readRehearsal,
  readTime,
} from './rehearsal.ts'
import { Tally } from './tally.ts'
import { jsonTeller, type Teller, textTeller } from './tell-run.ts'

const dayMs = 86_400_000

function spanOf(rehearsal: Rehearsal): Span {
  const fromMs = readFrom(rehearsal)
  const toMs = readTime('--to', rehearsal.flags['to'], rehearsal.zone) ?? fromMs + dayMs
  if (toMs > fromMs) return { fromMs, toMs }
  throw new ConfigurationError('--to is not after --from: no run lies between them. Swap them.')
}

/** The entries that --name picks; null when one of them is not there. */
function pick(rehearsal: Rehearsal, context: CliContext): Rehearsal | null {
  const names = rehearsal.flags['name']
  if (!Array.isArray(names)) return rehearsal
  const found = names.map((name) => findEntry(rehearsal, String(name), context))
  const entries = rehearsal.schedule.entries.filter((entry) => found.includes(entry))
  return found.includes(null) ? null : { ...rehearsal, schedule: { ...rehearsal.schedule, entries } }
}

/** False: it was stopped before the end. */
async function tellAll(events: Iterable<SimulatedEvent>, tally: Tally, told: Told): Promise<boolean> {
  const { writer, teller } = told
  for (const event of events) {
    tally.add(event)
    writer.add(teller.event(event))
    if (!writer.isFull) continue
    await writer.flush()
    if (writer.isEnded) return false
  }
  return true
}

interface Told {
  readonly writer: PacedWriter
  readonly teller: Teller
}

async function run(command: Command, files: readonly string[], context: CliContext): Promise<number> {
  const rehearsal = pick(await readRehearsal(command, files, context), context)
  if (rehearsal === null) return exitCodes.failed
  const { entries } = rehearsal.schedule
  const span = spanOf(rehearsal)
  const paint = painter(context.stdout, context.env)
  const teller = rehearsal.isJson ? jsonTeller() : textTeller(entries, rehearsal.zone, paint)
  const writer = new PacedWriter(context)
  const tally = new Tally()
  const isWhole = await tellAll(simulate(entries, span), tally, { writer, teller })
  if (isWhole) writer.add(teller.summary(tally.summary(entries, span)))
  await writer.flush()
  return exitCodeFor(rehearsal)
}

const examples = `
Without an offset, times are those of --timezone; --from is part of the span, --to is not. Intervals ("every")
count from --from here; the daemon counts them from their last run.

Examples:
  resque-scheduler simulate schedules/app.yml --from 2026-03-28 --to 2026-03-31
  resque-scheduler simulate schedules/app.yml --from 2026-01-01 --to 2027-01-01 --json | grep '"shifted"'
  resque-scheduler simulate schedules/ --name nightly_report --timezone Europe/Berlin

Exit codes: 0 all told, 1 an entry has an error or there is no entry of that name, 2 wrong usage.
`

/** Adds `simulate` to the program. */
export function registerSimulate(program: Command, context: CliContext): void {
  const command = program.command('simulate').argument('<file...>', 'schedule files, or folders of them')
  command.description('print every run in a span of time, in order, with the changes of the clocks marked')
  command.option('--from <time>', 'where the span begins, ISO 8601 (default: now)')
  command.option('--to <time>', 'where it ends (default: a day after --from)')
  command.option('--name <entry>', 'this entry only; may be given several times', collect)
  addReading(command, 'one JSON object per line: run, clocks, and a summary at the end')
  command.addHelpText('after', examples)
  perform(command, (_, words) => run(command, words, context))
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value]
}
