// Every arrow of a job's life, each with a program that walks it, so that a test can break that program just
// before or just after the step.

import { complete, type FaultPoint, holds, type Side } from './fault-kinds.ts'
import { delay, enqueue, failed, hour, longAgoSeconds, none, nowSeconds, overdue } from './fault-setups.ts'
import { workerPoints } from './worker-faults.ts'

export type { Expected, FaultPoint, Side } from './fault-kinds.ts'

const clientPoints: readonly FaultPoint[] = [
  {
    arrow: 'push',
    script: 'push-one',
    matches: holds('"hit"'),
    setUp: none,
    actor: 'client',
    part: () => ({ calls: ['one', 'two', 'hit'].map((name) => ['enqueueTo', 'mail', 'Note', name]) }),
    before: { station: null, performed: 0, end: null },
    after: complete('waiting', 1),
  },
  {
    arrow: 'delay',
    script: 'delay-one',
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
