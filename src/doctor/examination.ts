// One examination: what all checks share. A check tells what it has seen; what may only look wrong because it was
// seen in the middle of a move is a suspect, and is looked at once more after a while, in a script.
//
// Other systems move jobs in several commands (Ruby writes a bucket, then its index, then the timestamp), so even a
// script may see the middle of a move. What is still so a second later is no move.

import type { ScriptArgument } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'
import type { Rooms } from '../rooms.ts'
import { type FindingCode, findingCodes, findings, type Words } from './findings.ts'
import { lookAgain, type SuspectCode } from './remedies.ts'

/** What was found, how often, and how much of it was put right. */
export interface Finding extends Words {
  /** Stable, for programs. */
  readonly code: FindingCode
  readonly count: number
  /** How many of them were put right; they are not there any more. */
  readonly repaired: number
  /** A few of them, as text. */
  readonly examples: readonly string[]
}

/** How far the examination is. */
export interface DoctorProgress {
  /** In words: `looking at keys`. */
  readonly step: string
  readonly keys: number
  readonly jobs: number
}

export interface DoctorOptions {
  /** Puts right what can be. Default false: nothing is written. */
  readonly fix?: boolean
  /** How long a suspect must be so before it is a finding, in seconds. Default 1. */
  readonly graceSeconds?: number
  readonly onProgress?: (progress: DoctorProgress) => void
  /** Ends the examination; what was found so far is told. */
  readonly signal?: AbortSignal
}

export interface Suspect {
  readonly code: SuspectCode
  readonly example: string
  /** What its script is told of it. */
  readonly parts: readonly ScriptArgument[]
}

interface Tally {
  count: number
  repaired: number
  readonly examples: string[]
}

const mostExamples = 5
const suspectsPerCall = 50
/** So many are kept before they are looked at, some 30 MB. */
const mostSuspects = 50_000
/** Between two steps, so that others get their turn. */
const pauseMs = 2
const longestExample = 200

function short(text: string): string {
  return text.length > longestExample ? `${text.slice(0, longestExample)}…` : text
}

function textOf(part: ScriptArgument): string {
  return Buffer.isBuffer(part) ? part.toString('latin1') : String(part)
}

interface FoundCount {
  readonly count?: number
  readonly repaired?: number
}

export class Examination {
  readonly rooms: Rooms
  readonly store: Store
  readonly fix: boolean
  /** Keys and jobs that were looked at. */
  keys = 0
  jobs = 0
  readonly #options: DoctorOptions
  readonly #tallies = new Map<FindingCode, Tally>()
  #suspects = new Map<string, Suspect>()

  constructor(rooms: Rooms, options: DoctorOptions) {
    this.rooms = rooms
    this.store = rooms.store
    this.fix = options.fix ?? false
    this.#options = options
  }

  get isOver(): boolean {
    return this.#options.signal?.aborted ?? false
  }

  get isFull(): boolean {
    return this.#suspects.size >= mostSuspects
  }

  /** Lets others have their turn, and tells how far we are. */
  async rest(step: string): Promise<void> {
    this.#options.onProgress?.({ step, keys: this.keys, jobs: this.jobs })
    await this.store.clock.sleep(pauseMs, this.#options.signal)
  }

  /** How long what may be a move is given to end. */
  async wait(): Promise<void> {
    await this.store.clock.sleep((this.#options.graceSeconds ?? 1) * 1000, this.#options.signal)
  }

  found(code: FindingCode, example: string, { count = 1, repaired = 0 }: FoundCount = {}): void {
    const tally = this.#tallies.get(code) ?? { count: 0, repaired: 0, examples: [] }
    this.#tallies.set(code, tally)
    tally.count += count
    tally.repaired += repaired
    if (tally.examples.length < mostExamples) tally.examples.push(short(example))
  }

  /** Findings that were told of before have been put right. */
  note(code: FindingCode, repaired: number): void {
    const tally = this.#tallies.get(code)
    if (tally !== undefined) tally.repaired += repaired
  }

  suspect(suspect: Suspect): void {
    this.#suspects.set(`${suspect.code} ${suspect.parts.map(textOf).join('\n')}`, suspect)
  }

  get suspects(): Iterable<Suspect> {
    return this.#suspects.values()
  }

  /** Forgets suspects that have been met where they belong. */
  clear(isInnocent: (suspect: Suspect) => boolean): void {
    for (const [name, suspect] of this.#suspects) if (isInnocent(suspect)) this.#suspects.delete(name)
  }

  /** Looks at all suspects once more. */
  async judge(): Promise<void> {
    if (this.#suspects.size === 0) return
    await this.wait()
    const suspects = this.#suspects
    this.#suspects = new Map()
    for (const code of new Set([...suspects.values()].map((suspect) => suspect.code))) {
      await this.#judgeAll(
        code,
        [...suspects.values()].filter((suspect) => suspect.code === code),
      )
    }
  }

  async #judgeAll(code: SuspectCode, suspects: readonly Suspect[]): Promise<void> {
    for (let from = 0; from < suspects.length && !this.isOver; from += suspectsPerCall) {
      const some = suspects.slice(from, from + suspectsPerCall)
      const groups = some.map(({ parts }) => parts)
      const wrong = await lookAgain(this.store, code, groups, this.fix)
      some.forEach(({ example }, index) => {
        if (wrong[index]) this.found(code, example, { repaired: this.fix ? 1 : 0 })
      })
      await this.rest('looking again at what may be wrong')
    }
  }

  /** All that was found, in the order of the table. */
  findings(): Finding[] {
    return findingCodes.flatMap((code) => {
      const tally = this.#tallies.get(code)
      return tally === undefined ? [] : [{ code, ...findings[code], ...tally }]
    })
  }
}
