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

it('in idle times Redis is not asked at all', async () => {
  const clock = new ManualClock()
  const here = world({ clock })
  const sweep = vi.spyOn(here.rooms.delayed, 'sweep')
  const scheduler = here.scheduler({ resque: here.resque })
  await here.resque.enqueueIn(60, Tick, 1)
  for (let tick = 0; tick < 5; tick++) await scheduler.tick()
  expect(sweep).not.toHaveBeenCalled()
  clock.advance(61_000)
  for (let tick = 0; tick < 25; tick++) await scheduler.tick()
  const asked = sweep.mock.calls.length
  expect(asked).toBe(20)
  for (let tick = 0; tick < 5; tick++) await scheduler.tick()
  expect(sweep).toHaveBeenCalledTimes(asked)
})
