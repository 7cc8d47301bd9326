// All runs of all entries in order of time, one by one, with the changes of their clocks in place: a merge over
// a heap that holds one next run per entry, so that a year of a thousand entries needs no memory.

import { advance, type Course, courseOf, markOf } from './course.ts'
import { changesOf, type DstMark, type Span, type ZonesChange, zoneOf } from './dst-marks.ts'
import type { ScheduleEntry } from './entry.ts'

export interface SimulatedRun {
  readonly kind: 'run'
  readonly atMs: number
  readonly entry: ScheduleEntry
  /** What a change of the clocks did to it. */
  readonly mark: DstMark | null
}

export interface SimulatedChange {
  readonly kind: 'clocks'
  readonly atMs: number
  readonly change: ZonesChange
}

export type SimulatedEvent = SimulatedRun | SimulatedChange

/**
 * What would run in the span if the scheduler were first started at its beginning: intervals count from there,
 * and so does `limit`. A change of clocks comes before the runs of the same moment.
 */
export function* simulate(entries: readonly ScheduleEntry[], span: Span): Generator<SimulatedEvent, void> {
  const timed = entries.filter(({ enabled, kind }) => enabled && kind !== 'manual')
  const zones = timed.filter(({ kind }) => kind === 'cron').map((entry) => zoneOf(entry).name)
  const changes = changesOf(zones, span)
  let place = 0
  for (const run of runsOf(timed, span)) {
    for (; (changes[place]?.atMs ?? run.atMs + 1) <= run.atMs; place++) yield* clocks(changes[place])
    yield run
  }
  for (; place < changes.length; place++) yield* clocks(changes[place])
}

function* clocks(change: ZonesChange | undefined): Generator<SimulatedChange, void> {
  if (change !== undefined) yield { kind: 'clocks', atMs: change.atMs, change }
}

function* runsOf(entries: readonly ScheduleEntry[], span: Span): Generator<SimulatedRun, void> {
  const heap: Course[] = []
  for (const [place, entry] of entries.entries()) push(heap, courseOf(entry, place, span))
  for (let top = heap[0]; top !== undefined && top.atMs < span.toMs; top = heap[0]) {
    yield { kind: 'run', atMs: top.atMs, entry: top.entry, mark: markOf(top) }
    advance(top, span)
    sink(heap)
  }
}

function comesFirst(a: Course, b: Course): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.place < b.place)
}

function push(heap: Course[], course: Course): void {
  let index = heap.push(course) - 1
  while (index > 0) {
    const up = (index - 1) >> 1
    const parent = heap[up]
    if (parent === undefined || !comesFirst(course, parent)) break
    heap[index] = parent
    index = up
  }
  heap[index] = course
}

/** Lets the first course, whose time has moved on, sink to its place. */
function sink(heap: Course[]): void {
  const [course] = heap
  if (course === undefined) return
  let index = 0
  for (;;) {
    const child = lesserChild(heap, index)
    const below = heap[child]
    if (below === undefined || !comesFirst(below, course)) break
    heap[index] = below
    index = child
  }
  heap[index] = course
}

function lesserChild(heap: readonly Course[], index: number): number {
  const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]]
  const isRight = left !== undefined && right !== undefined && comesFirst(right, left)
  return 2 * index + (isRight ? 2 : 1)
}
