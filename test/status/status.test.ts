// What a job says of itself, and where it is.

import { describe, expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { world } from '../support/world.ts'

describe("a job's log", () => {
  it('keeps the last hundred lines for a day', async () => {
    const { rooms, redis, keys } = world()
    await rooms.statuses.addLog('x', ['first'])
    await rooms.statuses.addLog(
      'x',
      Array.from({ length: 100 }, (_, index) => `line ${index}`),
    )
    const lines = await rooms.statuses.log('x')
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([100, 'line 0', 'line 99'])
    expect(await redis.ttl(keys.jobLog('x'))).toBeGreaterThan(86_000)
  })

  it('is empty for a job that said nothing', async () => {
    expect(await world().rooms.statuses.log('x')).toEqual([])
  })
})

describe('where a job is', () => {
  it('is told with its progress while it runs', async () => {
    const { rooms, resque, redis, keys } = world()
    await redis.set(keys.status('x'), '{"status":2,"updated":1}')
    await rooms.statuses.setProgress('x', 42)
    expect(await resque.status('x')).toMatchObject({ state: 'running', progress: 42 })
    expect(await redis.ttl(keys.progress('x'))).toBeGreaterThan(86_000)
  })

  it('is told of a delayed job with its args and times, though it has no record', async () => {
    const clock = new ManualClock()
    const { resque } = world({ clock })
    const id = await resque.enqueueInWithQueue('mail', 60, 'A', 1, { b: 2 })
    expect(await resque.status(id ?? '')).toEqual({
      id,
      state: 'delayed',
      code: 63,
      class: 'A',
      queue: 'mail',
      args: [1, { b: 2 }],
      enqueuedAt: new Date(clock.nowMs()),
      dueAt: new Date(clock.nowMs() + 60_000),
      attempts: 0,
    })
  })

  it('is not known of a job that was not tracked, once it is in its queue', async () => {
    const { resque } = world({ track: false })
    expect(await resque.status((await resque.enqueueTo('mail', 'A')) ?? '')).toBeNull()
  })

  it('is not told when the record says delayed, but the job is nowhere', async () => {
    const { resque, redis, keys } = world()
    await redis.set(keys.status('x'), '{"status":63,"updated":1,"due":5}')
    expect(await resque.status('x')).toBeNull()
  })
})
