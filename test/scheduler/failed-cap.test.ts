// The leader keeps the failed list within its cap.

import { expect, it } from 'vitest'
import { failedAt } from '../../src/job/wire-times.ts'
import { eventually } from '../support/eventually.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { world } from '../support/world.ts'

const dayMs = 86_400_000

function record(failedMs: number): string {
  const payload = { class: 'A', args: [failedMs] }
  return JSON.stringify({ failed_at: failedAt(failedMs), payload, exception: 'E', error: '', queue: 'q' })
}

it('once a minute, what is too old or too much goes', async () => {
  const clock = new ManualClock()
  const here = world({ clock })
  const scheduler = here.scheduler({ resque: here.resque, failed: { keep: 3, maxAgeDays: 2 } })
  const add = (...ages: number[]) =>
    here.redis.rpush(here.keys.failed, ...ages.map((age) => record(clock.nowMs() - age * dayMs)))
  await add(9, 3, 1)
  await scheduler.tick()
  await eventually(async () => expect(await here.resque.failed.count()).toBe(1))
  await add(0, 0, 0)
  await scheduler.tick()
  expect(await here.resque.failed.count()).toBe(4)
  clock.advance(61_000)
  await scheduler.tick()
  await eventually(async () => expect(await here.resque.failed.count()).toBe(3))
})

it('a standby leaves it alone, and without a cap all is kept', async () => {
  const here = world()
  await here.redis.rpush(here.keys.failed, record(0), record(0))
  await here.scheduler().tick()
  await here.scheduler({ failed: { keep: 0 } }).tick()
  expect(await here.resque.failed.count()).toBe(2)
})

it('a cap that cannot be is refused at the start', () => {
  const here = world()
  expect(() => here.scheduler({ failed: {} })).toThrow(/was not told what to keep/)
  expect(() => here.scheduler({ failed: { keep: -1 } })).toThrow(/keep is -1/)
})
