// Entries that are kept in Redis, as a scheduler sees them: those set here and those that Ruby wrote.

import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { desk, entriesOf, type Ticked } from '../support/recurring.ts'
import { world } from '../support/world.ts'

const minutely = { every: '1m', class: 'Report', queue: 'reports' }
const noon = { cron: '* * * * * UTC', class: 'Report', queue: 'reports' }

function leftOut({ told }: Ticked): unknown[] {
  return told.filter(({ event }) => event === 'entryLeftOut')
}

describe('an entry set in Redis', () => {
  it('runs from then on', async () => {
    const here = desk()
    const beat = here.ticked()
    await beat.tick()
    await here.resque.recurring.set('tidy', minutely)
    await beat.through(130)
    expect(await here.plannedSeconds('tidy')).toEqual([60, 120])
  })

  it('counts from the moment it was set, also when no scheduler was there to see it', async () => {
    const here = desk()
    await here.resque.recurring.set('tidy', minutely)
    here.clock.advance(45_000)
    const beat = here.ticked()
    await beat.tick()
    await beat.through(20)
    expect(await here.plannedSeconds()).toEqual([60])
  })

  it('does not run again once it was removed, not even by a scheduler that has not heard of it', async () => {
    const here = desk()
    await here.resque.recurring.set('tidy', minutely)
    const beat = here.ticked()
    await beat.tick()
    here.clock.advance(60_000)
    await here.resque.recurring.remove('tidy')
    await beat.tick()
    await beat.through(120)
    expect(await here.plannedSeconds()).toEqual([])
    expect(beat.scheduler.nextRunMs).toBe(Number.POSITIVE_INFINITY)
  })

  it('does not make up the time for which it was gone', async () => {
    const here = desk()
    await here.resque.recurring.set('tidy', noon)
    const beat = here.ticked()
    await beat.tick()
    await beat.after(60)
    await here.resque.recurring.remove('tidy')
    here.clock.advance(300_000)
    await here.resque.recurring.set('tidy', noon)
    await beat.tick()
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([60, 420])
  })

  it('runs by its new timing from the change on, and makes nothing up for it', async () => {
    const here = desk()
    await here.resque.recurring.set('tidy', { ...noon, cron: '0 * * * * UTC' })
    const beat = here.ticked()
    await beat.tick()
    here.clock.advance(300_500)
    await here.resque.recurring.set('tidy', noon)
    await beat.tick()
    await beat.through(70)
    expect(await here.plannedSeconds()).toEqual([360])
  })

  it('is read by the leader only; a standby takes over with all of them', async () => {
    const here = desk()
    const [leader, standby] = [here.ticked(), here.ticked()]
    await leader.tick()
    await standby.tick()
    await here.resque.recurring.set('tidy', minutely)
    await standby.tick()
    expect(await here.redis.smembers(here.rooms.recurring('').keys.dynamicChanged)).toEqual(['tidy'])
    await here.redis.del(here.keys.leader)
    await standby.tick()
    await standby.after(60)
    await leader.tick()
    expect(await here.plannedSeconds()).toEqual([60])
  })

  it('is left alone by a scheduler that is told to', async () => {
    const here = desk()
    await here.resque.recurring.set('tidy', minutely)
    const beat = here.ticked({ dynamic: false })
    await beat.tick()
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([])
    expect(await here.redis.smembers(here.rooms.recurring('').keys.dynamicChanged)).toEqual(['tidy'])
  })
})

describe('entries that Ruby wrote', () => {
  it('run when the hash and the set of changes are written, and stop when they are removed', async () => {
    const here = desk()
    const { dynamic, dynamicChanged } = here.rooms.recurring('').keys
    const beat = here.ticked()
    await beat.tick()
    const text = '{"every":"1m","class":"InteropOk","queue":"q2","args":["t"],"description":"d"}'
    await here.redis.multi().hset(dynamic, 'tea', text).sadd(dynamicChanged, 'tea').exec()
    await beat.tick()
    expect(await here.redis.exists(dynamicChanged)).toBe(0)
    await beat.after(60)
    expect(await here.resque.queues.peek('q2')).toEqual([expect.stringContaining('"args":["t"]')])
    await here.redis.multi().hdel(dynamic, 'tea').sadd(dynamicChanged, 'tea').exec()
    await beat.through(180)
    expect(await here.plannedSeconds('tea')).toEqual([60])
  })

  it('are all read by a new leader, whatever the set of changes says', async () => {
    const here = desk()
    const { dynamic, dynamicChanged } = here.rooms.recurring('').keys
    await here.redis.hset(dynamic, 'tea', '{"every":"1m","class":"Tea","queue":"q2"}')
    await here.redis.sadd(dynamicChanged, 'gone')
    const beat = here.ticked()
    await beat.tick()
    expect(await here.redis.exists(dynamicChanged)).toBe(0)
    await beat.after(60)
    expect(await here.plannedSeconds('tea')).toEqual([60])
  })

  it('that are wrong are left out and told of once; the others run', async () => {
    const here = desk()
    const { dynamic, dynamicChanged } = here.rooms.recurring('').keys
    await here.redis.hset(dynamic, {
      noJson: '{"every":',
      noMap: '42',
      badCron: '{"cron":"61 * * * *","class":"A","queue":"q"}',
      noQueue: '{"every":"1m","class":"A"}',
      good: '{"every":"1m","class":"Tea","queue":"q2"}',
    })
    const beat = here.ticked()
    await beat.tick()
    await here.redis.sadd(dynamicChanged, 'noJson', 'badCron', 'good')
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([60])
    expect(leftOut(beat)).toHaveLength(4)
    expect(leftOut(beat)).toContainEqual(
      expect.objectContaining({ entry: 'noJson', reason: expect.stringContaining('not JSON') }),
    )
    await here.redis.hset(dynamic, 'noJson', '{"every":"1m","class":"Tea","queue":"q2"}')
    await here.redis.sadd(dynamicChanged, 'noJson')
    await beat.tick()
    await beat.after(60)
    expect(await here.plannedSeconds('noJson')).toEqual([120])
  })

  it('may have keys that nobody here knows', async () => {
    const here = desk()
    const { dynamic } = here.rooms.recurring('').keys
    await here.redis.hset(
      dynamic,
      'tea',
      '{"every":"1m","class":"Tea","queue":"q2","sort":"green","persist":true}',
    )
    const beat = here.ticked()
    await beat.tick()
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([60])
    expect(leftOut(beat)).toEqual([])
  })

  it('come back by themselves when Redis was emptied', async () => {
    const here = desk()
    const { dynamic, definitions, last, version } = here.rooms.recurring('').keys
    const beat = here.ticked({ entries: entriesOf({ tidy: { every: '1m' } }) })
    await here.resque.recurring.set('tea', minutely)
    await beat.tick()
    await here.redis.del(dynamic, definitions, last, version)
    await beat.after(60)
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([120])
    expect(await here.resque.recurring.list()).toHaveLength(1)
  })

  it('for other environments do not run', async () => {
    const here = desk()
    const { dynamic } = here.rooms.recurring('').keys
    await here.redis.hset(dynamic, 'tea', '{"every":"1m","class":"Tea","queue":"q2","rails_env":"staging"}')
    const beat = here.ticked({ entryContext: { environment: 'production' } })
    await beat.tick()
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([])
    expect(leftOut(beat)).toEqual([])
  })
})

describe('a dynamic entry and one of the file with the same name', () => {
  it('the one of the file runs, and it is said', async () => {
    const here = desk()
    await here.resque.recurring.set('tidy', { ...minutely, class: 'Dynamic' })
    const beat = here.ticked({ entries: entriesOf({ tidy: { every: '1m', class: 'OfFile' } }) })
    await beat.tick()
    await here.resque.recurring.set('tidy', { ...minutely, class: 'Other' })
    await beat.after(60)
    expect(await here.resque.queues.peek('reports')).toEqual([expect.stringContaining('"OfFile"')])
    expect(leftOut(beat)).toEqual([expect.objectContaining({ entry: 'tidy' })])
    expect(await here.resque.recurring.get('tidy')).toMatchObject({ source: 'file', class: 'OfFile' })
  })

  it('the dynamic one runs once the file has none any more', async () => {
    const here = desk()
    await here.resque.recurring.set('tidy', { ...minutely, class: 'Dynamic' })
    const beat = here.ticked({ entries: entriesOf({ tidy: { every: '1m', class: 'OfFile' } }) })
    await beat.tick()
    beat.scheduler.reload([])
    await beat.tick()
    await beat.after(60)
    expect(await here.resque.queues.peek('reports')).toEqual([expect.stringContaining('"Dynamic"')])
  })
})

describe('a running scheduler', () => {
  it('hears of a change over the channel', async () => {
    const here = world()
    const scheduler = here.scheduler()
    await scheduler.start()
    await here.resque.recurring.set('tick', { every: '1s', class: 'Tick', queue: 'ticks' })
    await eventually(async () => expect(await here.resque.queues.size('ticks')).toBeGreaterThan(0))
    await here.resque.recurring.remove('tick')
    const size = await here.resque.queues.size('ticks')
    await eventually(() => expect(scheduler.nextRunMsOf('tick')).toBeUndefined())
    expect(await here.resque.queues.size('ticks')).toBe(size)
  })
})
