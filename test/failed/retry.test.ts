// Retrying one failed job: by record, key or id, with the record kept or taken off, whatever its bytes are.

import { describe, expect, it } from 'vitest'
import { failedBy } from '../support/foreign-payloads.ts'
import { world } from '../support/world.ts'
import { onList, put, record } from './records.ts'

const stamp = /^"retried_at":"\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d UTC"}$/

describe('a record that is kept', () => {
  const unmarked = Object.entries(failedBy).filter(([system]) => system !== 'rubyRetried')
  it.each(unmarked)('is marked as Ruby does it, its other bytes as they were: %s', async (_, bytes) => {
    const here = world()
    await put(here, 'junk', bytes, '')
    const [failure] = await here.resque.failed.list()
    expect(await here.resque.failed.retry(failure ?? '', { keep: true })).toBe(true)
    const [before, marked = '', after] = await onList(here)
    expect([before, after]).toEqual(['junk', ''])
    expect(marked.startsWith(`${bytes.slice(0, -1)},`)).toBe(true)
    expect(marked.slice(bytes.length)).toMatch(stamp)
    expect(await here.resque.queues.peek(failure?.queue ?? '')).toEqual([failure?.payload])
    expect((await here.resque.failed.list())[0]?.retriedAt).toBeInstanceOf(Date)
  })

  it('and was marked before has a new time in the same place', async () => {
    const here = world()
    const spaced = failedBy.rubyRetried.replace('"retried_at":', '"retried_at" : ').replace(/}$/, ' ,"z":1 }')
    await put(here, spaced)
    const [failure] = await here.resque.failed.list()
    expect(await here.resque.failed.retry(failure ?? '', { keep: true })).toBe(true)
    const [marked = ''] = await onList(here)
    expect(marked).toMatch(/"retried_at" : "\d{4}[^"]+UTC" ,"z":1 }$/)
    expect(marked).not.toBe(spaced)
    expect(marked.slice(0, spaced.indexOf('2026/11/23 02:06:03'))).toBe(
      spaced.slice(0, spaced.indexOf('2026/11/23 02:06:03')),
    )
  })

  it('is not retried by whoever still has the old record', async () => {
    const here = world()
    await put(here, failedBy.ruby)
    const [failure] = await here.resque.failed.list()
    expect(await here.resque.failed.retry(failure ?? '', { keep: true })).toBe(true)
    expect(await here.resque.failed.retry(failure ?? '', { keep: true })).toBe(false)
    expect(await here.resque.queues.size('q1')).toBe(1)
  })

  it('goes when what was retried is cleared', async () => {
    const here = world()
    await put(here, failedBy.rubyRetried, failedBy.node, 'junk')
    await here.resque.failed.retryAll({}, { keep: true })
    await put(here, failedBy.phpCb)
    expect(await here.resque.failed.clearRetried()).toBe(2)
    expect(await onList(here)).toEqual(['junk', failedBy.phpCb])
  })
})

describe('a failed job', () => {
  it('is named by its key, or its id; then the newest record of that job is meant', async () => {
    const here = world()
    const [first, second] = [record({ id: 'abc', error: '1' }), record({ id: 'abc', error: '2' })]
    await put(
      here,
      first,
      second,
      ...Array.from({ length: 300 }, (_, index) => record({ error: `${index}` })),
    )
    expect(await here.resque.failed.retry('abc')).toBe(true)
    expect((await onList(here)).slice(0, 2)).toEqual([first, record({ error: '0' })])
    const key = (await here.resque.failed.get('abc'))?.key ?? ''
    expect(await here.resque.failed.remove(key)).toBe(true)
    expect(await here.resque.failed.remove(key)).toBe(false)
    expect(await here.resque.failed.retry('abc')).toBe(false)
    expect(await here.resque.queues.size('mail')).toBe(1)
  })

  it('whose record is not UTF-8 is retried and removed with its own bytes', async () => {
    const here = world()
    const bytes = Buffer.from(
      '{"failed_at":"x","payload":{"class":"A","args":["\xff"]},"queue":"mail"}',
      'latin1',
    )
    await here.redis.rpush(here.keys.failed, bytes, bytes)
    const [failure] = await here.resque.failed.list()
    expect(await here.resque.failed.retry(failure ?? '')).toBe(true)
    const [payload] = await here.redis.lrangeBuffer(here.keys.queue('mail'), 0, -1)
    expect(payload?.toString('latin1')).toBe('{"class":"A","args":["\xff"]}')
    expect(await here.resque.failed.remove(failure ?? '')).toBe(true)
    expect(await here.resque.failed.count()).toBe(0)
  })

  it('is found again when the list has moved', async () => {
    const here = world()
    await put(here, record({ error: 'a' }), record({ error: 'b' }), record({ error: 'c' }))
    const [, b] = await here.resque.failed.list()
    await here.redis.lpop(here.keys.failed)
    await put(here, record({ error: 'd' }))
    expect(await here.resque.failed.retry(b ?? '')).toBe(true)
    expect(await onList(here)).toEqual([record({ error: 'c' }), record({ error: 'd' })])
  })

  it('is retried by one of two clients that ask at once', async () => {
    const here = world()
    const other = here.client()
    for (let round = 0; round < 20; round++) {
      await put(here, record({ error: `${round}` }))
      const [failure] = await here.resque.failed.list({ start: -1 })
      const answers = await Promise.all([
        here.resque.failed.retry(failure ?? ''),
        other.failed.retry(failure ?? '', { keep: round % 2 === 0 }),
      ])
      expect(answers.filter(Boolean)).toHaveLength(1)
    }
    expect(await here.resque.queues.size('mail')).toBe(20)
  })
})
