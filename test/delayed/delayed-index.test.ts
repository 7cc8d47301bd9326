// The index of class and args: jobs are found whether their hints are sorted or not, and whatever happens meanwhile.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { type World, world } from '../support/world.ts'

class Tick {
  static queue = 'ticks'
  perform(_number: number): void {}
}

const now = 1_798_761_600

function many(count: number, first = 0, seconds = 60) {
  return Array.from({ length: count }, (_, index) => ({ job: Tick, args: [first + index], in: seconds }))
}

async function unsorted(here: World): Promise<number> {
  return here.redis.llen(here.keys.unsortedHints)
}

async function sortAll(here: World): Promise<void> {
  for (let isMore = true; isMore; ) isMore = await here.rooms.delayed.index.sort()
}

it('keeps the hints of one call as one entry: second, digests, second, digests', async () => {
  const here = world({ clock: new ManualClock() })
  const ids = await here.resque.enqueueBulk([...many(2), ...many(1, 2, 90)])
  const [a, b, c] = ids.map((id) => id?.slice(10, 18))
  expect(await here.redis.lrange(here.keys.unsortedHints, 0, -1)).toEqual([
    `${now + 60} ${a}${b} ${now + 90} ${c} `,
  ])
  await sortAll(here)
  expect(await here.redis.exists(here.keys.unsortedHints)).toBe(0)
  const key = here.keys.delayedIndexPrefix + c?.slice(0, 4)
  expect(await here.redis.smembers(key)).toContain(`1${c?.slice(4)}${now + 90}`)
})

it('finds each job before its hint is sorted and after', async () => {
  const here = world({ clock: new ManualClock() })
  await here.resque.enqueueBulk([...many(300), ...many(300, 0, 90)])
  for (const entries of [3, 0]) {
    expect(await here.resque.delayed.scheduledAt(Tick, 7)).toEqual([
      new Date((now + 60) * 1000),
      new Date((now + 90) * 1000),
    ])
    expect(await unsorted(here)).toBe(entries)
    await sortAll(here)
  }
  expect(await here.resque.delayed.has(Tick, 300)).toBe(false)
})

it('reads far into unsorted hints without writing, and sorts them before it takes jobs out', async () => {
  const here = world({ clock: new ManualClock() })
  await here.resque.enqueueBulk(many(10_000))
  expect(await here.resque.delayed.has(Tick, 9_999)).toBe(true)
  expect(await unsorted(here)).toBe(40)
  expect(await here.resque.delayed.remove(Tick, 9_999)).toBe(1)
  expect(await unsorted(here)).toBeLessThan(16)
  expect(await here.resque.delayed.has(Tick, 9_999)).toBe(false)
  expect(await here.resque.delayed.has(Tick, 9_998)).toBe(true)
})

it('moves the one job that is there, however many hints are unsorted', async () => {
  const here = world({ clock: new ManualClock() })
  const ids = await here.resque.enqueueBulk(many(10_000))
  expect(await here.resque.delayOrEnqueueIn(300, Tick, 9_000)).toBe(ids[9_000])
  expect(await here.resque.delayed.scheduledAt(Tick, 9_000)).toEqual([new Date((now + 300) * 1000)])
  expect(await here.resque.delayed.count()).toBe(10_000)
})

it('finds all jobs while hints are being sorted', async () => {
  const here = world({ clock: new ManualClock() })
  await here.resque.enqueueBulk(many(20_000))
  let isSorting = true
  const sorting = sortAll(here).finally(() => {
    isSorting = false
  })
  let number = 0
  for (; isSorting || number < 100; number += 97) {
    expect(await here.resque.delayed.has(Tick, number % 20_000)).toBe(true)
  }
  await sorting
})

it('finds the same whatever is added, sorted, removed and promoted, in any order', async () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('bulk' as const),
      first: fc.nat(5),
      count: fc.integer({ min: 2, max: 6 }),
    }),
    fc.record({ kind: fc.constant('one' as const), first: fc.nat(9) }),
    fc.record({ kind: fc.constant('sort' as const) }),
    fc.record({ kind: fc.constant('remove' as const), first: fc.nat(9) }),
    fc.record({ kind: fc.constant('promote' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const clock = new ManualClock()
      const here = world({ clock })
      let model: { number: number; due: number }[] = []
      for (const [index, step] of steps.entries()) {
        const due = now + 10 + index * 7
        const seconds = due - Math.floor(clock.nowMs() / 1000)
        if (step.kind === 'sort') await sortAll(here)
        if (step.kind === 'one') {
          await here.resque.enqueueIn(seconds, Tick, step.first)
          model.push({ number: step.first, due })
        }
        if (step.kind === 'bulk') {
          await here.resque.enqueueBulk(many(step.count, step.first, seconds))
          for (let number = step.first; number < step.first + step.count; number++)
            model.push({ number, due })
        }
        if (step.kind === 'remove') {
          const those = model.filter(({ number }) => number === step.first)
          expect(await here.resque.delayed.remove(Tick, step.first)).toBe(those.length)
          model = model.filter(({ number }) => number !== step.first)
        }
        if (step.kind === 'promote') {
          clock.advance(9_000)
          await here.rooms.delayed.promote({ limit: 1_000, leader: null })
          model = model.filter(({ due }) => due * 1000 > clock.nowMs())
        }
      }
      for (let number = 0; number < 12; number++) {
        const expected = [...new Set(model.filter((job) => job.number === number).map((job) => job.due))]
        const found = await here.resque.delayed.scheduledAt(Tick, number)
        expect(found.map((date) => date.getTime() / 1000)).toEqual(expected.sort((a, b) => a - b))
      }
    }),
    { numRuns: 30 },
  )
})

it('adds nothing when something else stands where unsorted hints belong, and reads on', async () => {
  const here = world({ clock: new ManualClock() })
  await here.resque.enqueueIn(60, Tick, 1)
  await here.redis.set(here.keys.unsortedHints, 'x')
  await expect(here.resque.enqueueBulk(many(3, 5))).rejects.toThrow('WRONGTYPE')
  expect(await here.resque.delayed.count()).toBe(1)
  expect(await here.resque.delayed.scheduledAt(Tick, 1)).toHaveLength(1)
  expect(await here.resque.delayed.remove(Tick, 1)).toBe(1)
  await sortAll(here)
})

it('sorts on when something else stands where one of its sets belongs', async () => {
  const here = world({ clock: new ManualClock() })
  const [id] = await here.resque.enqueueBulk(many(5))
  await here.redis.set(here.keys.delayedIndexPrefix + id?.slice(10, 14), 'x')
  await sortAll(here)
  expect(await unsorted(here)).toBe(0)
  expect(await here.resque.delayed.has(Tick, 3)).toBe(true)
})
