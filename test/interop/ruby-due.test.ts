// Cancelling and rescheduling what is due while Ruby's scheduler leads and may be in the midst of moving it: no job
// is lost, none runs although it was cancelled, and none runs twice for what we did.

import { describe, expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { RubyScheduler, type RubyStep } from '../support/ruby-scheduler.ts'
import { type World, world } from '../support/world.ts'

class Note {
  static queue = 'mail'
  perform(_name: number): void {}
}

const jobCount = 150
/** In the first batch that Ruby reads, in the second, at either end. */
const chosen = [0, 42, 99, 100, 149]

interface Scene {
  readonly here: World
  readonly ruby: RubyScheduler
  readonly ids: string[]
}

/** Jobs of ours that have been due for a minute, and Ruby as the leader. */
async function scene(redisRb: 4 | 5): Promise<Scene> {
  const nowMs = Date.now()
  const clock = new ManualClock(nowMs - 120_000)
  const here = world({ clock })
  const due = new Date(Math.floor(nowMs / 1000) * 1000 - 60_000)
  const items = Array.from({ length: jobCount }, (_, name) => ({ job: Note, args: [name] as const, at: due }))
  const ids = (await here.resque.enqueueBulk(items)).map(String)
  clock.advance(120_000)
  const ruby = new RubyScheduler(here, { redisRb })
  await ruby.isMaster()
  return { here, ruby, ids }
}

/** Resolves to how many jobs were taken out of the promotion's way for good. */
type Act = (scene: Scene, name: number) => Promise<number>

const acts: Readonly<Record<string, Act>> = {
  cancel: async ({ here, ids }, name) => Number(await here.resque.cancel(String(ids[name]))),
  reschedule: async ({ here, ids }, name) =>
    Number(await here.resque.reschedule(String(ids[name]), new Date(Date.now() + 3_600_000))),
  remove: ({ here }, name) => here.resque.delayed.remove(Note, name),
  'remove by filter': ({ here }, name) => here.resque.delayed.remove({ class: Note, args: [name] }),
}

async function timesInQueue({ here }: Scene): Promise<number[]> {
  const payloads = await here.redis.lrange(here.keys.queue('mail'), 0, -1)
  const names = payloads.map((text) => (JSON.parse(text) as { args: number[] }).args[0])
  return Array.from({ length: jobCount }, (_, name) => names.filter((queued) => queued === name).length)
}

async function actAt(step: RubyStep, redisRb: 4 | 5, act: Act) {
  const now = await scene(redisRb)
  const taken = new Map<number, number>()
  now.ruby.before = async (at) => {
    if (at !== step || taken.size > 0) return
    for (const name of chosen) taken.set(name, await act(now, name))
  }
  await now.ruby.poll()
  expect(taken.size).toBe(chosen.length)
  return { ...now, taken, times: await timesInQueue(now) }
}

const steps = ['next', 'range', 'watch', 'exec', 'cleanup'] as const

describe.each([4, 5] as const)('beside a Ruby leader with redis-rb %s', (redisRb) => {
  describe.each(Object.entries(acts))('%s', (_, act) => {
    it.each(steps)('before "%s": each job is enqueued once, or was taken out', async (step) => {
      const { taken, times } = await actAt(step, redisRb, act)
      expect(times.map((count, name) => count + (taken.get(name) ?? 0))).toEqual(
        Array.from({ length: jobCount }, () => 1),
      )
    })
  })

  it.each(steps)('enqueueNow before "%s" enqueues no job twice', async (step) => {
    const { times } = await actAt(step, redisRb, ({ here }, name) =>
      here.resque.delayed.enqueueNow(Note, name),
    )
    expect(times).toEqual(Array.from({ length: jobCount }, () => 1))
  })

  it.each(steps)('delayOrEnqueueAt before "%s" finds none and delays a new one', async (step) => {
    const inAnHour = new Date(Date.now() + 3_600_000)
    const act: Act = async ({ here }, name) => {
      await here.resque.delayOrEnqueueAt(inAnHour, Note, name)
      return 0
    }
    const { here, times } = await actAt(step, redisRb, act)
    expect(times).toEqual(Array.from({ length: jobCount }, () => 1))
    expect(await here.resque.delayed.count()).toBe(chosen.length)
  })
})

describe('what is due', () => {
  it('is cancelled as ever while no one leads, while ours leads and while node-resque leads', async () => {
    const { here, ids } = await scene(5)
    await here.redis.del(here.keys.leader)
    expect(await here.resque.cancel(String(ids[0]))).toBe(true)
    await here.redis.set(here.keys.nodeLeader, 'web1:77')
    expect(await here.resque.cancel(String(ids[1]))).toBe(true)
    await here.redis.del(here.keys.nodeLeader)
    const ours = here.scheduler()
    await ours.start()
    expect(await here.redis.get(here.keys.leader)).toBe(ours.name)
    expect(await here.resque.cancel(String(ids[2]))).toBe(true)
  })

  it('and only that is out of reach while Ruby leads', async () => {
    const { here, ids } = await scene(5)
    const later = await here.resque.enqueueIn(60, Note, 1_000)
    expect(await here.resque.cancel(String(later))).toBe(true)
    expect(await here.resque.cancel(String(ids[0]))).toBe(false)
    expect((await here.resque.status(String(ids[0])))?.state).toBe('delayed')
  })
})
