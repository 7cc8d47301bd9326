// The list given to --queue: names in order of priority, `*`, globs, and `!name` to leave one out. As in Ruby,
// what a pattern matches is taken in alphabetical order, at the pattern's place.

import { ConfigurationError } from '../errors.ts'
import { checkQueueName } from '../job/names.ts'

const patternCharacters = /[*?[\]{}]/

/** One item of the list; a name has no pattern. */
interface Item {
  readonly text: string
  readonly pattern: RegExp | null
  readonly excludes: boolean
}

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

function readItem(text: string): Item {
  const excludes = text.startsWith('!')
  const name = excludes ? text.slice(1) : text
  checkQueueName(name.replaceAll(/\{[^{}]*\}/g, 'choices')) // there may be commas between choices
  return { text: name, pattern: patternCharacters.test(name) ? globToRegExp(name) : null, excludes }
}

function splitList(list: string): string[] {
  return list
    .split(/,(?![^{]*\})/)
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** Which queues a worker takes jobs from, and in which order. */
export class QueueList {
  /** As in the worker's id: in order of priority, patterns included, exclusions left out. */
  readonly text: string
  /** Whether the names have to be looked up in Redis. */
  readonly hasPatterns: boolean
  readonly #items: readonly Item[]

  /** @throws ConfigurationError when no queue is named, InvalidArgumentError for a name that cannot be one */
  constructor(list: string | readonly string[]) {
    const texts = typeof list === 'string' ? splitList(list) : list.flatMap(splitList)
    const items = texts.map(readItem)
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
