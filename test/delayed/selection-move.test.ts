// Many delayed jobs are given another time at once, by what they are.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { type World, world } from '../support/world.ts'

const now = 1_798_761_600
const date = (second: number): Date => new Date(second * 1000)

class Digest {
  static queue = 'mail'
  perform(_to: string, _number: number): void {}
}

function setUp(): World & { readonly moving: ManualClock } {
  const moving = new ManualClock()
  return { ...world({ clock: moving }), moving }
}

it('jobs of all systems move, and are found at their new time only', async () => {
  const here = setUp()
  const { delayed } = here.resque
  const id = await here.resque.enqueueIn(60, Digest, 'ann', 1)
  await here.resque.enqueueIn(90, Digest, 'bob', 2)
  await here.client({ payload: 'ruby' }).enqueueIn(60, Digest, 'ann', 1)
  await here.redis.rpush(here.keys.bucket(now + 60), '{"class":"Digest","args":[{"php":1}],"queue":"mail"}')
  expect(await delayed.reschedule({ class: Digest }, date(now + 300))).toBe(4)
  expect(await delayed.timestamps()).toEqual([date(now + 300)])
  expect(await delayed.sizeAt(now + 300)).toBe(4)
  expect(await here.resque.status(id ?? '')).toMatchObject({ state: 'delayed', dueAt: date(now + 300) })
  expect(await here.resque.cancel(id ?? '')).toBe(true)
  expect(await delayed.scheduledAt(Digest, 'ann', 1)).toEqual([date(now + 300)]) // Ruby's, by its index
  expect(await delayed.remove(Digest, 'ann', 1)).toBe(1)
  expect(await delayed.remove(Digest, 'bob', 2)).toBe(1)
  expect(await delayed.clear()).toBe(1)
  expect((await here.allKeys()).filter((key) => !key.startsWith('job:'))).toEqual([])
})

it('only what is meant moves, each once, also into a second that holds some of them', async () => {
  const here = setUp()
  for (const [seconds, to] of Object.entries({ 10: 'ann', 20: 'bob', 30: 'ann', 40: 'ann' }))
    await here.resque.enqueueIn(Number(seconds), Digest, to, 0)
  const onlyAnn = { class: Digest, where: ([to]: readonly unknown[]) => to === 'ann' }
  expect(await here.resque.delayed.reschedule(onlyAnn, date(now + 30))).toBe(2)
  expect(await here.resque.delayed.sizeAt(now + 30)).toBe(3)
  expect(await here.resque.delayed.sizeAt(now + 20)).toBe(1)
  expect(await here.resque.delayed.count()).toBe(4)
})

it('a time that is past enqueues them', async () => {
  const here = setUp()
  const id = await here.resque.enqueueIn(60, Digest, 'ann', 1)
  expect(await here.resque.delayed.reschedule({ queue: 'mail' }, date(now - 1))).toBe(1)
  expect(await here.resque.queues.size('mail')).toBe(1)
  expect(await here.resque.status(id ?? '')).toMatchObject({ state: 'waiting' })
  expect(await here.resque.delayed.count()).toBe(0)
})

it('a second whose key holds no list is told of before anything moves', async () => {
  const here = setUp()
  await here.resque.enqueueIn(60, Digest, 'ann', 1)
  await here.redis.set(here.keys.bucket(now + 90), 'no list')
  await expect(here.resque.delayed.reschedule({ class: Digest }, date(now + 90))).rejects.toThrow(/WRONGTYPE/)
  expect(await here.resque.delayed.sizeAt(now + 60)).toBe(1)
})

it('whatever moves where, no job is lost or doubled', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.constantFrom('ann', 'bob')), { maxLength: 25 }),
      fc.array(fc.tuple(fc.constantFrom('ann', 'bob'), fc.integer({ min: 1, max: 8 })), { maxLength: 4 }),
      async (jobs, moves) => {
        const here = setUp()
        for (const [index, [seconds, to]] of jobs.entries())
          await here.resque.enqueueIn(seconds, Digest, to, index)
        for (const [to, seconds] of moves) {
          const filter = { class: Digest, where: ([name]: readonly unknown[]) => name === to }
          await here.resque.delayed.reschedule(filter, date(now + seconds))
        }
        const left = await here.resque.delayed.list(1_000)
        expect(left.map(({ args }) => args[1]).sort()).toEqual(jobs.map((_, index) => index).sort())
        for (const { args, dueAt } of left) {
          const last = moves.findLast(([to]) => to === args[0])
          if (last !== undefined) expect(dueAt).toEqual(date(now + last[1]))
        }
      },
    ),
    { numRuns: 25 },
  )
})
