// Many new jobs at once: into the buckets of their seconds, found again by what they are; those already due go on.

import { expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { world } from '../support/world.ts'

const item = (number: number, seconds: number) => ({
  job: 'Note',
  args: [number],
  queue: 'notes',
  in: seconds,
})

it('keeps their order within each second, and finds each of them by its args', async () => {
  const clock = new ManualClock()
  const { resque, rooms } = world({ clock })
  await resque.enqueueBulk([item(1, 60), item(2, 90), item(3, 60), item(4, 90)])
  const [first = 0, second = 0] = await rooms.delayed.timestamps()
  expect(second - first).toBe(30)
  const numbers = async (at: number) => (await resque.delayed.peek(at)).map(({ args }) => args[0])
  expect([await numbers(first), await numbers(second)]).toEqual([
    [1, 3],
    [2, 4],
  ])
  for (const number of [1, 2, 3, 4]) expect(await resque.delayed.has('Note', number)).toBe(true)
  expect(await resque.delayed.has('Note', 5)).toBe(false)
})

it('puts those whose second has come into their queue, and the others into their buckets', async () => {
  const clock = new ManualClock()
  const { resque } = world({ clock })
  const past = { job: 'Note', args: [1], queue: 'notes', at: new Date(clock.nowMs() - 5_000) }
  await resque.enqueueBulk([item(2, 60), past])
  expect(
    (await resque.queues.peek('notes')).map((text) => (JSON.parse(text) as { args: number[] }).args[0]),
  ).toEqual([1])
  expect(await resque.delayed.count()).toBe(1)
})
