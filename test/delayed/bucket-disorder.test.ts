// Nothing depends on the order of a bucket: a job is found by its id wherever it stands, among whatever.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fillBucket, type Made, madeJob } from '../support/buckets.ts'
import { delayedBy, queuedBy } from '../support/foreign-payloads.ts'
import { type World, world } from '../support/world.ts'

const dueSeconds = 2_000_000_000
const beganMs = 1_900_000_000_000
const roundMs = 64 * 2 ** 20
/** Shorter buckets are walked at once. */
const shortest = 65

const ourTail = `"id":"${'0'.repeat(32)}","queue_time":1900000000.000}`
const garbage = ['', '{', 'no job', ourTail, `{"class":"A","args":[],${ourTail}`, `{"class":1,${ourTail}`]
const foreign = [
  ...Object.values(delayedBy).map(({ payload }) => payload),
  ...Object.values(queuedBy),
  ...garbage,
]

/** `moved`: first planned for another second, which its status tells. */
type Entry =
  | {
      readonly kind: 'made' | 'moved'
      readonly process: number
      readonly madeMs: number
      readonly count: number
    }
  | { readonly kind: 'foreign'; readonly payload: string }

/** Where three processes began to count; one of them is about to run over. */
const began = [7, 2 ** 33, 2 ** 36 - 40] as const
/** How far the clock of each is off. */
const offMs = [0, 40, -700_000] as const

const process = fc.nat(2)
const count = fc.nat(100_000)
const madeMs = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.integer({ min: 0, max: 60_000 }),
  fc.integer({ min: 0, max: 5 * roundMs }),
)
const entry: fc.Arbitrary<Entry> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('made'), process, madeMs, count }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('moved'), process, madeMs, count }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('foreign'), payload: fc.constantFrom(...foreign) }) },
)
const entries = fc.array(entry, { minLength: shortest, maxLength: 200, size: 'max' })

/** As each process makes them, one after another, whose calls arrive in this order. */
function byTime(all: readonly Entry[]): Entry[] {
  const timeOf = (one: Entry) => (one.kind === 'foreign' ? 0 : one.madeMs)
  return all.toSorted((one, other) => timeOf(one) - timeOf(other))
}

interface Standing {
  readonly payload: string
  /** null: of no job of ours. */
  readonly id: string | null
  readonly isMoved: boolean
}

function standing(one: Entry, index: number): Standing {
  if (one.kind === 'foreign') return { payload: one.payload, id: null, isMoved: false }
  const isMoved = one.kind === 'moved'
  const nowMs = beganMs + one.madeMs + (offMs[one.process] ?? 0)
  // The index makes each count another one.
  const making = { nowMs, count: (began[one.process] ?? 0) + 200 * one.count + index }
  const made: Made = madeJob({ dueSeconds: isMoved ? dueSeconds - 5 : dueSeconds, ...making })
  return { ...made, isMoved }
}

async function place(here: World, all: readonly Standing[]): Promise<void> {
  await fillBucket(
    here,
    dueSeconds,
    all.map(({ payload }) => payload),
  )
  const moved = all.filter(({ isMoved }) => isMoved)
  const record = JSON.stringify({ status: 63, class: 'A', queue: 'q', due: dueSeconds })
  await Promise.all(moved.map(({ id }) => here.redis.set(here.keys.status(id ?? ''), record)))
}

/** Each is located; then the first half is cancelled and the rest moved, in an order of its own. */
async function expectFound(here: World, all: readonly Standing[], taken: readonly Standing[]): Promise<void> {
  const ours = taken.flatMap(({ id, payload }) => (id === null ? [] : { id, payload }))
  const located = await Promise.all(ours.map(({ id }) => here.rooms.delayed.locate(id)))
  expect(located).toEqual(ours.map(({ payload }) => ({ payload, dueSeconds })))
  const half = Math.floor(ours.length / 2)
  const acts = ours.map(({ id }, index) =>
    index < half ? here.resque.cancel(id) : here.resque.reschedule(id, dueSeconds + 1),
  )
  expect(await Promise.all(acts)).toEqual(ours.map(() => true))
  const left = all.filter(({ id }) => id === null).map(({ payload }) => payload)
  expect(await here.redis.lrange(here.keys.bucket(dueSeconds), 0, -1)).toEqual(left)
  const moved = await here.redis.lrange(here.keys.bucket(dueSeconds + 1), 0, -1)
  expect(moved).toEqual(ours.slice(half).map(({ payload }) => payload))
}

it.each([
  ['in the order in which they were made', byTime],
  ['in any order', (all: readonly Entry[]) => [...all]],
])('each job of a bucket is found, cancelled and moved, %s', async (_order, arrange) => {
  const property = fc.asyncProperty(entries, fc.func(fc.integer()), async (some, lot) => {
    const here = world()
    const all = arrange(some).map(standing)
    await place(here, all)
    const taken = all.toSorted((one, other) => lot(one.payload) - lot(other.payload))
    await expectFound(here, all, taken)
  })
  await fc.assert(property, { numRuns: 60 })
})

it('a job that is nowhere is not found, whatever stands in its bucket', async () => {
  const property = fc.asyncProperty(entries, entry, async (some, one) => {
    const here = world()
    const all = byTime(some).map(standing)
    await place(here, all)
    const { id } = standing({ ...one, kind: 'made', process: 0, madeMs: 70, count: 500_000 }, 0)
    expect(await here.rooms.delayed.locate(id ?? '')).toBeNull()
    expect(await here.resque.cancel(id ?? '')).toBe(false)
    expect(await here.redis.llen(here.keys.bucket(dueSeconds))).toBe(all.length)
  })
  await fc.assert(property, { numRuns: 20 })
})
