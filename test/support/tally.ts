// Counts performances, whoever performs: jobs named `Count` of our workers and of node-resque's, by their argument.

import { expect } from 'vitest'
import type { JobClass } from '../../src/job/job.ts'
import { eventually } from './eventually.ts'

export type Performer = 'ours' | 'node'

export interface Tally {
  /** For our workers. */
  readonly jobs: Record<'Count', JobClass>
  /** For node-resque's workers. */
  readonly nodeJobs: { readonly Count: { perform(name: unknown): Promise<void> } }
  /** Who performed the job of this name, each time. */
  of(name: unknown): readonly Performer[]
  /** How often each was performed. */
  counts(): Record<string, number>
  total(): number
  /** Each of the names was performed exactly once, and nothing else was. */
  expectOnceEach(names: readonly unknown[]): Promise<void>
}

export function tally(queue = 'counts'): Tally {
  const performed = new Map<string, Performer[]>()
  const note = (name: unknown, who: Performer): void => {
    performed.set(String(name), [...(performed.get(String(name)) ?? []), who])
  }
  class Count {
    static queue = queue
    perform(name: unknown): void {
      note(name, 'ours')
    }
  }
  const counts = () => Object.fromEntries([...performed].map(([name, by]) => [name, by.length]))
  const total = () => [...performed.values()].flat().length
  return {
    jobs: { Count },
    nodeJobs: { Count: { perform: async (name) => note(name, 'node') } },
    of: (name) => performed.get(String(name)) ?? [],
    counts,
    total,
    expectOnceEach: async (names) => {
      await eventually(() => expect(total()).toBeGreaterThanOrEqual(names.length))
      expect(counts()).toEqual(Object.fromEntries(names.map((name) => [String(name), 1])))
    },
  }
}
