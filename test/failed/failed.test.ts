// The failed list: records of all systems are read, retried and removed by their bytes.

import { describe, expect, it } from 'vitest'
import type { Failure } from '../../src/job/failure.ts'
import { failedBy } from '../support/foreign-payloads.ts'
import { type World, world } from '../support/world.ts'

async function failures(...records: string[]): Promise<World & { readonly listed: Failure[] }> {
  const here = world()
  await here.redis.rpush(here.keys.failed, ...records)
  return { ...here, listed: await here.resque.failed.list() }
}

function first({ listed }: { readonly listed: readonly Failure[] }): Failure {
  const [failure] = listed
  if (failure === undefined) throw new Error('nothing has failed')
  return failure
}

describe('the failed list', () => {
  it('is read oldest first, from either end, and junk in it is left out', async () => {
    const here = await failures(failedBy.ruby, '', 'no json', failedBy.phpCb, 'null', failedBy.node)
    expect(await here.resque.failed.count()).toBe(6)
    expect(here.listed.map((failure) => failure.class)).toEqual(['InteropFail', 'FailJob', 'bad'])
    const listed = async (page: object) =>
      (await here.resque.failed.list(page)).map((failure) => failure.class)
    expect(await listed({ start: 3, count: 1 })).toEqual(['FailJob'])
    expect(await listed({ start: -1 })).toEqual(['bad'])
    expect(await listed({ start: -3, count: 1 })).toEqual(['FailJob'])
    expect(await listed({ start: -3, count: 3 })).toEqual(['FailJob', 'bad'])
    expect(await listed({ start: 0, count: 0 })).toEqual([])
    expect(await listed({ start: -1, count: 0 })).toEqual([])
    expect(await listed({ start: 100 })).toEqual([])
  })

  it('is cleared', async () => {
    const here = await failures(failedBy.ruby, failedBy.node)
    await here.resque.failed.clear()
    expect(await here.allKeys()).toEqual([])
  })
})

describe('a failed job', () => {
  it.each(Object.entries(failedBy))(
    'is retried with the bytes of its payload: %s',
    async (_system, record) => {
      const here = await failures(record)
      const failure = first(here)
      expect(await here.resque.failed.retry(failure)).toBe(true)
      expect(await here.redis.lrange(here.keys.queue(failure.queue), 0, -1)).toEqual([failure.payload])
      expect(await here.redis.smembers(here.keys.queues)).toEqual([failure.queue])
      expect(await here.resque.failed.count()).toBe(0)
    },
  )

  it('is retried once, however often it is asked', async () => {
    const here = await failures(failedBy.ruby)
    const answers = await Promise.all(Array.from({ length: 10 }, () => here.resque.failed.retry(first(here))))
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(await here.resque.queues.size('q1')).toBe(1)
  })

  it('of ours waits again, and its attempts count from the beginning', async () => {
    const here = world()
    const id = (await here.resque.enqueueTo('mail', 'A')) ?? ''
    const payload = await here.redis.lpop(here.keys.queue('mail'))
    await here.redis.set(here.keys.status(id), '{"status":3}', 'EX', 60)
    await here.redis.hset(here.keys.attempts, id, 3)
    await here.redis.rpush(
      here.keys.failed,
      `{"failed_at":"x","payload":${payload},"worker":"w","queue":"mail"}`,
    )
    const [failure] = await here.resque.failed.list()
    expect(failure === undefined ? false : await here.resque.failed.retry(failure)).toBe(true)
    expect(await here.resque.status(id)).toMatchObject({ state: 'waiting', attempts: 0 })
    expect(await here.redis.ttl(here.keys.status(id))).toBe(-1)
    expect(await here.resque.queues.peek('mail')).toEqual([payload])
  })

  it('of php-resque has its status set to waiting where there is one', async () => {
    const here = await failures(failedBy.phpCb)
    const key = here.keys.status('658922f378e3592a5a928ad0310dbb74')
    await here.redis.set(key, '{"status":3,"updated":1,"started":1}', 'EX', 60)
    await here.resque.failed.retry(first(here))
    expect(await here.redis.get(key)).toMatch(/^{"status":1,.*"started":1/)
  })

  it.each([
    '{"payload":null,"raw":"x","queue":"mail","failed_at":"x","worker":"w"}',
    failedBy.ruby.replace('"q1"', '""'),
  ])('that cannot be enqueued is not retried, and stays: %s', async (record) => {
    const here = await failures(record)
    expect(await here.resque.failed.retry(first(here))).toBe(false)
    expect(await here.resque.failed.count()).toBe(1)
  })

  it('whose queue holds something else stays on the list', async () => {
    const here = await failures(failedBy.ruby)
    await here.redis.set(here.keys.queue('q1'), 'no list')
    await expect(here.resque.failed.retry(first(here))).rejects.toThrow(/WRONGTYPE/)
    expect(await here.redis.lrange(here.keys.failed, 0, -1)).toEqual([failedBy.ruby])
  })

  it('is removed by its bytes, one of equal ones at a time', async () => {
    const here = await failures(failedBy.ruby, failedBy.node, failedBy.ruby)
    expect(await here.resque.failed.remove(first(here))).toBe(true)
    expect(await here.redis.lrange(here.keys.failed, 0, -1)).toEqual([failedBy.node, failedBy.ruby])
    expect(await here.resque.failed.remove(first(here))).toBe(true)
    expect(await here.resque.failed.remove(first(here))).toBe(false)
    expect(await here.resque.failed.count()).toBe(1)
  })
})
