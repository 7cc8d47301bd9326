// Many failed jobs at once: retried and cleared by filter, while the list moves and others do the same.

import { describe, expect, it } from 'vitest'
import { InvalidArgumentError } from '../../src/errors.ts'
import type { FailedProgress } from '../../src/failed/bulk.ts'
import { failedBy } from '../support/foreign-payloads.ts'
import { type World, world } from '../support/world.ts'
import { onList, put, record, records } from './records.ts'

/** The errors of the jobs that wait in a queue: each job has its record's error as argument. */
async function retried({ redis, keys }: World, queue = 'mail'): Promise<string[]> {
  const payloads = await redis.lrange(keys.queue(queue), 0, -1)
  return payloads.map((payload) => (JSON.parse(payload) as { args: [string] }).args[0])
}

const errors = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`)

describe('retrying all', () => {
  it('takes the oldest first, leaves junk and what names no job, and tells how far it is', async () => {
    const here = world()
    const odd = [
      '',
      'junk',
      '{"payload":null,"failed_at":"x","queue":"mail"}',
      '{"payload":{"args":[]},"queue":"m"}',
    ]
    await put(here, ...records(300, 'a'), ...odd, ...records(300, 'b'))
    const told: FailedProgress[] = []
    expect(await here.resque.failed.retryAll({}, { onProgress: (progress) => told.push(progress) })).toBe(600)
    expect(await retried(here)).toEqual([...errors('a', 300), ...errors('b', 300)])
    expect(await onList(here)).toEqual(odd)
    expect(told.at(-1)).toEqual({ done: 600, refused: 0, seen: 604, total: 604 })
    expect(told.length).toBeGreaterThan(1)
  })

  it('retries what Ruby, PHP and Node failed, with their bytes', async () => {
    const here = world()
    await put(here, ...Object.values(failedBy))
    const payloads = (await here.resque.failed.list({ retried: false })).map(({ payload }) => payload)
    expect(await here.resque.failed.retryAll()).toBe(5)
    const waiting = await Promise.all(['q1', 'pq', 'nq'].map((queue) => here.resque.queues.peek(queue)))
    expect(waiting.flat()).toEqual(payloads)
    expect(await onList(here)).toEqual([failedBy.rubyRetried])
    expect(await here.resque.failed.retryAll({ retried: true })).toBe(1)
  })

  it('retries what a filter means, from all over 5,000 records', async () => {
    const here = world()
    await put(here, ...records(2_400, 'a', { name: 'A' }), ...records(100, 'b', { name: 'B' }))
    await put(here, ...records(2_400, 'c', { name: 'A' }), ...records(100, 'd', { name: 'B' }))
    expect(await here.resque.failed.retryAll({ class: 'B' }, { dryRun: true })).toBe(200)
    expect(await here.resque.failed.retryAll({ class: 'B' })).toBe(200)
    expect(await retried(here)).toEqual([...errors('b', 100), ...errors('d', 100)])
    expect(await here.resque.failed.count()).toBe(4_800)
    expect(await here.resque.failed.retryAll()).toBe(4_800)
    expect(await here.resque.failed.count()).toBe(0)
  })

  it('retries 5,000 equal records', async () => {
    const here = world()
    await put(here, ...Array.from({ length: 5_000 }, () => failedBy.ruby))
    expect(await here.resque.failed.retryAll({ queue: 'q1' })).toBe(5_000)
    expect(await here.resque.queues.size('q1')).toBe(5_000)
  })

  it('keeps and marks them when told so, and then retries none a second time', async () => {
    const here = world()
    await put(here, ...records(600, 'a'), 'junk')
    expect(await here.resque.failed.retryAll({}, { keep: true })).toBe(600)
    expect(await here.resque.failed.retryAll({}, { keep: true })).toBe(0)
    expect(await retried(here)).toEqual(errors('a', 600))
    expect(await here.resque.failed.count({ retried: true })).toBe(600)
  })

  it.each([{ keep: true }, { keep: false }])(
    'by two clients at once retries each once: %j',
    async (options) => {
      const here = world()
      await put(here, ...records(2_000, 'a'), ...records(500, 'b', { name: 'Other' }), ...records(1_000, 'c'))
      const clients = [here.resque, here.client(), here.client()]
      const counts = await Promise.all(clients.map(({ failed }) => failed.retryAll({ class: 'A' }, options)))
      expect(counts.reduce((sum, count) => sum + count)).toBe(3_000)
      expect((await retried(here)).sort()).toEqual([...errors('a', 2_000), ...errors('c', 1_000)].sort())
      expect(await here.resque.failed.count()).toBe(options.keep ? 3_500 : 500)
    },
  )

  it('leaves records that its queue does not take where they are', async () => {
    const here = world()
    await here.redis.set(here.keys.queue('broken'), 'no list')
    const refused = records(2, 'r', { queue: 'broken' })
    await put(here, record({ error: 'a' }), ...refused, record({ error: 'b' }))
    const told: FailedProgress[] = []
    const onProgress = (progress: FailedProgress) => told.push(progress)
    expect(await here.resque.failed.retryAll({}, { onProgress })).toBe(2)
    expect(await onList(here)).toEqual(refused)
    expect(told.at(-1)).toMatchObject({ done: 2, refused: 2 })
  })
})

describe('while the list moves', () => {
  it('what fails anew is left alone, also at once for each job that is retried', async () => {
    const here = world()
    await put(here, ...records(1_000, 'a'))
    let again = 0
    const onProgress = async () => put(here, ...records(250, `again${again++}-`))
    expect(await here.resque.failed.retryAll({}, { onProgress })).toBe(1_000)
    expect(await here.resque.failed.count()).toBe(again * 250)
  })

  it('what others take off in front hides nothing behind it', async () => {
    const here = world()
    await put(here, ...records(1_500, 'keep', { name: 'Keep' }), ...records(1_500, 'a'))
    const taken = [100, 400, 90]
    const onProgress = async () => here.redis.ltrim(here.keys.failed, taken.shift() ?? 0, -1)
    expect(await here.resque.failed.retryAll({ class: 'A' }, { onProgress })).toBe(1_500)
    expect(await here.resque.failed.count()).toBe(910)
  })

  it('what others take off on every side hides nothing, and is not counted', async () => {
    const here = world()
    await put(here, ...records(1_500, 'keep', { name: 'Keep' }), ...records(1_500, 'a'))
    const other = here.client()
    const [cleared, count] = await Promise.all([
      other.failed.clear({ class: 'Keep' }),
      here.resque.failed.retryAll({ class: 'A' }),
    ])
    expect([cleared, count]).toEqual([1_500, 1_500])
    expect(await retried(here)).toEqual(errors('a', 1_500))
    expect(await onList(here)).toEqual([])
  })

  it('a list that is emptied ends the walk', async () => {
    const here = world()
    await put(here, ...records(1_000, 'a', { name: 'Keep' }))
    const onProgress = async () => here.redis.del(here.keys.failed)
    expect(await here.resque.failed.retryAll({ class: 'A' }, { onProgress })).toBe(0)
  })
})

describe('clearing', () => {
  it('by filter leaves the rest in its order', async () => {
    const here = world()
    const others = records(700, 'b', { name: 'B' })
    await put(here, ...others.slice(0, 350), '', ...records(700, 'a'), 'junk', ...others.slice(350))
    expect(await here.resque.failed.clear({ class: 'A' })).toBe(700)
    expect(await here.resque.failed.clear({ unreadable: true })).toBe(2)
    expect(await onList(here)).toEqual(others)
    expect(await here.resque.failed.clear()).toBe(700)
    expect(await here.allKeys()).toEqual([])
  })

  it('leaves what fails meanwhile', async () => {
    const here = world()
    await put(here, ...records(600, 'a'))
    let later = 0
    const onProgress = () => put(here, record({ error: `later${later++}` }))
    expect(await here.resque.failed.clear({}, { onProgress })).toBe(600)
    expect(await here.resque.failed.count()).toBe(later)
  })
})

describe('trimming', () => {
  it('keeps the newest, junk or not', async () => {
    const here = world()
    const all = ['junk', ...records(800, 'a')]
    await put(here, ...all)
    expect(await here.resque.failed.trim({ keep: 300 })).toBe(501)
    expect(await onList(here)).toEqual(all.slice(-300))
    expect(await here.resque.failed.trim({ keep: 300 })).toBe(0)
    expect(await here.resque.failed.trim({ keep: 0 })).toBe(300)
  })

  it('takes off what is older than so many days, and what has no date stays', async () => {
    const here = world()
    const at = (days: number) => new Date(here.rooms.clock.nowMs() - days * 86_400_000).toISOString()
    const young = records(10, 'young', { failedAt: at(2) })
    const undated = record({ failedAt: 'some day' })
    await put(here, 'junk', undated, ...records(600, 'old', { failedAt: at(9) }), ...young)
    expect(await here.resque.failed.trim({ maxAgeDays: 7 }, { dryRun: true })).toBe(600)
    expect(await here.resque.failed.trim({ maxAgeDays: 7, keep: 1_000 })).toBe(600)
    expect(await onList(here)).toEqual(['junk', undated, ...young])
  })

  it('by two clients at once takes off each record once', async () => {
    const here = world()
    await put(here, ...records(2_000, 'a'))
    const clients = [here.resque, here.client()]
    const counts = await Promise.all(clients.map(({ failed }) => failed.trim({ keep: 700 })))
    expect(counts.reduce((sum, count) => sum + count)).toBe(1_300)
    expect(await onList(here)).toEqual(records(2_000, 'a').slice(-700))
  })

  it.each([{}, { keep: -1 }, { keep: 1.5 }, { maxAgeDays: -1 }, { maxAgeDays: Number.NaN }])(
    'without saying what to keep is refused: %j',
    async (options) => {
      const error = await world()
        .resque.failed.trim(options)
        .catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(InvalidArgumentError)
      expect((error as Error).message).toMatch(/keep|maxAgeDays/)
    },
  )
})
