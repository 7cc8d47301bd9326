// resque failed with filters: list, retry --all, clear, trim.

import { describe, expect, test } from 'vitest'
import { onList, put, record, records } from '../failed/records.ts'
import { type World, world } from '../support/world.ts'
import { type Call, callerOf } from './resque-call.ts'

const hourMs = 3_600_000

async function someFailures(): Promise<World & { readonly call: Call }> {
  const here = world()
  const at = (hours: number): string => new Date(here.rooms.clock.nowMs() - hours * hourMs).toISOString()
  await put(
    here,
    record({ name: 'Import', error: 'disk full', queue: 'low', failedAt: at(50) }),
    'junk',
    ...records(3, 'timeout ', { name: 'SendEmail', exception: 'TimeoutError', failedAt: at(5) }),
    record({ name: 'SendEmail', error: 'no such address', id: 'abc', failedAt: at(1) }),
  )
  return { ...here, call: callerOf(here) }
}

describe('failed list', () => {
  const filters: readonly [string[], number[]][] = [
    [
      ['--class', 'SendEmail'],
      [2, 3, 4, 5],
    ],
    [
      ['--class', 'SendEmail', '--count', '2'],
      [4, 5],
    ],
    [['--queue', 'low'], [0]],
    [
      ['--exception', 'TimeoutError'],
      [2, 3, 4],
    ],
    [['--text', 'ADDRESS'], [5]],
    [['--since', '2h'], [5]],
    [
      ['--since', '1d', '--until', '2h'],
      [2, 3, 4],
    ],
    [
      ['--since', '2001-09-09T01:46:40Z'],
      [0, 2, 3, 4, 5],
    ],
    [
      ['--since', '1000000000'],
      [0, 2, 3, 4, 5],
    ],
    [['--retried'], []],
  ]
  test.each(filters)('%j', async (flags, indices) => {
    const { call } = await someFailures()
    const listed = (await call('failed', 'list', ...flags, '--json')).json() as { readonly index: number }[]
    expect(listed.map(({ index }) => index)).toEqual(indices)
  })

  test('tells how many the filter means in all', async () => {
    const { call } = await someFailures()
    const { out } = await call('failed', 'list', '--class', 'SendEmail', '--count', '1')
    expect(out).toMatch(/^5 .*no such address\n1 of 4 failed jobs\n$/m)
  })

  test.each([
    [['--since', 'soon'], /--since is "soon": this is no time\. Write 2h/],
    [['--class', ''], /--class is empty/],
    [['--clas', 'A'], /--clas/],
  ])('%j is wrong usage', async (flags, message) => {
    const { call } = await someFailures()
    const { code, err } = await call('failed', 'list', ...flags)
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})

describe('failed retry', () => {
  test('--all retries what the filters mean, after a dry run that retries nothing', async () => {
    const { call, resque } = await someFailures()
    const flags = ['--all', '--exception', 'TimeoutError', '--since', '1d']
    const dry = await call('failed', 'retry', ...flags, '--dry-run')
    expect(dry).toMatchObject({ code: 0, out: 'would put 3 jobs back\n' })
    expect(await resque.queues.size('mail')).toBe(0)
    expect((await call('failed', 'retry', ...flags, '--json')).json()).toEqual({ retried: 3 })
    expect(await resque.queues.size('mail')).toBe(3)
    expect(await resque.failed.count()).toBe(3)
  })

  test('--keep leaves the record, marked, and --all leaves it alone then', async () => {
    const { call, resque } = await someFailures()
    expect(await call('failed', 'retry', 'abc', '--keep')).toMatchObject({ code: 0 })
    expect((await call('failed', 'show', 'abc')).out).toMatch(/^retried at 2\d{3}-.*Z$/m)
    expect((await call('failed', 'retry', '--all', '--class', 'SendEmail', '--json')).json()).toEqual({
      retried: 3,
    })
    expect((await call('failed')).out).toMatch(/TypeError: no such address \(retried\)\n/)
    expect(await resque.failed.count({ retried: true })).toBe(1)
    expect((await call('failed', 'clear', '--retried', '--yes', '--json')).json()).toEqual({ removed: 1 })
  })

  test('by index, key or id, with --dry-run', async () => {
    const { call, resque } = await someFailures()
    const key = (await resque.failed.get('abc'))?.key ?? ''
    for (const name of ['5', 'abc', key]) {
      const { code, out } = await call('failed', 'retry', name, '--dry-run')
      expect({ code, out }).toEqual({ code: 0, out: 'would put SendEmail back into queue mail\n' })
    }
    expect(await call('failed', 'retry', key)).toMatchObject({ code: 0 })
    expect(await call('failed', 'retry', key)).toMatchObject({ code: 1 })
    expect(await call('failed', 'remove', '0')).toMatchObject({ code: 0 })
    expect(await resque.failed.count()).toBe(4)
  })

  test('tells which jobs their queue did not take', async () => {
    const here = await someFailures()
    await here.redis.set(here.keys.queue('low'), 'no list')
    const { code, out } = await here.call('failed', 'retry', '--all')
    expect(code).toBe(1)
    expect(out).toMatch(/^4 jobs back in their queues\n1 job not put back: the key/)
  })

  test.each([
    [[], /which job\? Give its index or id/],
    [['5', '--all'], /5 and --all were both given/],
    [['5', '--class', 'A'], /filters were given as well\. Use them with --all/],
  ])('%j is wrong usage', async (words, message) => {
    const { call, resque } = await someFailures()
    const { code, err } = await call('failed', 'retry', ...words)
    expect(code).toBe(2)
    expect(err).toMatch(message)
    expect(await resque.failed.count()).toBe(6)
  })
})

describe('failed clear and trim', () => {
  test('clear takes off what the filters mean, junk too when that is asked for', async () => {
    const here = await someFailures()
    const flags = ['--class', 'SendEmail']
    expect(await here.call('failed', 'clear', ...flags)).toMatchObject({ code: 2 })
    expect((await here.call('failed', 'clear', ...flags, '--dry-run')).out).toBe(
      'would remove 4 failed jobs\n',
    )
    expect(await here.call('failed', 'clear', ...flags, '--yes')).toMatchObject({ code: 0 })
    expect(await here.resque.failed.count()).toBe(2)
    expect((await here.call('failed', 'clear', '--unreadable', '-y', '--json')).json()).toEqual({
      removed: 1,
    })
    expect(await onList(here)).toHaveLength(1)
  })

  test('trim keeps the newest and the youngest', async () => {
    const { call } = await someFailures()
    const trim = (...flags: string[]) => call('failed', 'trim', ...flags)
    expect(await trim('--max-age-days', '1.5')).toMatchObject({ code: 2 })
    expect((await trim('--max-age-days', '1.5', '--dry-run')).out).toBe('would remove 1 failed job\n')
    expect((await trim('--max-age-days', '1.5', '--yes', '--json')).json()).toEqual({ removed: 1 })
    expect((await trim('--keep', '2', '--yes')).out).toBe('3 failed jobs removed\n')
    expect((await call('failed', '--json')).json()).toMatchObject([{ error: 'timeout 2' }, { id: 'abc' }])
  })

  test.each([
    [[], /what is to be kept\? Give --keep/],
    [['--keep', 'some'], /--keep is "some": it must be a number/],
    [['--max-age-days', ''], /--max-age-days is "": it must be a number/],
  ])('trim %j is wrong usage', async (words, message) => {
    const { call } = await someFailures()
    const { code, err } = await call('failed', 'trim', ...words)
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})

test('a list of which there are too many to count tells that there may be more', async () => {
  const here = world()
  await put(here, ...Array.from({ length: 50_001 }, () => '{}'), ...records(3, 'a', { name: 'A' }))
  const call = callerOf(here)
  expect((await call('failed', '--class', 'A', '--count', '2')).out).toMatch(
    /^2 of perhaps more failed jobs\n$/m,
  )
  expect((await call('failed', '--class', 'A')).out).toMatch(/^3 of 3 failed jobs\n$/m)
})
