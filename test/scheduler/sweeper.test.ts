// The scheduler clears the index of delayed jobs of what it has promoted.

import { expect, it, vi } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { world } from '../support/world.ts'

class Tick {
  static queue = 'ticks'
  perform(_number: number): void {}
}

async function hints(here: ReturnType<typeof world>): Promise<number> {
  return (await here.redis.keys(`${here.keys.delayedIndexPrefix}*`)).length
}

it('a while after the last job was promoted, no hint is left', async () => {
  const clock = new ManualClock()
  const here = world({ clock })
  const scheduler = here.scheduler({ resque: here.resque })
  await here.resque.enqueueBulk(
    Array.from({ length: 50 }, (_, index) => ({ job: Tick, args: [index], in: 60 })),
  )
  expect(await hints(here)).toBeGreaterThan(0)
  clock.advance(61_000)
  for (let tick = 0; tick < 25; tick++) await scheduler.tick()
  expect(await here.resque.queues.size('ticks')).toBe(50)
  expect(await hints(here)).toBe(0)
})

it('sorts the hints of jobs that were added at once, whose second is not near', async () => {
  const here = world({ clock: new ManualClock() })
  const scheduler = here.scheduler({ resque: here.resque })
  await here.resque.enqueueBulk(
    Array.from({ length: 50 }, (_, index) => ({ job: Tick, args: [index], in: 60 })),
  )
  expect(await here.redis.llen(here.keys.unsortedHints)).toBe(1)
  await scheduler.tick()
  expect(await here.redis.llen(here.keys.unsortedHints)).toBe(0)
  expect(await hints(here)).toBe(50)
})

it('sorts a bounded number with each tick, and goes on with the next', async () => {
  const here = world({ clock: new ManualClock() })
  const scheduler = here.scheduler({ resque: here.resque })
  const items = Array.from({ length: 22_000 }, (_, index) => ({ job: Tick, args: [index], in: 60 }))
  await here.resque.enqueueBulk(items)
  await scheduler.tick()
  const left = await here.redis.llen(here.keys.unsortedHints)
  expect(left).toBeGreaterThan(0)
  await scheduler.tick()
  expect(await here.redis.llen(here.keys.unsortedHints)).toBe(0)
})

it('in idle times Redis is asked every ten seconds whether hints are to be sorted, and nothing else', async () => {
  const clock = new ManualClock()
  const here = world({ clock })
  const sort = vi.spyOn(here.rooms.delayed.index, 'sort')
  const sweep = vi.spyOn(here.rooms.delayed.index, 'sweep')
  const scheduler = here.scheduler({ resque: here.resque })
  await here.resque.enqueueIn(60, Tick, 1)
  for (let second = 0; second < 20; second++) {
    await scheduler.tick()
    clock.advance(1_000)
  }
  expect(sort).toHaveBeenCalledTimes(2)
  expect(sweep).not.toHaveBeenCalled()
  clock.advance(41_000)
  for (let tick = 0; tick < 25; tick++) await scheduler.tick()
  const asked = sweep.mock.calls.length
  expect(asked).toBe(20)
  for (let tick = 0; tick < 5; tick++) await scheduler.tick()
  expect(sweep).toHaveBeenCalledTimes(asked)
})
