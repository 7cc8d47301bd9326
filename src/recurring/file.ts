// A schedule file, read and checked: its entries, and every problem with line and column. The format is Ruby
// resque-scheduler's, YAML or JSON, with the keys of entry-keys.ts.

import { systemClock } from '../clock.ts'
import { ScheduleError } from '../errors.ts'
import type { EntryContext, ScheduleEntry } from './entry.ts'
import { isElsewhere, parseEntry } from './entry.ts'
import { knownKeys } from './entry-keys.ts'
import { isMap } from './entry-values.ts'
import { looksLikeJson, parseJson } from './file-json.ts'
import type { Source } from './file-source.ts'
import { readSources } from './file-source.ts'
import type { RawEntry, RawSchedule, TextProblem } from './file-text.ts'
import { placeFinder } from './file-text.ts'
import { fillVariables } from './file-variables.ts'
import { parseYaml } from './file-yaml.ts'
import { nextOccurrences } from './occurrences.ts'
import type { Problem } from './problem.ts'
import { formatProblem } from './problem.ts'

export interface LoadScheduleOptions extends EntryContext {
  /** The moment `next` is counted from. Default: the time when `next` is first read. */
  readonly nowMs?: number | undefined
  /** Fill in `${NAME}` and `${NAME:-default}` from these variables. Default: texts stay as they are. */
  readonly envSubstitution?: Readonly<Record<string, string | undefined>> | false | undefined
}

/** An entry with its next three runs, in ISO format and UTC; found when they are first asked for. */
export interface ScheduleEntryInfo extends ScheduleEntry {
  readonly next: readonly string[]
}

export interface LoadedSchedule {
  /** The path that was given; null for a text. */
  readonly file: string | null
  readonly entries: readonly ScheduleEntryInfo[]
  /** Names of the entries left out because they are for other environments. */
  readonly otherEnvironments: readonly string[]
  readonly problems: readonly Problem[]
}

/**
 * Reads a schedule from a file, from all .yml, .yaml and .json files of a directory, or from a text (it has a
 * line break or begins with `{`). Never throws: what is wrong is in `problems`, and `entries` holds the good ones.
 */
export function loadSchedule(textOrPath: string, options: LoadScheduleOptions = {}): LoadedSchedule {
  const collected: Collected = { entries: new Map(), others: new Set(), problems: [], files: new Map() }
  const sources = readSources(textOrPath)
  for (const source of sources) collect(collected, source, options)
  const named = sources.every((source) => source.file !== null)
  return {
    file: named ? textOrPath : null,
    entries: [...collected.entries.values()],
    otherEnvironments: [...collected.others],
    problems: collected.problems,
  }
}

/**
 * As `loadSchedule`, but any error is thrown.
 * @throws ScheduleError with all problems
 */
export function readSchedule(textOrPath: string, options: LoadScheduleOptions = {}): LoadedSchedule {
  const loaded = loadSchedule(textOrPath, options)
  const errors = loaded.problems.filter((problem) => problem.severity === 'error')
  if (errors.length === 0) return loaded
  const count = errors.length === 1 ? 'an error' : `${errors.length} errors`
  const lines = errors.map((problem) => `  ${formatProblem(problem)}`).join('\n')
  throw new ScheduleError(`the schedule has ${count}:\n${lines}`, loaded.problems)
}

interface Collected {
  readonly entries: Map<string, ScheduleEntryInfo>
  readonly others: Set<string>
  readonly problems: Problem[]
  /** In which file a name was first seen. */
  readonly files: Map<string, string | null>
}

type Report = (problem: Omit<TextProblem, 'offset'> & { readonly offset: number | null }) => void

function collect(collected: Collected, source: Source, options: LoadScheduleOptions): void {
  const placeOf = placeFinder(source.text)
  const problems: Problem[] = []
  const report: Report = ({ severity, offset, entry, field = null, message }) => {
    const place = offset === null ? { line: null, column: null } : placeOf(offset)
    problems.push({ severity, file: source.file, ...place, entry, field, message })
  }
  if (source.problem !== null)
    report({ severity: 'error', offset: null, entry: null, message: source.problem })
  else collectEntries(collected, { source, options, report })
  for (const problem of atMost(mostProblems, problems.sort(byPlace))) collected.problems.push(problem)
}

/** A file that is no schedule at all can have a problem in every line. */
const mostProblems = 1000

function atMost(limit: number, problems: Problem[]): Problem[] {
  const [first] = problems
  if (first === undefined || problems.length <= limit) return problems
  const rest = problems.slice(limit)
  const severity = rest.some((problem) => problem.severity === 'error') ? 'error' : 'warning'
  const message = `and ${rest.length} more problems. Is this a schedule file?`
  const nowhere = { file: first.file, line: null, column: null, entry: null, field: null }
  return [...problems.slice(0, limit), { severity, ...nowhere, message }]
}

function byPlace(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}

interface Incoming {
  readonly source: Source
  readonly options: LoadScheduleOptions
  readonly report: Report
}

function collectEntries(collected: Collected, incoming: Incoming): void {
  const raw = parseSource(incoming.source)
  for (const problem of raw.problems) incoming.report(problem)
  if (raw.entries.length === 0 && raw.problems.length === 0)
    incoming.report({
      severity: 'warning',
      offset: null,
      entry: null,
      message: 'the schedule has no entries.',
    })
  for (const entry of raw.entries) collectEntry(collected, entry, incoming)
}

function parseSource(source: Source): RawSchedule {
  const template = erbProblem(source.text)
  if (template !== null) return { entries: [], problems: [template] }
  return looksLikeJson(source.text, source.file) ? parseJson(source.text) : parseYaml(source.text)
}

function erbProblem(text: string): TextProblem | null {
  const found = /^[ \t]*(?!#|[ \t])(?:[^#\n]|\S#)*?<%/m.exec(text)
  if (found === null) return null
  const message =
    'ERB tags (<% … %>) are not evaluated here. Render the file before (erb schedule.yml.erb > schedule.yml), ' +
    `or write \${NAME:-default} and switch on environment variables.`
  return { severity: 'error', offset: found.index + found[0].length - 2, entry: null, message }
}

function collectEntry(collected: Collected, raw: RawEntry, incoming: Incoming): void {
  const { name, offset } = raw
  const { options, report, source } = incoming
  if (isSection(raw.value)) {
    report({ severity: 'warning', offset, entry: name, message: sectionMessage(name) })
    return
  }
  if (isTemplate(raw)) return
  const { value, complete } = substituted(raw, incoming)
  const { entry, problems } = parseEntry(name, value, options)
  for (const { severity, field, message } of problems)
    report({
      severity,
      offset: raw.fieldOffset(field),
      entry: name,
      message,
      ...(field === null ? {} : { field }),
    })
  const elsewhere = collected.files.get(name)
  if (elsewhere !== undefined && elsewhere !== source.file)
    report({ severity: 'error', offset, entry: name, message: twiceMessage(name, elsewhere) })
  collected.files.set(name, source.file)
  if (entry === null || !complete) return
  if (isElsewhere(entry.env, options.environment)) collected.others.add(name)
  else collected.entries.set(name, withNext(entry, options.nowMs))
}

function twiceMessage(name: string, file: string | null): string {
  return `"${name}" is also in ${file}: only this one counts. Rename or remove one.`
}

/** A map of maps with cron or every inside: a Rails environment, or the `:schedule:` of a sidekiq.yml. */
function isSection(value: unknown, depth = 0): boolean {
  if (!isMap(value) || knownKeys.some((key) => key in value)) return false
  return Object.values(value).some(
    (part) => isMap(part) && (isTimed(part) || (depth === 0 && isSection(part, 1))),
  )
}

function isTimed(value: Readonly<Record<string, unknown>>): boolean {
  return ['cron', 'every'].some((key) => typeof value[key] === 'string' || Array.isArray(value[key]))
}

function sectionMessage(name: string): string {
  return (
    `"${name}" holds entries itself, as a file with one section per environment or a sidekiq.yml does: none of ` +
    `them is scheduled, as in Ruby. Move them to the top level${/^:?schedule/.test(name) ? '' : `, with "env: ${name}"`}.`
  )
}

/** `defaults: &defaults { queue: mail }` is there to be merged into others, not to run. */
function isTemplate(raw: RawEntry): boolean {
  const { value } = raw
  return raw.anchored && isMap(value) && !['cron', 'every', 'class', 'never'].some((key) => key in value)
}

function substituted(raw: RawEntry, { options, report }: Incoming): { value: unknown; complete: boolean } {
  const variables = options.envSubstitution
  if (variables === undefined || variables === false) return { value: raw.value, complete: true }
  const { value, missing } = fillVariables(raw.value, variables)
  for (const variable of new Set(missing)) {
    const message = `the variable ${variable} is not set. Set it, or write \${${variable}:-default}.`
    report({ severity: 'error', offset: raw.offset, entry: raw.name, message })
  }
  return { value, complete: missing.length === 0 }
}

function withNext(entry: ScheduleEntry, nowMs: number | undefined): ScheduleEntryInfo {
  let next: readonly string[] | undefined
  const find = () =>
    nextOccurrences(entry, { from: nowMs ?? systemClock.nowMs(), count: 3 }).map((date) => date.toISOString())
  return Object.defineProperty({ ...entry, next: [] }, 'next', {
    enumerable: true,
    get: () => {
      next ??= find()
      return next
    },
  })
}
