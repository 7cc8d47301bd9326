// Entries of the schedule file that come, go and change, and what of the past is made up then.

import { describe, expect, it } from 'vitest'
import { type Config, type Desk, desk, entriesOf, type Ticked } from '../support/recurring.ts'

const minutely = { cron: '* * * * * UTC' }

function ticked(here: Desk, config: Config): Ticked {
  return here.ticked({ entries: entriesOf({ tidy: config }) })
}

function reload({ scheduler }: Ticked, config: Config | null): void {
  scheduler.reload(config === null ? [] : entriesOf({ tidy: config }))
}

describe('an entry of the file', () => {
  it('does not fire any more once it was taken out, and comes back without making anything up', async () => {
    const here = desk()
    const beat = ticked(here, minutely)
    await beat.tick()
    await beat.after(60)
    reload(beat, null)
    await beat.through(180)
    reload(beat, minutely)
    await beat.tick()
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([60, 300])
  })

  it('whose cron changes runs by the new one from the change on', async () => {
    const here = desk()
    const beat = ticked(here, { cron: '30 * * * * UTC' })
    await beat.tick()
    await beat.after(600)
    reload(beat, { cron: '*/5 * * * * UTC' })
    await beat.tick()
    expect(await here.plannedSeconds()).toEqual([])
    await beat.after(300)
    expect(await here.plannedSeconds()).toEqual([900])
  })

  it('whose interval changes counts on from its last run', async () => {
    const here = desk()
    const beat = ticked(here, { every: '1h' })
    await beat.tick()
    await beat.after(3_600)
    here.clock.advance(1_000_000)
    reload(beat, { every: '10m' })
    await beat.tick()
    // 3,600 + 2 × 600 is the first that lies after the change at 4,600.
    await beat.after(200)
    expect(await here.plannedSeconds()).toEqual([3_600, 4_800])
  })

  it('whose interval changes before it ever ran counts from the change', async () => {
    const here = desk()
    const beat = ticked(here, { every: '1h' })
    await beat.tick()
    here.clock.advance(100_000)
    reload(beat, { every: '10m' })
    await beat.tick()
    expect(beat.scheduler.nextRunMs - here.clock.nowMs()).toBe(600_000)
  })

  it('that only changes its job keeps its clock', async () => {
    const here = desk()
    const beat = ticked(here, { every: '1h' })
    await beat.tick()
    here.clock.advance(100_000)
    reload(beat, { every: '60m', class: 'Other', queue: 'others' })
    await beat.tick()
    await beat.after(3_500)
    expect(await here.resque.queues.peek('others')).toEqual([expect.stringContaining('"Other"')])
  })

  it('that was disabled in the file makes nothing up when it is enabled', async () => {
    const here = desk()
    const beat = ticked(here, { ...minutely, enabled: false })
    await beat.tick()
    await beat.after(300)
    reload(beat, minutely)
    await beat.tick()
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([360])
  })
})

describe('a restart', () => {
  it('leaves the clock of an interval alone, however often it happens', async () => {
    const here = desk()
    for (let deploy = 0; deploy < 10; deploy++) {
      await here.redis.del(here.keys.leader)
      await ticked(here, { every: '1h' }).tick()
      here.clock.advance(600_000)
    }
    expect(await here.plannedSeconds()).toEqual([3_600])
  })

  it('makes up what was missed meanwhile', async () => {
    const here = desk()
    await ticked(here, { ...minutely, catch_up: 'all' }).tick()
    await here.redis.del(here.keys.leader)
    here.clock.advance(180_000)
    const beat = ticked(here, { ...minutely, catch_up: 'all' })
    await beat.tick()
    expect(await here.plannedSeconds()).toEqual([60, 120, 180])
    expect(beat.told.filter(({ event, caughtUp }) => event === 'fired' && caughtUp)).toHaveLength(2)
  })

  it('makes up nothing that came true of another definition', async () => {
    const here = desk()
    await ticked(here, { cron: '30 * * * * UTC', catch_up: 'all' }).tick()
    await here.redis.del(here.keys.leader)
    here.clock.advance(180_000)
    await ticked(here, { ...minutely, catch_up: 'all' }).tick()
    expect(await here.plannedSeconds()).toEqual([])
  })
})

describe('what is told', () => {
  it('names what was added, changed and removed, and nothing that stayed', async () => {
    const here = desk()
    const beat = here.ticked({ entries: entriesOf({ a: minutely, b: minutely, c: minutely }) })
    await beat.tick()
    beat.scheduler.reload(entriesOf({ a: minutely, b: { every: '1m' }, d: minutely }))
    await beat.tick()
    beat.scheduler.reload(entriesOf({ a: minutely, b: { every: '1m' }, d: minutely }))
    await beat.tick()
    const loads = beat.told.filter(({ event }) => event === 'scheduleLoaded')
    expect(loads).toEqual([
      expect.objectContaining({ entries: 3, added: ['a', 'b', 'c'] }),
      expect.objectContaining({ entries: 3, added: ['d'], changed: ['b'], removed: ['c'] }),
    ])
  })

  it('is published for who asks, and withdrawn with the entry', async () => {
    const here = desk()
    const beat = ticked(here, minutely)
    await beat.tick()
    expect((await here.resque.recurring.list()).map(({ name }) => name)).toEqual(['tidy'])
    reload(beat, null)
    await beat.tick()
    expect(await here.resque.recurring.list()).toEqual([])
  })

  it('stays as it is when a scheduler without a schedule leads for a while', async () => {
    const here = desk()
    await ticked(here, minutely).tick()
    await here.redis.del(here.keys.leader)
    const other = here.ticked()
    await other.tick()
    expect(await here.resque.recurring.list()).toHaveLength(1)
    await here.redis.del(here.keys.leader)
    here.clock.advance(60_000)
    await ticked(here, minutely).tick()
    expect(await here.plannedSeconds()).toEqual([60])
  })
})

describe('what is known of entries that are gone', () => {
  it('is removed after a month', async () => {
    const here = desk()
    const beat = ticked(here, minutely)
    await beat.tick()
    await beat.after(60)
    reload(beat, null)
    await beat.tick()
    const { historyPrefix, last } = here.rooms.recurring('').keys
    expect(await here.redis.exists(`${historyPrefix}tidy`, last)).toBe(2)
    await beat.after(31 * 86_400)
    beat.scheduler.reload([])
    await beat.tick()
    const keys = (await here.allKeys()).filter((key) => /^recurring_(?!version)/.test(key))
    expect(keys).toEqual([])
  })
})
