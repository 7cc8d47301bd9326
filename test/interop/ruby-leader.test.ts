// Ruby's resque-scheduler and ours as each other's hot standby, with Ruby's own commands in Ruby's order. What Ruby
// reads and has not yet moved when it is stopped for longer than its lock lasts, it moves when it wakes: such a job
// runs twice, with two Ruby schedulers as with one of ours, and is asserted here as what it is.

import { describe, expect, it } from 'vitest'
import { desk, entriesOf } from '../support/recurring.ts'
import { RubyScheduler, type RubyStep } from '../support/ruby-scheduler.ts'
import type { World } from '../support/world.ts'

const jobCount = 150

/** Delayed jobs as Ruby writes them, due a minute ago by everyone's clock. */
async function delayJobs({ redis, keys }: World, count = jobCount): Promise<string[]> {
  const due = Math.floor(Date.now() / 1000) - 60
  const names = Array.from({ length: count }, (_, index) => `job ${index}`)
  const payloads = names.map((name) => JSON.stringify({ class: 'Note', args: [name], queue: 'mail' }))
  await redis.rpush(keys.bucket(due), ...payloads)
  for (const payload of payloads) await redis.sadd(keys.timestampsPrefix + payload, `delayed:${due}`)
  await redis.zadd(keys.schedule, due, due)
  return names
}

async function inQueue({ redis, keys }: World): Promise<string[]> {
  const payloads = await redis.lrange(keys.queue('mail'), 0, -1)
  return payloads.map((text) => String((JSON.parse(text) as { args: unknown[] }).args[0]))
}

async function expectOnceEach(here: World, names: readonly string[]): Promise<void> {
  expect((await inQueue(here)).sort()).toEqual([...names].sort())
  expect(await here.redis.zcard(here.keys.schedule)).toBe(0)
  expect(await here.redis.keys(`${here.keys.timestampsPrefix}*`)).toEqual([])
}

const entries = entriesOf({ beat: { every: '1s' } })

describe('while Ruby leads', () => {
  it('ours neither promotes nor fires, and says who leads', async () => {
    const here = desk()
    const ruby = new RubyScheduler(here)
    expect(await ruby.isMaster()).toBe(true)
    const names = await delayJobs(here)
    const ours = here.ticked({ entries })
    await ours.through(5)
    expect(ours.told).toEqual([
      { event: 'standby', holder: ruby.name, endsInMs: expect.any(Number), sinceMs: null },
    ])
    expect(await here.redis.exists(here.keys.queues, here.keys.nodeLeader)).toBe(0)
    expect(await ruby.poll()).toBe(jobCount)
    await expectOnceEach(here, names)
  })

  it('ours takes over at its next look when Ruby stops', async () => {
    const here = desk()
    const ruby = new RubyScheduler(here)
    await ruby.isMaster()
    const names = await delayJobs(here)
    const ours = here.ticked()
    await ours.tick()
    await ruby.stop()
    await ours.tick()
    expect(ours.told.map(({ event }) => event).slice(0, 2)).toEqual(['standby', 'leading'])
    await expectOnceEach(here, names)
    expect(await ruby.poll()).toBe(0)
  })

  it('ours takes over when Ruby has died and its lock has ended, not before', async () => {
    const here = desk()
    await new RubyScheduler(here, { name: 'web1:1' }).isMaster()
    const names = await delayJobs(here)
    const ours = here.ticked()
    await ours.through(3)
    expect(await inQueue(here)).toEqual([])
    expect(await here.redis.pttl(here.keys.leader)).toBeGreaterThan(170_000)
    await here.redis.del(here.keys.leader)
    await ours.tick()
    await expectOnceEach(here, names)
  })
})

describe('while ours leads', () => {
  it('Ruby is not the master, and is at its next poll when ours stops', async () => {
    const here = desk()
    const ours = here.ticked()
    await ours.tick()
    const ruby = new RubyScheduler(here)
    const names = await delayJobs(here)
    expect(await ruby.poll()).toBe(0)
    await ours.scheduler.run(AbortSignal.abort())
    expect(await ruby.poll()).toBe(jobCount)
    await expectOnceEach(here, names)
  })

  it('Ruby takes over within our lease of 15 s when ours has died', async () => {
    const here = desk()
    await here.ticked().tick()
    const ruby = new RubyScheduler(here)
    expect(await ruby.isMaster()).toBe(false)
    expect(await here.redis.pttl(here.keys.leader)).toBeLessThanOrEqual(15_000)
    await here.redis.del(here.keys.leader)
    expect(await ruby.isMaster()).toBe(true)
    expect(await here.redis.pttl(here.keys.leader)).toBeGreaterThan(170_000)
  })
})

/** Ruby stops before a command, its lock ends, ours takes over and promotes; then Ruby goes on. */
async function pausedAt(step: RubyStep, redisRb: 4 | 5): Promise<{ names: string[]; queued: string[] }> {
  const here = desk()
  const ruby = new RubyScheduler(here, { redisRb })
  await ruby.isMaster()
  const names = await delayJobs(here)
  const ours = here.ticked()
  let isPaused = false
  ruby.before = async (at) => {
    if (at !== step || isPaused) return
    isPaused = true
    await here.redis.del(here.keys.leader)
    await ours.tick()
  }
  await ruby.poll()
  expect(isPaused).toBe(true)
  await ours.tick()
  expect(await here.redis.zcard(here.keys.schedule)).toBe(0)
  return { names, queued: await inQueue(here) }
}

describe('Ruby that was paused between two commands while ours took over', () => {
  it.each(['lock', 'next', 'range', 'cleanup'] as const)(
    'before "%s" promotes no job twice',
    async (step) => {
      const { names, queued } = await pausedAt(step, 5)
      expect(queued.sort()).toEqual(names.sort())
    },
  )

  it('before "exec" has its transaction refused, with redis-rb 4', async () => {
    const { names, queued } = await pausedAt('exec', 4)
    expect(queued.sort()).toEqual(names.sort())
  })

  it.each([
    ['watch', 4],
    ['watch', 5],
    ['exec', 5],
  ] as const)(
    'before "%s" moves what it has read once more, with redis-rb %s, and nothing is lost',
    async (step, redisRb) => {
      const { names, queued } = await pausedAt(step, redisRb)
      expect([...new Set(queued)].sort()).toEqual(names.sort())
      expect(queued).toHaveLength(jobCount + 100)
    },
  )
})

it('the lead goes back and forth between Ruby and ours, and each job is promoted once', async () => {
  const here = desk()
  const all: string[] = []
  for (let round = 0; round < 10; round++) {
    const ruby = new RubyScheduler(here, { name: `web${round}:1` })
    const ours = here.ticked()
    all.push(...(await delayJobs(here, 120)))
    // Both at once: the lock decides.
    await Promise.all(round % 2 === 0 ? [ours.tick(), ruby.poll()] : [ruby.poll(), ours.tick()])
    await ours.scheduler.run(AbortSignal.abort())
    await ruby.poll()
    await ruby.stop()
  }
  await expectOnceEach(here, all)
})
