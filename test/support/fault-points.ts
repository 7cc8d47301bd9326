// Every arrow of a job's life, each with a program that walks it, so that a test can break that program just
// before or just after the step.

import type { JobState } from '../../src/job/state.ts'
import type { Program } from './child.ts'
import {
  delay,
  endWhenInHand,
  enqueue,
  failed,
  hour,
  longAgoSeconds,
  none,
  nowSeconds,
  orphaned,
  overdue,
} from './fault-setups.ts'
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
const handsIn =
  (kind: string) =>
  (args: readonly string[]): boolean =>
    args.slice(15).includes(kind)

const onlyReserves = (args: readonly string[]): boolean => args[13] === '0' && args[14] !== '0'

const holds =
  (text: string) =>
  (args: readonly string[]): boolean =>
    args.some((arg) => arg.includes(text))

const complete = (station: JobState | null, performed: number): Expected => ({
  station,
  performed,
  end: 'complete',
})

const clientPoints: readonly FaultPoint[] = [
  {
    arrow: 'push',
    script: 'push',
    matches: holds('"hit"'),
    setUp: none,
    actor: 'client',
    part: () => ({ calls: ['one', 'two', 'hit'].map((name) => ['enqueueTo', 'mail', 'Note', name]) }),
    before: { station: null, performed: 0, end: null },
    after: complete('waiting', 1),
  },
  {
    arrow: 'delay',
    script: 'delay',
    matches: holds('"hit"'),
    setUp: none,
    actor: 'client',
    part: () => ({
      calls: ['one', 'two', 'hit'].map((name) => ['enqueueInWithQueue', 'mail', hour, 'Note', name]),
    }),
    before: { station: null, performed: 0, end: null },
    after: complete('delayed', 1),
  },
  {
    arrow: 'cancel (delayed)',
    repeats: false,
    script: 'cancel',
    setUp: delay(hour),
    actor: 'client',
    part: ([id]) => ({ calls: [['cancel', id]] }),
    before: complete('delayed', 1),
    after: { station: 'cancelled', performed: 0, end: 'cancelled' },
  },
  {
    arrow: 'cancel (waiting)',
    repeats: false,
    script: 'cancel',
    setUp: enqueue('Note', 2),
    actor: 'client',
    part: ([id]) => ({ calls: [['cancel', id]] }),
    before: complete('waiting', 1),
    after: { station: 'cancelled', performed: 0, end: 'cancelled' },
  },
  {
    arrow: 'reschedule (to a later time)',
    repeats: false,
    script: 'reschedule',
    setUp: enqueue('Note', 2),
    actor: 'client',
    part: ([id]) => ({ calls: [['reschedule', id, nowSeconds() + hour]] }),
    before: complete('waiting', 1),
    after: complete('delayed', 1),
  },
  {
    arrow: 'reschedule (to now)',
    repeats: false,
    script: 'reschedule',
    setUp: delay(hour),
    actor: 'client',
    part: ([id]) => ({ calls: [['reschedule', id, longAgoSeconds]] }),
    before: complete('delayed', 1),
    after: complete('waiting', 1),
  },
  {
    arrow: 'retry of a failed job',
    repeats: false,
    script: 'retry',
    setUp: failed,
    actor: 'client',
    part: () => ({ calls: [['retryAll']] }),
    before: { station: 'failed', performed: 1, end: 'failed' },
    after: complete('waiting', 2),
  },
]

const schedulerPoints: readonly FaultPoint[] = [
  {
    arrow: 'hold',
    script: 'hold',
    setUp: overdue,
    actor: 'scheduler',
    before: complete('delayed', 1),
    after: complete('delayed', 1),
  },
  {
    arrow: 'promote',
    script: 'promote',
    setUp: overdue,
    actor: 'scheduler',
    before: complete('delayed', 1),
    after: complete('waiting', 1),
  },
  {
    arrow: 'promote (of a class that is asked first)',
    script: 'promote',
    setUp: overdue,
    actor: 'scheduler',
    part: () => ({ asks: true }),
    before: complete('delayed', 1),
    after: complete('waiting', 1),
  },
  {
    arrow: 'answer of a class',
    script: 'answer',
    setUp: overdue,
    actor: 'scheduler',
    part: () => ({ asks: true }),
    before: complete('waiting', 1),
    after: complete('waiting', 1),
  },
  {
    arrow: 'release',
    script: 'release',
    setUp: overdue,
    actor: 'scheduler',
    provoke: async (program) => {
      await program.waitForLine(/^started/)
      program.kill('SIGTERM')
    },
    before: complete('waiting', 1),
    after: complete('waiting', 1),
  },
]

const workerPoints: readonly FaultPoint[] = [
  {
    arrow: 'join',
    script: 'beat',
    setUp: enqueue('Note'),
    actor: 'worker',
    before: complete('waiting', 1),
    after: complete('waiting', 1),
  },
  {
    arrow: 'settle (reserve)',
    script: 'settle',
    matches: onlyReserves,
    setUp: enqueue('Note', 2),
    actor: 'worker',
    before: complete('waiting', 1),
    after: complete('running', 1),
  },
  {
    arrow: 'settle (complete, and reserve the next)',
    script: 'settle',
    matches: handsIn('complete'),
    setUp: enqueue('Note', 2),
    actor: 'worker',
    part: () => ({ concurrency: 1 }),
    before: complete('running', 2),
    after: complete('complete', 1),
  },
  {
    arrow: 'settle (done, not tracked)',
    script: 'settle',
    matches: handsIn('done'),
    setUp: async (world) => {
      const untracked = world.client({ track: false })
      return [String(await untracked.enqueueTo('mail', 'Note'))]
    },
    actor: 'worker',
    before: { station: 'running', performed: 2, end: null },
    after: { station: null, performed: 1, end: null },
  },
  {
    arrow: 'settle (failed)',
    script: 'settle',
    matches: handsIn('failed'),
    setUp: enqueue('Broken', 2),
    actor: 'worker',
    part: () => ({ mood: { broken: true }, concurrency: 1 }),
    before: complete('running', 2),
    after: { station: 'failed', performed: 1, end: 'failed' },
  },
  {
    arrow: 'settle (retry)',
    script: 'settle',
    matches: handsIn('retry'),
    setUp: enqueue('Flaky', 2),
    actor: 'worker',
    part: () => ({ concurrency: 1 }),
    before: complete('running', 2),
    after: complete('delayed', 2),
  },
  {
    arrow: 'settle (back)',
    script: 'settle',
    matches: handsIn('back'),
    setUp: enqueue('Stubborn', 2),
    actor: 'worker',
    part: () => ({ mood: { hang: true }, concurrency: 1, termTimeoutSeconds: 0 }),
    provoke: endWhenInHand,
    before: complete('running', 2),
    after: complete('waiting', 2),
  },
  {
    arrow: 'leave',
    script: 'requeue-orphans',
    matches: (args) => args[2] !== '',
    setUp: enqueue('Note', 2),
    actor: 'worker',
    provoke: endWhenInHand,
    before: complete('complete', 1),
    after: complete('complete', 1),
  },
  {
    arrow: 'requeue-orphans',
    script: 'requeue-orphans',
    matches: (args) => args[1] !== '',
    setUp: orphaned,
    actor: 'worker',
    part: () => ({ queues: 'another' }),
    before: complete('running', 2),
    after: complete('waiting', 2),
  },
]

export const faultPoints: readonly FaultPoint[] = [...clientPoints, ...schedulerPoints, ...workerPoints]

export interface Fault {
  readonly point: FaultPoint
  readonly when: Side
  /** For the name of a test: `before push reaches Redis`. */
  readonly where: string
}

export const faults: readonly Fault[] = faultPoints.flatMap((point) => [
  { point, when: 'before', where: `before ${point.arrow} reaches Redis` },
  { point, when: 'after', where: `after ${point.arrow}, before its reply` },
])
