// Entries that run a number of times, or within a span of time.

import { describe, expect, it } from 'vitest'
import { type Config, type Desk, desk, entriesOf, type Ticked } from '../support/recurring.ts'

function ticked(here: Desk, config: Config): Ticked {
  return here.ticked({ entries: entriesOf({ trial: { every: '1m', ...config } }) })
}

describe('limit', () => {
  it('runs so often, and never again', async () => {
    const here = desk()
    const beat = ticked(here, { limit: 2 })
    await beat.tick()
    for (let minute = 0; minute < 5; minute++) await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([60, 120])
    expect(beat.scheduler.nextRunMs).toBe(Number.POSITIVE_INFINITY)
  })

  it('counts across restarts and leaders, and runs that are made up', async () => {
    const here = desk()
    const first = ticked(here, { limit: 3, catch_up: 'all' })
    await first.tick()
    await first.after(60)
    await here.redis.del(here.keys.leader)
    const second = ticked(here, { limit: 3, catch_up: 'all' })
    here.clock.advance(300_000)
    await second.tick()
    expect(await here.plannedSeconds()).toEqual([60, 120, 180])
    expect(second.scheduler.nextRunMs).toBe(Number.POSITIVE_INFINITY)
  })

  it('does not count runs that were skipped, or made by hand', async () => {
    const here = desk()
    const beat = ticked(here, { limit: 2, overlap: 'skip' })
    await beat.tick()
    await beat.after(60)
    await beat.after(60)
    await here.redis.del(here.keys.queue('reports'))
    await here.resque.recurring.enqueueNow('trial')
    await here.redis.del(here.keys.queue('reports'))
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([180])
    await here.redis.del(here.keys.queue('reports'))
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([])
  })

  it('lets an entry go on when it is raised', async () => {
    const here = desk()
    const beat = ticked(here, { limit: 1 })
    await beat.tick()
    await beat.after(60)
    await beat.after(60)
    beat.scheduler.reload(entriesOf({ trial: { every: '1m', limit: 2 } }))
    await beat.tick()
    await beat.after(60)
    await beat.after(60)
    const planned = await here.plannedSeconds()
    expect(planned).toHaveLength(2)
    expect(planned[0]).toBe(60)
  })

  it('begins anew for an entry that was removed and came back', async () => {
    const here = desk()
    const beat = ticked(here, { limit: 1 })
    await beat.tick()
    await beat.after(60)
    beat.scheduler.reload([])
    await beat.after(60)
    beat.scheduler.reload(entriesOf({ trial: { every: '1m', limit: 1 } }))
    await beat.tick()
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([60, 180])
  })
})

describe('starts_at and ends_at', () => {
  it('runs from the one up to the other, both included', async () => {
    const here = desk()
    const beat = ticked(here, {
      every: undefined,
      cron: '* * * * * UTC',
      starts_at: '2027-01-04T12:02:00Z',
      ends_at: '2027-01-04T12:04:00Z',
    })
    await beat.tick()
    for (let minute = 0; minute < 6; minute++) await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([120, 180, 240])
  })
})
