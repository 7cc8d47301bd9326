// Delayed jobs found by what they are: asked for, taken out, moved into their queues at once.

import { describe, expect, it } from 'vitest'
import { any, type DelayedFilter } from '../../src/client/delayed-filter.ts'
import type { PayloadFormat } from '../../src/job/codec.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { type World, world } from '../support/world.ts'

const now = 1_798_761_600
const date = (second: number): Date => new Date(second * 1000)

class SendEmail {
  static queue = 'mail'
  perform(_to: string, _more?: object): void {}
}

function setUp(payload: PayloadFormat = 'php'): World & { readonly moving: ManualClock } {
  const moving = new ManualClock()
  return { ...world({ clock: moving, payload }), moving }
}

/** A job that PHP has delayed: it writes no index. */
async function delayedByPhp({ redis, keys }: World, second: number, args: string): Promise<void> {
  await redis.rpush(keys.bucket(second), `{"class":"SendEmail","args":${args},"queue":"mail"}`)
  await redis.zadd(keys.schedule, second, second)
}

describe.each(['php', 'ruby'] as const)('jobs in the format of %s', (format) => {
  it('are asked for by class and args: when they are due, and whether they are delayed', async () => {
    const here = setUp(format)
    for (const seconds of [60, 30, 60]) await here.resque.enqueueIn(seconds, SendEmail, 'ann', { a: 1, b: 2 })
    await here.resque.enqueueIn(90, SendEmail, 'bob')
    const { delayed } = here.resque
    expect(await delayed.scheduledAt(SendEmail, 'ann', { a: 1, b: 2 })).toEqual([
      date(now + 30),
      date(now + 60),
    ])
    expect(await delayed.scheduledAt(SendEmail, 'ann')).toEqual([])
    expect(await delayed.has(SendEmail, 'bob')).toBe(true)
    expect(await delayed.has('SendEmail', 'eve')).toBe(false)
  })

  it('are taken out by class and args, and nothing of them is left', async () => {
    const here = setUp(format)
    const ids = [
      await here.resque.enqueueIn(60, SendEmail, 'ann'),
      await here.resque.enqueueIn(90, SendEmail, 'ann'),
    ]
    expect(await here.resque.delayed.remove(SendEmail, 'bob')).toBe(0)
    expect(await here.resque.delayed.remove(SendEmail, 'ann')).toBe(2)
    expect(await here.resque.delayed.has(SendEmail, 'ann')).toBe(false)
    const statuses = format === 'php' ? ids.map((id) => `job:${id}:status`).sort() : []
    expect(await here.allKeys()).toEqual(statuses)
    if (format === 'php') expect((await here.resque.status(ids[0] ?? ''))?.state).toBe('cancelled')
  })

  it('are taken out of one second only', async () => {
    const here = setUp(format)
    for (const seconds of [60, 60, 90]) await here.resque.enqueueIn(seconds, SendEmail, 'ann')
    expect(await here.resque.delayed.removeAt(now + 60, SendEmail, 'bob')).toBe(0)
    expect(await here.resque.delayed.removeAt(now + 60, SendEmail, 'ann')).toBe(2)
    expect(await here.resque.delayed.scheduledAt(SendEmail, 'ann')).toEqual([date(now + 90)])
  })

  it('are moved into their queue at once, with the bytes that a promotion gives them', async () => {
    const here = setUp(format)
    await here.resque.enqueueIn(60, SendEmail, 'ann')
    const [payload = ''] = await here.rooms.delayed.peekAt(now + 60)
    expect(await here.resque.delayed.enqueueNow(SendEmail, 'ann')).toBe(1)
    const queued = format === 'php' ? payload : '{"class":"SendEmail","args":["ann"]}'
    expect(await here.resque.queues.peek('mail')).toEqual([queued])
    expect(await here.resque.delayed.count()).toBe(0)
    const { id } = JSON.parse(queued) as { id?: string }
    if (id !== undefined) expect((await here.resque.status(id))?.state).toBe('waiting')
    expect((await here.allKeys()).filter((key) => !key.startsWith('job:'))).toEqual(['queue:mail', 'queues'])
  })
})

it('the args of a class are checked by the compiler: a class without them is no filter', async () => {
  const { delayed } = setUp().resque
  // @ts-expect-error the class takes a text
  expect(await delayed.has(SendEmail, 5)).toBe(false)
  // @ts-expect-error the class takes a text
  expect(await delayed.remove(SendEmail)).toBe(0)
  // @ts-expect-error the class takes a text
  expect(await delayed.enqueueNow(SendEmail, {})).toBe(0)
})

describe('a filter', () => {
  async function filled(): Promise<World> {
    const here = setUp()
    await here.resque.enqueueIn(10, SendEmail, 'ann', { b: 1, a: [1, 2] })
    await here.resque.enqueueIn(20, SendEmail, 'bob')
    await here.resque.enqueueInWithQueue('low', 30, 'Other', 'bob', 2)
    await delayedByPhp(here, now + 40, '[{"path":"\\/x\\/\\u00e9","n":1.0}]')
    return here
  }
  const second = (seconds: number): number => now + seconds

  it.each<[string, DelayedFilter, number[]]>([
    ['nothing: every job', {}, [10, 20, 30, 40]],
    ['a class', { class: SendEmail }, [10, 20, 40]],
    ['a queue', { queue: 'low' }, [30]],
    ['args, whatever the order of their keys', { args: ['ann', { a: [1, 2], b: 1 }] }, [10]],
    ['args, as PHP writes them', { args: [{ n: 1, path: '/x/é' }] }, [40]],
    ['args of which some may be anything', { args: [undefined, any] }, [10, 30]],
    ['as many args as the job has', { args: ['ann'] }, []],
    ['a function of the args', { where: (args) => args[0] === 'bob' }, [20, 30]],
    ['times', { from: date(second(20)), to: second(30) + 0.5 }, [20, 30]],
    ['a time and a class', { class: 'SendEmail', to: second(39) }, [10, 20]],
  ])('names %s', async (_what, filter, expected) => {
    const here = await filled()
    const found = await here.resque.delayed.find(filter)
    expect(found.map(({ dueAt }) => dueAt.getTime() / 1000 - now)).toEqual(expected)
    expect(await here.resque.delayed.enqueueNow(filter)).toBe(expected.length)
    expect(await here.resque.delayed.count()).toBe(4 - expected.length)
  })

  it('names an id', async () => {
    const here = await filled()
    const [job] = await here.resque.delayed.find({ queue: 'low' })
    const id = job?.id ?? ''
    expect(await here.resque.delayed.find({ id })).toEqual([job])
    expect(await here.resque.delayed.remove({ id, class: SendEmail })).toBe(0)
    expect(await here.resque.delayed.remove({ id })).toBe(1)
    expect(await here.resque.delayed.remove({ id })).toBe(0)
  })

  it('finds what no index knows, unless it is told not to look through everything', async () => {
    const here = await filled()
    const exact = { class: SendEmail, args: [{ path: '/x/é', n: 1 }] }
    expect(await here.resque.delayed.has(exact)).toBe(false)
    expect(await here.resque.delayed.has(exact, { scan: true })).toBe(true)
    expect(await here.resque.delayed.remove(exact, { scan: false })).toBe(0)
    expect(await here.resque.delayed.remove(exact)).toBe(1)
  })

  it.each<[unknown, RegExp]>([
    [{ clas: 'A' }, /no "clas".*Did you mean "class"/],
    [{ id: undefined }, /filter\.id is undefined/],
    [{}, /empty.*clear\(\)/],
    [null, /say which jobs/],
    [{ args: 'ann' }, /args must be an array/],
    [{ where: 1 }, /where must be a function/],
    [{ id: 5 }, /id must be the id/],
    [{ queue: '' }, /queue name/],
    [{ to: Number.NaN }, /needs a time/],
  ])('that cannot be right is refused, and nothing is taken out: %j', async (filter, message) => {
    const here = await filled()
    await expect(here.resque.delayed.remove(filter as DelayedFilter)).rejects.toThrow(message)
    expect(await here.resque.delayed.count()).toBe(4)
  })

  it('goes with options, whose names are checked too', async () => {
    const here = await filled()
    const wrong = { scann: true } as object
    await expect(here.resque.delayed.remove({ class: 'A' }, wrong)).rejects.toThrow(/Did you mean "scan"/)
    expect(await here.resque.delayed.find({ class: SendEmail }, { limit: 2 })).toHaveLength(2)
    expect(await here.resque.delayed.find({ class: SendEmail }, { limit: 0 })).toEqual([])
  })
})
