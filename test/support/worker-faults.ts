// The steps of a worker, each of which a test can break.

import { complete, type FaultPoint, handsIn, handsInQuickly, onlyReserves } from './fault-kinds.ts'
import { endWhenInHand, enqueue, orphaned } from './fault-setups.ts'

const plainPoints: readonly FaultPoint[] = [
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
    arrow: 'settle-quick (complete, and reserve the next)',
    script: 'settle-quick',
    matches: handsInQuickly(true),
    setUp: enqueue('Note', 2),
    actor: 'worker',
    part: () => ({ concurrency: 1 }),
    before: complete('running', 2),
    after: complete('complete', 1),
  },
  {
    arrow: 'settle-quick (complete, not tracked)',
    script: 'settle-quick',
    matches: handsInQuickly(false),
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

/** A worker that has a class with a limit settles by another script. */
function withLimits(point: FaultPoint): FaultPoint {
  const part = (ids: readonly string[]): object => {
    const own = (point.part?.(ids) ?? {}) as { readonly mood?: object }
    return { ...own, mood: { ...own.mood, limited: true } }
  }
  return { ...point, part, script: 'settle-limited', arrow: `${point.arrow} with limits` }
}

/** Where there are limits, what went well takes no quicker way than the rest. */
function withCare(point: FaultPoint): FaultPoint {
  const kind = point.arrow.includes('not tracked') ? 'done' : 'complete'
  return point.script === 'settle-quick' ? { ...point, matches: handsIn(kind) } : point
}

const limitedPoints = plainPoints
  .filter(({ script }) => script.startsWith('settle'))
  .map((point) => withLimits(withCare(point)))

export const workerPoints: readonly FaultPoint[] = [...plainPoints, ...limitedPoints]
