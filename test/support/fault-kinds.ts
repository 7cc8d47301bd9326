// What a point is at which a program is broken, and how its step is recognised.

import type { JobState } from '../../src/job/state.ts'
import type { Program } from './child.ts'
import type { ActorName } from './journey.ts'
import type { World } from './world.ts'

export type Side = 'before' | 'after'

/** What is to be seen of the job that is hit. */
export interface Expected {
  /** Where it is when the program has died; null: nowhere, since nothing was acknowledged or kept. */
  readonly station: JobState | null
  /** How often it has been performed in the end. */
  readonly performed: number
  readonly end: JobState | null
}

export interface FaultPoint {
  readonly arrow: string
  /** The script's name, and which of its calls. */
  readonly script: string
  readonly matches?: (args: readonly string[]) => boolean
  /** Enqueues jobs and resolves to their ids; the first is the one that is hit. */
  readonly setUp: (world: World) => Promise<string[]>
  readonly actor: ActorName
  readonly part?: (ids: readonly string[]) => object
  /** Whether the program takes the step again by itself when only its connection broke. */
  readonly repeats?: false
  /** Makes the started program take the step, when it does not do so by itself. */
  readonly provoke?: (program: Program, world: World) => Promise<void>
  readonly before: Expected
  readonly after: Expected
}

/** A settle call that hands in an outcome of this kind. */
export const handsIn =
  (kind: string) =>
  (args: readonly string[]): boolean =>
    args.slice(15).includes(kind)

/** A settle-quick call that hands in jobs that are complete, tracked or not. */
export const handsInQuickly =
  (isTracked: boolean) =>
  (args: readonly string[]): boolean =>
    args[10] !== '' && (args[14] !== '0') === isTracked

export const onlyReserves = (args: readonly string[]): boolean => args[13] === '0' && args[14] !== '0'

export const holds =
  (text: string) =>
  (args: readonly string[]): boolean =>
    args.some((arg) => arg.includes(text))

export const complete = (station: JobState | null, performed: number): Expected => ({
  station,
  performed,
  end: 'complete',
})
