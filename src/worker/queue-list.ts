// The list given to --queue: names in order of priority, `*`, globs, and `!name` to leave one out. As in Ruby,
// what a pattern matches is taken in alphabetical order, at the pattern's place. A colon and digits at the end of
// an item are its weight; as soon as one item has one, those without have weight 1 and the order is by lot.

import { ConfigurationError } from '../errors.ts'
import { checkQueueName } from '../job/names.ts'

const patternCharacters = /[*?[\]{}]/

/** One item of the list; a name has no pattern. */
interface Item {
  readonly text: string
  readonly pattern: RegExp | null
  readonly excludes: boolean
  readonly weight: number | null
}

const weighted = /^([\s\S]*):(\d+)$/
const heaviest = 1_000

/** `*`, `?`, a set such as [abc] or [!a-z], choices such as {mail,post}, or any other character. */
const globPart = /\*|\?|\[([!^]?)([^\]]+)\]|\{([^{}]*)\}|[\s\S]/gu

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function globToRegExp(glob: string): RegExp {
  const source = glob.replace(globPart, (part: string, not?: string, set?: string, choices?: string) => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\\]^[]/g, '\\$&')}]`
    return choices === undefined ? literally(part) : `(?:${choices.split(',').map(literally).join('|')})`
  })
  try {
    return new RegExp(`^${source}$`, 'u')
  } catch (cause) {
    const cure = 'Write sets as [abc] or [a-z], from low to high.'
    throw new ConfigurationError(`the queue pattern ${JSON.stringify(glob)} cannot be read. ${cure}`, {
      cause,
    })
  }
}

/** @throws ConfigurationError for a weight that cannot be right */
function readWeight(item: string): { readonly name: string; readonly weight: number | null } {
  const [, name, digits] = weighted.exec(item) ?? []
  if (name === undefined) return { name: item, weight: null }
  const weight = Number(digits)
  const shown = JSON.stringify(item)
  if (item.startsWith('!')) {
    const cure = `To leave out a queue of that very name, write a pattern: "${name}[:]${digits}"`
    throw new ConfigurationError(
      `the queue list has ${shown}: ":${digits}" would be a weight, and what is left out has none. ${cure}.`,
    )
  }
  if (weight >= 1 && weight <= heaviest) return { name, weight }
  const cure = `For a queue of that very name, write its weight behind it: "${item}:1"`
  throw new ConfigurationError(
    `the queue list has ${shown}: a weight is a whole number from 1 to ${heaviest}. ${cure}.`,
  )
}

function readItem(given: string): Item {
  const { name: text, weight } = readWeight(given)
  const excludes = text.startsWith('!')
  const name = excludes ? text.slice(1) : text
  checkQueueName(name.replaceAll(/\{[^{}]*\}/g, 'choices')) // there may be commas between choices
  return { text: name, pattern: patternCharacters.test(name) ? globToRegExp(name) : null, excludes, weight }
}

function splitList(list: string): string[] {
  return list
    .split(/,(?![^{]*\})/)
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** Which queues a worker takes jobs from, and in which order. */
export class QueueList {
  /** As in the worker's id: in order of priority, patterns included, exclusions and weights left out. */
  readonly text: string
  /** As it was given, weights and exclusions included. */
  readonly given: string
  readonly hasWeights: boolean
  /** Whether the names have to be looked up in Redis. */
  readonly hasPatterns: boolean
  readonly #items: readonly Item[]

  /** @throws ConfigurationError when no queue is named, InvalidArgumentError for a name that cannot be one */
  constructor(list: string | readonly string[]) {
    const texts = typeof list === 'string' ? splitList(list) : list.flatMap(splitList)
    const items = texts.map(readItem)
    this.given = texts.join(',')
    this.hasWeights = items.some(({ weight }) => weight !== null)
    const included = items.filter(({ excludes }) => !excludes)
    if (items.length === 0)
      throw new ConfigurationError(
        'no queue is named: the worker would do nothing. Give --queue mail,low (or "*" for all), or set QUEUE.',
      )
    this.#items = included.length === 0 ? [readItem('*'), ...items] : items
    this.text = this.#items
      .filter(({ excludes }) => !excludes)
      .map(({ text }) => text)
      .join(',')
    this.hasPatterns = this.#items.some(({ pattern, excludes }) => pattern !== null || excludes)
  }

  #excludes(name: string): boolean {
    return this.#items.some(
      ({ text, pattern, excludes }) => excludes && (pattern?.test(name) ?? text === name),
    )
  }

  /** Whether jobs are taken from this queue. */
  includes(name: string): boolean {
    if (this.#excludes(name)) return false
    return this.#items.some(
      ({ text, pattern, excludes }) => !excludes && (pattern?.test(name) ?? text === name),
    )
  }

  /** The weight of the first item that a queue belongs to; 1 when it says none. */
  weightOf(name: string): number {
    const item = this.#items.find(
      ({ text, pattern, excludes }) => !excludes && (pattern?.test(name) ?? text === name),
    )
    return item?.weight ?? 1
  }

  /** The names in order of priority. @param known all queues there are, in alphabetical order */
  names(known: readonly string[]): string[] {
    const names = new Set<string>()
    for (const { text, pattern, excludes } of this.#items) {
      if (excludes) continue
      if (pattern === null) names.add(text)
      else for (const name of known) if (pattern.test(name)) names.add(name)
    }
    return [...names].filter((name) => !this.#excludes(name))
  }
}
