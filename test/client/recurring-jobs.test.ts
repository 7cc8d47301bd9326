// `resque.recurring`: what is told of entries, and what can be done to them.

import { describe, expect, it } from 'vitest'
import { desk, entriesOf, startMs } from '../support/recurring.ts'

const minutely = { every: '1m', class: 'Report', queue: 'reports' }

class SendDigest {
  static queue = 'mail'
  perform(): void {}
}

describe('set', () => {
  it('stores an entry as Ruby does, so that a Ruby scheduler runs it too', async () => {
    const { resque, redis, rooms } = desk()
    const { dynamic, dynamicChanged } = rooms.recurring('').keys
    const config = { every: 90, class: 'Tea', queue: 'q2', args: ['t'], description: 'd', persist: true }
    expect(await resque.recurring.set('tea', config)).toBe(true)
    const text = '{"every":"1m30s","class":"Tea","queue":"q2","args":["t"],"description":"d"}'
    expect(await redis.hgetall(dynamic)).toEqual({ tea: text })
    expect(await redis.smembers(dynamicChanged)).toEqual(['tea'])
    expect(await resque.recurring.set('tea', { ...config, args: { one: 1 } })).toBe(false)
  })

  it('takes a job class, which names its queue', async () => {
    const { resque } = desk()
    await resque.recurring.set('digest', { cron: '0 9 * * * Europe/Berlin', class: SendDigest })
    expect(await resque.recurring.get('digest')).toMatchObject({ class: 'SendDigest', queue: 'mail' })
  })

  it('names all problems at once and writes nothing', async () => {
    const { resque, allKeys } = desk()
    const wrong = resque.recurring.set('tea', { cron: '61 * * * *', class: '1', args: [], quue: 'q' })
    await expect(wrong).rejects.toMatchObject({ code: 'SCHEDULE' })
    await expect(wrong).rejects.toThrow(/minute[\s\S]*class[\s\S]*queue/i)
    await expect(resque.recurring.set('', minutely)).rejects.toThrow(/must have a name/)
    await expect(resque.recurring.set('tea', { every: '1m', class: 'Tea' })).rejects.toThrow(/no queue/)
    expect(await allKeys()).toEqual([])
  })
})

describe('list and get', () => {
  it('tell of entries of the file and of dynamic ones, by name', async () => {
    const here = desk()
    const config = { cron: '30 2 * * * Europe/Berlin', args: [1], description: 'Mails numbers' }
    const beat = here.ticked({ entries: entriesOf({ nightly: config, manual: {} }) })
    await here.resque.recurring.set('beat', minutely)
    await beat.tick()
    expect(await here.client().recurring.list()).toEqual([
      expect.objectContaining({ name: 'beat', source: 'dynamic', kind: 'every', every: '1m', cron: null }),
      expect.objectContaining({ name: 'manual', source: 'file', kind: 'manual', nextAt: null }),
      expect.objectContaining({
        ...{ name: 'nightly', source: 'file', kind: 'cron', cron: '30 2 * * * Europe/Berlin' },
        ...{ timezone: 'Europe/Berlin', class: 'Report', queue: 'reports', args: [1], enabled: true },
        ...{ description: 'Mails numbers', timing: 'at 02:30 every day, Berlin time', problem: null },
        ...{ previousAt: null, nextAt: new Date('2027-01-05T01:30:00Z'), lastJob: null },
      }),
    ])
  })

  it('tell of the last run, its job, and the next one', async () => {
    const here = desk()
    const beat = here.ticked({ entries: entriesOf({ tidy: { every: '1m' } }) })
    await beat.tick()
    await beat.after(60)
    here.clock.advance(5_000)
    const tidy = await here.resque.recurring.get('tidy')
    expect(tidy).toMatchObject({
      description: 'every minute',
      previousAt: new Date(startMs + 60_000),
      nextAt: new Date(startMs + 120_000),
      lastJob: { id: expect.stringMatching(/^[0-9a-f]{32}$/), state: 'waiting' },
    })
    await here.resque.cancel(tidy?.lastJob?.id ?? '')
    expect((await here.resque.recurring.get('tidy'))?.lastJob?.state).toBe('cancelled')
  })

  it('tell what is wrong with an entry that somebody else wrote', async () => {
    const { resque, redis, rooms } = desk()
    await redis.hset(rooms.recurring('').keys.dynamic, { bad: '{', worse: '{"every":"often"}' })
    expect(await resque.recurring.list()).toEqual([
      expect.objectContaining({ name: 'bad', problem: expect.stringContaining('JSON'), enabled: false }),
      expect.objectContaining({ name: 'worse', problem: expect.stringContaining('often') }),
    ])
    expect(await resque.recurring.get('none')).toBeNull()
  })

  it('know a dynamic entry before any scheduler does', async () => {
    const { resque } = desk()
    await resque.recurring.set('tidy', minutely)
    expect(await resque.recurring.get('tidy')).toMatchObject({
      previousAt: null,
      nextAt: new Date(startMs + 60_000),
    })
  })
})

describe('remove', () => {
  it('removes a dynamic entry, and says whether there was one', async () => {
    const { resque, redis, rooms } = desk()
    await resque.recurring.set('tidy', minutely)
    expect(await resque.recurring.remove('tidy')).toBe(true)
    expect(await resque.recurring.remove('tidy')).toBe(false)
    expect(await redis.exists(rooms.recurring('').keys.dynamic)).toBe(0)
  })

  it('refuses an entry of the file', async () => {
    const here = desk()
    await here.ticked({ entries: entriesOf({ tidy: minutely }) }).tick()
    await expect(here.resque.recurring.remove('tidy')).rejects.toThrow(/of a schedule file/)
  })
})

describe('disable and enable', () => {
  it('stop an entry of the file and let it go on, without making anything up', async () => {
    const here = desk()
    const beat = here.ticked({ entries: entriesOf({ tidy: { cron: '* * * * * UTC', catch_up: 'all' } }) })
    await beat.tick()
    await here.resque.recurring.disable('tidy')
    await beat.through(90)
    expect(await here.resque.recurring.get('tidy')).toMatchObject({ enabled: false, nextAt: null })
    await here.resque.recurring.enable('tidy')
    await beat.through(60)
    expect(await here.plannedSeconds()).toEqual([120])
    expect(await here.resque.recurring.get('tidy')).toMatchObject({ enabled: true })
  })

  it('hold from the moment they return, whatever the scheduler knows yet', async () => {
    const here = desk()
    const recurring = here.rooms.recurring('')
    await here.ticked({ entries: entriesOf({ tidy: minutely }) }).tick()
    await here.resque.recurring.disable('tidy')
    const run = {
      name: 'tidy',
      plannedMs: startMs + 60_000,
      overlap: 'allow',
      queue: 'q',
      payload: '{}',
    } as const
    here.clock.advance(60_000)
    expect((await recurring.fire([run], null)).claims).toEqual(['disabled'])
    expect(await here.resque.recurring.history('tidy')).toMatchObject([
      { outcome: 'skipped', reason: 'disabled' },
    ])
  })

  it('pause a dynamic entry until a time; then it goes on by itself', async () => {
    const here = desk()
    await here.resque.recurring.set('tidy', minutely)
    const beat = here.ticked()
    await beat.tick()
    const until = new Date(startMs + 150_000)
    await here.resque.recurring.disable('tidy', { until })
    expect(await here.resque.recurring.get('tidy')).toMatchObject({
      enabled: false,
      disabledUntil: until,
      nextAt: new Date(startMs + 180_000),
    })
    await beat.through(200)
    expect(await here.plannedSeconds()).toEqual([180])
    expect(await here.resque.recurring.get('tidy')).toMatchObject({ enabled: true, disabledUntil: null })
  })

  it('outlive the scheduler', async () => {
    const here = desk()
    await here.ticked({ entries: entriesOf({ tidy: minutely }) }).tick()
    await here.resque.recurring.disable('tidy')
    await here.redis.del(here.keys.leader)
    const beat = here.ticked({ entries: entriesOf({ tidy: minutely }) })
    await beat.tick()
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([])
  })

  it('refuse an entry that does not exist, with the nearest name, and a time that is none', async () => {
    const { resque } = desk()
    await resque.recurring.set('nightly_report', minutely)
    await expect(resque.recurring.disable('nightly_reprot')).rejects.toThrow(/Did you mean "nightly_report"/)
    await expect(resque.recurring.enable('other')).rejects.toThrow(/no recurring entry "other"/)
    const until = new Date(Number.NaN)
    await expect(resque.recurring.disable('nightly_report', { until })).rejects.toThrow(/no date/)
  })
})

describe('enqueueNow', () => {
  it('enqueues the job with its arguments or others, and leaves the clock alone', async () => {
    const here = desk()
    const beat = here.ticked({ entries: entriesOf({ tidy: { every: '1h', args: ['a'] } }) })
    await beat.tick()
    const id = await here.resque.recurring.enqueueNow('tidy')
    await here.resque.recurring.enqueueNow('tidy', ['b', 2])
    const args = (await here.resque.queues.peek('reports')).map((text) => JSON.parse(text).args)
    expect(args).toEqual([['a'], ['b', 2]])
    expect(await here.resque.status(id ?? '')).toMatchObject({ state: 'waiting', class: 'Report' })
    const tidy = await here.resque.recurring.get('tidy')
    expect(tidy).toMatchObject({ previousAt: null, nextAt: new Date(startMs + 3_600_000) })
    const [, first] = await here.resque.recurring.history('tidy')
    expect(first).toMatchObject({ outcome: 'manual', jobId: id, status: 'waiting' })
  })

  it('enqueues a disabled entry and one that runs by hand only', async () => {
    const here = desk()
    await here.ticked({ entries: entriesOf({ hand: {} }) }).tick()
    await here.resque.recurring.set('tidy', minutely)
    await here.resque.recurring.disable('tidy')
    await here.resque.recurring.enqueueNow('tidy')
    await here.resque.recurring.enqueueNow('hand')
    expect(await here.resque.queues.size('reports')).toBe(2)
  })

  it('refuses what cannot be enqueued before it writes', async () => {
    const { resque, redis, rooms } = desk()
    await resque.recurring.set('tidy', minutely)
    await redis.hset(rooms.recurring('').keys.dynamic, { lost: '{"every":"1m","class":"A"}', bad: '[' })
    await expect(resque.recurring.enqueueNow('tidi')).rejects.toThrow(/Did you mean "tidy"/)
    await expect(resque.recurring.enqueueNow('tidy', [undefined])).rejects.toThrow(/args\[0\]/)
    await expect(resque.recurring.enqueueNow('lost')).rejects.toMatchObject({ code: 'NO_QUEUE' })
    await expect(resque.recurring.enqueueNow('bad')).rejects.toThrow(/not JSON/)
    expect(await resque.queues.names()).toEqual([])
  })
})

describe('applications', () => {
  it('keep their entries apart', async () => {
    const { resque } = desk()
    await resque.recurringOf('shop').set('tidy', minutely)
    expect(await resque.recurring.list()).toEqual([])
    expect(await resque.recurringOf('shop').list()).toHaveLength(1)
    expect(() => resque.recurringOf('a:b')).toThrow(/application is "a:b"/)
  })
})
