// How the events of a simulation are written: as lines for people, or as JSON lines.

import type { Zone } from '../../recurring/cron-zone.ts'
import { changeText, type DstMark, markText, zoneOf } from '../../recurring/dst-marks.ts'
import type { ScheduleEntry } from '../../recurring/entry.ts'
import type { SimulatedChange, SimulatedEvent, SimulatedRun } from '../../recurring/simulation.ts'
import { localIso, localText, timeText, utcText } from '../../recurring/wall-text.ts'
import type { Paint } from '../context.ts'
import { counted, printable } from '../output.ts'
import type { SimulationSummary } from './tally.ts'

export interface Teller {
  /** A line with its end. */
  event(event: SimulatedEvent): string
  summary(summary: SimulationSummary): string
}

/** Remembers the last answer for each zone: many runs share a moment. */
function lately(write: (atMs: number, zone: Zone) => string): (atMs: number, zone: Zone) => string {
  const last = new Map<Zone, { readonly atMs: number; readonly text: string }>()
  return (atMs, zone) => {
    const known = last.get(zone)
    if (known?.atMs === atMs) return known.text
    const text = write(atMs, zone)
    last.set(zone, { atMs, text })
    return text
  }
}

/** Makes the part of a line that is the same for all runs of an entry only once. */
function perEntry<Part>(make: (entry: ScheduleEntry) => Part): (entry: ScheduleEntry) => Part {
  const parts = new Map<ScheduleEntry, Part>()
  return (entry) => {
    const known = parts.get(entry)
    if (known !== undefined) return known
    const part = make(entry)
    parts.set(entry, part)
    return part
  }
}

/** `ReportJob("daily", 3)`. */
export function callText({ class: className, params }: ScheduleEntry): string {
  return printable(`${className}(${params.map((arg) => JSON.stringify(arg)).join(', ')})`)
}

export function textTeller(entries: readonly ScheduleEntry[], zone: Zone, paint: Paint): Teller {
  const width = Math.max(0, ...entries.map(({ name }) => printable(name).length))
  const local = lately(localText)
  const partsOf = perEntry((entry) => ({
    name: printable(entry.name).padEnd(width),
    job: `${callText(entry)} → ${printable(entry.queue ?? '(queue of the class)')}`,
    zone: entry.kind === 'cron' && zoneOf(entry) !== zone ? zoneOf(entry) : null,
  }))
  const run = ({ atMs, entry, mark }: SimulatedRun): string => {
    const parts = partsOf(entry)
    const there = parts.zone === null ? '' : ` (${elsewhere(atMs, parts.zone)})`
    const note = mark === null ? '' : `  ${paint('yellow', markText(mark))}`
    return `${local(atMs, zone)}  ${parts.name}  ${parts.job}${there}${note}\n`
  }
  return {
    event: (event) => (event.kind === 'run' ? run(event) : changeLine(event, paint)),
    summary: (summary) => summaryText(summary, zone),
  }
}

function elsewhere(atMs: number, zone: Zone): string {
  return `${timeText(atMs + zone.offsetMs(atMs))} ${zone.name}`
}

function changeLine({ change }: SimulatedChange, paint: Paint): string {
  return `${paint('cyan', `── ${changeText(change)} ──`)}\n`
}

function summaryText(summary: SimulationSummary, zone: Zone): string {
  const { fromMs, toMs, runs, shifted, keptOnce, busiestMinute, entries } = summary
  const idle = entries.filter((counts) => counts.runs === 0).map(({ entry }) => printable(entry.name))
  const busy =
    busiestMinute === null
      ? ''
      : `; most in one minute: ${busiestMinute.runs}, at ${localText(busiestMinute.atMs, zone)}`
  const clocks = shifted + keptOnce === 0 ? '' : `; ${shifted} shifted and ${keptOnce} kept once by clocks`
  const lines = [
    `${localText(fromMs, zone)} to ${localText(toMs, zone)} (${zone.name})`,
    `${counted(runs, 'run')} of ${counted(entries.length - idle.length, 'entry', 'entries')}${clocks}${busy}`,
    ...(idle.length === 0 ? [] : [`without a run: ${idle.join(', ')}`]),
  ]
  return `\n${lines.join('\n')}\n`
}

function markJson(mark: DstMark): string {
  const note = markText(mark).slice(mark.kind.length + 2)
  return `"mark":${JSON.stringify(mark.kind)},"note":${JSON.stringify(note)}`
}

export function jsonTeller(): Teller {
  const times = lately((atMs, zone) => {
    const local = localIso(atMs, zone)
    return `"at":"${utcText(atMs)}","local":"${local}","timezone":"${zone.name}"`
  })
  const partsOf = perEntry((entry) => {
    const { name, class: className, queue, params } = entry
    const tail = `,${JSON.stringify({ name, class: className, queue, args: params }).slice(1, -1)}`
    return { zone: zoneOf(entry), tail }
  })
  const run = ({ atMs, entry, mark }: SimulatedRun): string => {
    const marks = mark === null ? '"mark":null' : markJson(mark)
    const { zone, tail } = partsOf(entry)
    return `{"type":"run",${times(atMs, zone)}${tail},${marks}}\n`
  }
  return {
    event: (event) => (event.kind === 'run' ? run(event) : changeJson(event)),
    summary: (summary) => `${JSON.stringify(plainSummary(summary))}\n`,
  }
}

function changeJson({ atMs, change }: SimulatedChange): string {
  const { zones, offsetBeforeMs, offsetAfterMs } = change
  const offsets = { offsetBeforeSeconds: offsetBeforeMs / 1000, offsetAfterSeconds: offsetAfterMs / 1000 }
  return `${JSON.stringify({ type: 'clocks', at: utcText(atMs), zones, ...offsets, text: changeText(change) })}\n`
}

function plainSummary({ fromMs, toMs, busiestMinute, entries, ...counts }: SimulationSummary): unknown {
  return {
    type: 'summary',
    from: utcText(fromMs),
    to: utcText(toMs),
    ...counts,
    busiestMinute: busiestMinute && { at: utcText(busiestMinute.atMs), runs: busiestMinute.runs },
    entries: Object.fromEntries(entries.map(({ entry, runs }) => [entry.name, runs])),
  }
}
