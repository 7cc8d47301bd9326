// The very commands of Ruby's resque-scheduler and of node-resque, beside ours: what they delay we find, take out
// and move, what we delay they do, and neither leaves anything behind for the other.

import { describe, expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { type World, world } from '../support/world.ts'

const now = 1_798_761_600
const soon = now + 60
const later = now + 90

class Add {
  static queue = 'math'
  perform(_a: number, _b: string): void {}
}

const rubyJob = '{"class":"Add","args":[1,"é/"],"queue":"math"}'
const nodeJob = '{"class":"Add","queue":"math","args":[1,"é/"]}'

interface System {
  readonly payload: string
  delay(world: World, second: number): Promise<unknown>
  /** remove_delayed, delDelayed. Resolves to how many. */
  remove(world: World): Promise<number>
  /** delayed?, scheduledAt */
  seconds(world: World): Promise<string[]>
  promote(world: World, second: number): Promise<unknown>
}

function indexOf({ keys }: World, payload: string): string {
  return keys.timestampsPrefix + payload
}

async function remove(here: World, payload: string): Promise<number> {
  let count = 0
  for (const member of await here.redis.smembers(indexOf(here, payload))) {
    count += await here.redis.lrem(`${here.namespace}:${member}`, 0, payload)
    await here.redis.srem(indexOf(here, payload), member)
  }
  return count
}

async function tidy({ redis, keys }: World, second: number): Promise<void> {
  await redis.watch(keys.bucket(second))
  if ((await redis.llen(keys.bucket(second))) > 0) await redis.unwatch()
  else await redis.multi().del(keys.bucket(second)).zrem(keys.schedule, second).exec()
}

const ruby: System = {
  payload: rubyJob,
  delay: async (here, second) => {
    await here.redis.rpush(here.keys.bucket(second), rubyJob)
    await here.redis.sadd(indexOf(here, rubyJob), `delayed:${second}`)
    await here.redis.zadd(here.keys.schedule, second, second)
  },
  remove: (here) => remove(here, rubyJob),
  seconds: (here) => here.redis.smembers(indexOf(here, rubyJob)),
  promote: async (here, second) => {
    const { redis, keys } = here
    const batch = await redis.lrange(keys.bucket(second), 0, 99)
    await redis.watch(keys.bucket(second))
    const multi = redis.multi()
    for (const payload of batch) {
      const {
        class: name,
        args,
        queue,
      } = JSON.parse(payload) as { class: string; args: unknown; queue: string }
      multi.srem(indexOf(here, payload), `delayed:${second}`)
      multi.sadd(keys.queues, queue).rpush(keys.queue(queue), JSON.stringify({ class: name, args }))
    }
    await multi.ltrim(keys.bucket(second), 100, -1).exec()
    await tidy(here, second)
  },
}

const node: System = {
  payload: nodeJob,
  delay: (here, second) =>
    here.redis
      .multi()
      .rpush(here.keys.bucket(second), nodeJob)
      .sadd(indexOf(here, nodeJob), `delayed:${second}`)
      .zadd(here.keys.schedule, second, second)
      .exec(),
  remove: (here) => remove(here, nodeJob),
  seconds: (here) => here.redis.smembers(indexOf(here, nodeJob)),
  promote: async (here, second) => {
    const { redis, keys } = here
    for (let job = await redis.lpop(keys.bucket(second)); job; job = await redis.lpop(keys.bucket(second))) {
      await redis.srem(indexOf(here, job), `delayed:${second}`)
      const { queue } = JSON.parse(job) as { queue: string }
      await redis.multi().sadd(keys.queues, queue).rpush(keys.queue(queue), job).exec()
    }
    await tidy(here, second)
  },
}

function setUp(payload: 'php' | 'ruby' = 'php'): World {
  return world({ clock: new ManualClock(), payload })
}

describe.each([
  ['Ruby', ruby],
  ['node-resque', node],
] as const)('what %s has delayed', (_name, system) => {
  async function delayed(): Promise<World> {
    const here = setUp()
    await system.delay(here, soon)
    await system.delay(here, later)
    return here
  }

  it('is found by class and args, and by a filter', async () => {
    const here = await delayed()
    const expected = [new Date(soon * 1000), new Date(later * 1000)]
    expect(await here.resque.delayed.scheduledAt(Add, 1, 'é/')).toEqual(expected)
    expect(await here.resque.delayed.has(Add, 2, 'é/')).toBe(false)
    expect(await here.resque.delayed.find({ class: Add, args: [1, 'é/'] })).toHaveLength(2)
  })

  it('is taken out, and its index with it', async () => {
    const here = await delayed()
    expect(await here.resque.delayed.removeAt(soon, Add, 1, 'é/')).toBe(1)
    expect(await system.seconds(here)).toEqual([`delayed:${later}`])
    expect(await here.resque.delayed.remove(Add, 1, 'é/')).toBe(1)
    expect(await here.allKeys()).toEqual([])
  })

  it('stays in the index while an equal job is in the same second', async () => {
    const here = await delayed()
    await system.delay(here, soon)
    let left = 1
    expect(await here.resque.delayed.remove({ class: Add, to: soon, where: () => left-- > 0 })).toBe(1)
    expect((await system.seconds(here)).sort()).toEqual([`delayed:${soon}`, `delayed:${later}`])
    expect(await system.remove(here)).toBe(2)
  })

  it('is moved into its queue at once, as a promotion would', async () => {
    const here = await delayed()
    expect(await here.resque.delayed.enqueueNow(Add, 1, 'é/')).toBe(2)
    const queued = system === ruby ? '{"class":"Add","args":[1,"é/"]}' : nodeJob
    expect(await here.resque.queues.peek('math')).toEqual([queued, queued])
    expect(await here.allKeys()).toEqual(['queue:math', 'queues'])
  })

  it('is not found any more when they have taken it out or promoted it', async () => {
    const here = await delayed()
    await system.promote(here, soon)
    expect(await here.resque.delayed.scheduledAt(Add, 1, 'é/')).toEqual([new Date(later * 1000)])
    expect(await system.remove(here)).toBe(1)
    expect(await here.resque.delayed.has(Add, 1, 'é/')).toBe(false)
    expect(await here.resque.delayed.remove({ class: Add })).toBe(0)
  })
})

describe('what we have delayed', () => {
  it("is found and taken out by Ruby, in Ruby's format", async () => {
    const here = setUp('ruby')
    for (const second of [soon, soon, later]) await here.resque.enqueueAt(second, Add, 1, 'é/')
    expect((await ruby.seconds(here)).sort()).toEqual([`delayed:${soon}`, `delayed:${later}`])
    expect(await ruby.remove(here)).toBe(3)
    expect(await here.resque.delayed.has(Add, 1, 'é/')).toBe(false)
    expect(await here.resque.delayed.clear()).toBe(0)
    expect(await here.allKeys()).toEqual([])
  })

  it.each([
    ['Ruby', ruby, 'php'],
    ['Ruby', ruby, 'ruby'],
    ['node-resque', node, 'php'],
    ['node-resque', node, 'ruby'],
  ] as const)('is promoted by %s, and not found any more (%#)', async (_name, system, format) => {
    const here = setUp(format)
    await here.resque.enqueueAt(soon, Add, 1, 'é/')
    await system.promote(here, soon)
    expect(await here.resque.queues.size('math')).toBe(1)
    expect(await here.resque.delayed.has(Add, 1, 'é/')).toBe(false)
    expect(await here.allKeys()).toEqual(['queue:math', 'queues'])
  })
})

it('the index of a payload that carries an id is kept when it is cancelled or moved', async () => {
  const here = setUp()
  const id = '006b36e0000011112222333344445555'.replace(/^.{10}/, soon.toString(16).padStart(10, '0'))
  const payload = `{"class":"Add","args":[],"id":"${id}","queue":"math"}`
  await here.redis.rpush(here.keys.bucket(soon), payload)
  await here.redis.sadd(indexOf(here, payload), `delayed:${soon}`)
  await here.redis.zadd(here.keys.schedule, soon, soon)
  expect(await here.resque.reschedule(id, later)).toBe(true)
  expect(await here.redis.smembers(indexOf(here, payload))).toEqual([`delayed:${later}`])
  expect(await here.resque.cancel(id)).toBe(true)
  expect(await here.allKeys()).toEqual([`job:${id}:status`])
})
