// Reads a YAML schedule the way Ruby does (YAML 1.1 as Psych understands it: yes/no, `:symbols`, `1:30` is an
// hour and a half), keeping the place of every key. Only this file knows the yaml package.

import type { Document, Pair, ParsedNode, Tags, YAMLMap } from 'yaml'
import { isAlias, isMap, isPair, isScalar, isSeq, parseAllDocuments } from 'yaml'
import type { Duplicate, RawEntry, RawSchedule, TextProblem } from './file-text.ts'
import { duplicateProblem, notAMap, placeFinder } from './file-text.ts'

/** How much aliases and merges may add to a file when they are followed ("a billion laughs"). */
const mostExpandedNodes = 1_000_000
/** The yaml package looks for the anchor of each alias among all of them. */
const mostAliases = 20_000

export function parseYaml(text: string): RawSchedule {
  try {
    return readDocuments(text)
  } catch (error) {
    const reason = error instanceof RangeError ? 'it is nested too deeply' : String(error)
    return { entries: [], problems: [problemAt(0, `this YAML cannot be read: ${reason}.`)] }
  }
}

function readDocuments(text: string): RawSchedule {
  const options = {
    version: '1.1',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    customTags,
  } as const
  const parsed = parseAllDocuments(text, options)
  const [document, second] = 'empty' in parsed ? [] : parsed
  if (document === undefined) return { entries: [], problems: [] }
  if (document.errors.length > 0) return { entries: [], problems: syntaxProblems(text, document) }
  const problems: TextProblem[] = []
  if (second !== undefined)
    problems.push({
      ...problemAt(second.range[0], 'only the first document of the file is read.'),
      severity: 'warning',
    })
  const laughs = expansionProblem(document)
  if (laughs !== null) return { entries: [], problems: [laughs] }
  const read = readTop(text, document)
  const tags = tagProblems(document, read.entries)
  const spoiled = new Set(tags.map((problem) => problem.entry))
  const entries = read.entries.filter((entry) => !spoiled.has(entry.name))
  return { entries, problems: [...problems, ...tags, ...read.problems] }
}

function problemAt(offset: number, message: string): TextProblem {
  return { severity: 'error', offset, entry: null, message }
}

/** Psych's scalars, where the yaml package's YAML 1.1 differs: y, n and e0 are texts, dates stay texts. */
function customTags(tags: Tags): Tags {
  const replaced = /:(bool|timestamp)$/
  const kept = tags.filter(
    (tag) =>
      typeof tag === 'string' ||
      !(replaced.test(tag.tag) || ('format' in tag && ['TIME', 'EXP'].includes(tag.format ?? ''))),
  )
  const bool = { tag: 'tag:yaml.org,2002:bool', default: true } as const
  return kept.concat([
    // The package's own test takes an exponent without a digit before it, and reads e0 as NaN.
    { tag: 'tag:yaml.org,2002:float', default: true, test: exponential, resolve: floatOf },
    { ...bool, test: /^(yes|true|on)$/i, resolve: () => true },
    { ...bool, test: /^(no|false|off)$/i, resolve: () => false },
    { tag: 'tag:yaml.org,2002:int', default: true, test: /^\d+(:[0-5]?\d){1,2}$/, resolve: sexagesimal },
    { tag: '!ruby/symbol', resolve: symbol },
    { tag: 'tag:yaml.org,2002:symbol', default: true, test: /^:[^:\s]/, resolve: symbol },
    { tag: '!ruby/sym', resolve: symbol },
  ])
}

const exponential = /^[-+]?(\d[\d_]*(\.[\d_]*)?|\.\d[\d_]*)[eE][-+]?\d+$/

function floatOf(text: string): number {
  return Number.parseFloat(text.replaceAll('_', ''))
}

/** Ruby reads `1:30` as hours and minutes, in seconds: 5400 (YAML itself would say 90). */
function sexagesimal(text: string): number {
  const [hours = '0', minutes = '0', seconds = '0'] = text.split(':')
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

function symbol(text: string): string {
  return text.replace(/^:/, '').replace(/^"(.*)"$|^'(.*)'$/, '$1$2')
}

type YamlDocument = Document.Parsed<ParsedNode, true>

function syntaxProblems(text: string, document: YamlDocument): TextProblem[] {
  const placeOf = placeFinder(text)
  const source = text.split(/\r?\n/)
  const lines = new Set<number>()
  return document.errors.flatMap((error) => {
    const { line } = placeOf(error.pos[0])
    if (lines.has(line)) return []
    lines.add(line)
    return [
      problemAt(
        error.pos[0],
        `this is not valid YAML: ${firstLine(error.message)}.${hintFor(source[line - 1] ?? '')}`,
      ),
    ]
  })
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/[.:]+$/, '')
}

function hintFor(line: string): string {
  if (/^\s*\t/.test(line)) return ' Indent with spaces: YAML allows no tabs there.'
  const [, key, value] = /^\s*([\w:]+):\s+([*@%`&!].*?)\s*$/.exec(line) ?? []
  return key === undefined ? '' : ` Put the value in quotes: ${key}: "${value}"`
}

/** `!ruby/object:Foo` would make Ruby build an object; nothing of that kind is read, nor the entry around it. */
function tagProblems(document: YamlDocument, entries: readonly RawEntry[]): TextProblem[] {
  const unresolved = document.warnings.filter((warning) => warning.code === 'TAG_RESOLVE_FAILED')
  return unresolved.map(({ pos, message }) => {
    const around = entries.filter((entry) => entry.offset <= pos[0]).sort((a, b) => b.offset - a.offset)[0]
    const advice = 'such tags are not read here. Write plain texts, numbers, lists and maps.'
    return { ...problemAt(pos[0], `${firstLine(message)}: ${advice}`), entry: around?.name ?? null }
  })
}

/** Follows the aliases on paper first: a few hundred bytes can stand for more than any memory holds. */
function expansionProblem(document: YamlDocument): TextProblem | null {
  const anchors = new Map<string, unknown>()
  const weights = new Map<unknown, number>()
  let problem: TextProblem | null = null
  let aliases = 0
  const refuse = (node: { range?: readonly number[] | null }, why: string) => {
    problem ??= problemAt(node.range?.[0] ?? 0, why)
    return 0
  }
  const weigh = (node: unknown): number => {
    if (isAlias(node)) {
      if (++aliases > mostAliases)
        return refuse(node, `there are more than ${mostAliases} aliases. Write the values out.`)
      const target = anchors.get(node.source)
      if (target === undefined)
        return refuse(node, `the alias *${node.source} has no anchor &${node.source} before it.`)
      return weights.get(target) ?? refuse(node, `the alias *${node.source} stands inside its own anchor.`)
    }
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined)
      anchors.set(node.anchor, node)
    let weight = 1
    for (const child of childrenOf(node)) weight += weigh(child)
    weights.set(node, weight)
    return weight
  }
  if (weigh(document.contents) > mostExpandedNodes + weights.size)
    refuse({}, 'its aliases, followed to the end, stand for millions of values. Write the values out.')
  return problem
}

function childrenOf(node: unknown): readonly unknown[] {
  if (isMap(node) || isSeq(node)) return node.items
  return isPair(node) ? [node.key, node.value] : []
}

function readTop(text: string, document: YamlDocument): RawSchedule {
  const top = document.contents
  if (top === null || (isScalar(top) && top.value === null)) return { entries: [], problems: [] }
  if (!isMap(top)) return notAMap(isSeq(top) ? 'a list' : 'a single value')
  const values: Record<string, unknown> = document.toJS({ maxAliasCount: -1 })
  const problems: TextProblem[] = []
  const placeOf = placeFinder(text)
  const note = (found: Duplicate) => problems.push(duplicateProblem(placeOf, found))
  const entries = new Map<string, RawEntry>()
  for (const { name, offset, pair } of keysOf(top)) {
    const first = entries.get(name)
    if (first !== undefined) note({ entry: name, field: null, offset, firstOffset: first.offset })
    entries.set(name, rawEntry({ name, offset, value: values[name], node: pair.value, note }))
  }
  const merged = Object.keys(values).filter((name) => !entries.has(name))
  for (const name of merged) entries.set(name, bareEntry(name, values[name]))
  return { entries: [...entries.values()], problems }
}

interface Key {
  readonly name: string
  readonly offset: number
  readonly pair: Pair
}

/** The keys written in a map, without those that a merge brings. */
function keysOf(map: YAMLMap): Key[] {
  const keys = map.items.map((pair) => ({
    name: isScalar(pair.key) ? String(pair.key.value ?? '') : String(pair.key),
    offset: isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0,
    pair,
  }))
  return keys.filter((key) => key.name !== '<<')
}

interface Written {
  readonly name: string
  readonly offset: number
  readonly value: unknown
  readonly node: unknown
  readonly note: (found: Duplicate) => void
}

function rawEntry({ name, offset, value, node, note }: Written): RawEntry {
  const fields = new Map<string, number>()
  for (const key of isMap(node) ? keysOf(node) : []) {
    const firstOffset = fields.get(key.name)
    if (firstOffset !== undefined) note({ entry: name, field: key.name, offset: key.offset, firstOffset })
    fields.set(key.name, key.offset)
  }
  const anchored = isMap(node) && node.anchor !== undefined
  return { name, value, offset, anchored, fieldOffset: (field) => fields.get(field ?? '') ?? offset }
}

/** An entry that came in by a merge at the top level: it has no place of its own. */
function bareEntry(name: string, value: unknown): RawEntry {
  return { name, value, offset: 0, anchored: false, fieldOffset: () => 0 }
}
