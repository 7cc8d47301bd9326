// What a filter of failed jobs means, and what it says of one that it does not know.

import { describe, expect, it } from 'vitest'
import { InvalidArgumentError } from '../../src/errors.ts'
import type { FailedFilter } from '../../src/failed/filter.ts'
import { failedBy } from '../support/foreign-payloads.ts'
import { type World, world } from '../support/world.ts'
import { put, record } from './records.ts'

async function someFailures(): Promise<World> {
  const here = world()
  const all = Object.values(failedBy)
  await put(here, ...all, '', 'junk', record({ name: 'SendEmail', error: 'No such Äddress' }))
  return here
}

const meanings: readonly [string, FailedFilter, readonly (string | null)[]][] = [
  ['class', { class: 'FailJob' }, ['FailJob', 'FailJob']],
  ['queue', { queue: 'nq' }, ['bad']],
  ['exception', { exception: 'Resque::DirtyExit' }, ['InteropKill']],
  ['text of an error, in capitals or not', { text: 'SUCH äddress' }, ['SendEmail']],
  ['text of a backtrace', { text: 'lib/resque/job.php' }, ['FailJob']],
  ['text of the arguments', { text: '{"x":1}' }, ['InteropFail', 'bad']],
  ['text of a worker', { text: 'web1:21545' }, ['bad']],
  ['text of an id', { text: '758922f378e3592a5a928ad0310dbb74' }, ['FailJob']],
  ['retried', { retried: true }, ['InteropFail']],
  ['not retried, of one class', { retried: false, class: 'InteropFail' }, ['InteropFail']],
  ['two at once', { class: 'FailJob', exception: 'TypeError' }, []],
  ['from, whose second is included', { from: new Date('2026-11-23T02:11:20Z') }, ['bad']],
  [
    'to, whose second is not',
    { to: Date.parse('2026-11-23T02:06:02Z') / 1000 },
    ['InteropFail', 'InteropFail', 'SendEmail'],
  ],
  [
    'from and to, in whatever words the time is written',
    { from: { toMillis: () => Date.parse('2026-11-23T02:09:56Z') }, to: new Date('2026-11-23T02:10:00Z') },
    ['FailJob', 'FailJob'],
  ],
]

describe('a filter', () => {
  it.each(meanings)('by %s', async (_, filter, classes) => {
    const { resque } = await someFailures()
    expect((await resque.failed.list(filter)).map((failure) => failure.class)).toEqual(classes)
    expect(await resque.failed.count(filter)).toBe(classes.length)
  })

  it('by what is no record counts junk', async () => {
    const { resque } = await someFailures()
    expect(await resque.failed.count({ unreadable: true })).toBe(2)
    expect(await resque.failed.count({ unreadable: false })).toBe(7)
    expect(await resque.failed.count()).toBe(9)
    expect(await resque.failed.count({ class: undefined })).toBe(9)
  })
})

describe('a wrong filter', () => {
  const wrong: readonly [string, object, RegExp][] = [
    ['has the nearest name told', { clas: 'A' }, /no filter "clas" for failed jobs\. Did you mean "class"\?/],
    ['has all names told', { zzzzzz: 'A' }, /There are queue, class, exception, text, from, to, retried/],
    ['is a text that is none', { queue: 7 }, /the filter "queue" is 7: it must be a text/],
    ['is a time that is none', { from: 'yesterday' }, /the filter "from" is "yesterday": this is no time/],
    ['is a date that is invalid', { to: new Date('x') }, /the filter "to" is null: this is no time/],
    ['is neither true nor false', { retried: 1 }, /the filter "retried" is 1: it must be true or false/],
  ]

  it.each(wrong)('%s', async (_, filter, message) => {
    const { resque } = world()
    const calls = [
      resque.failed.list(filter),
      resque.failed.count(filter),
      resque.failed.retryAll(filter),
      resque.failed.clear(filter),
    ]
    for (const call of calls) {
      const error = await call.catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(InvalidArgumentError)
      expect((error as Error).message).toMatch(message)
    }
  })

  it.each([
    [{ count: -1 }, /count is -1/],
    [{ start: 1.5 }, /start is 1\.5/],
    [{ order: 'up' }, /order is "up": it must be "oldest" or "newest"/],
  ])('of a page: %j', async (page, message) => {
    await expect(world().resque.failed.list(page as object)).rejects.toThrow(message)
  })

  it('is told before anything is taken off', async () => {
    const here = await someFailures()
    await expect(here.resque.failed.clear({ klass: 'A' } as FailedFilter)).rejects.toThrow(/"class"/)
    expect(await here.resque.failed.count()).toBe(9)
  })
})

describe('a page of the failed list', () => {
  it('begins at the oldest or the newest, with or without a filter', async () => {
    const here = world()
    const names = Array.from({ length: 700 }, (_, index) => (index % 2 === 0 ? 'Even' : 'Odd'))
    await put(here, ...names.map((name, index) => record({ name, error: `${index}` })))
    const errors = async (page: object) =>
      (await here.resque.failed.list(page)).map(({ error }) => Number(error))
    expect(await errors({ order: 'newest', count: 3 })).toEqual([699, 698, 697])
    expect(await errors({ order: 'newest', start: 698, count: 5 })).toEqual([1, 0])
    expect(await errors({ order: 'newest', start: -1, count: 5 })).toEqual([0])
    expect(await errors({ class: 'Odd', count: 2 })).toEqual([1, 3])
    expect(await errors({ class: 'Odd', start: 300, count: 2 })).toEqual([601, 603])
    expect(await errors({ class: 'Odd', start: -2 })).toEqual([697, 699])
    expect(await errors({ class: 'Odd', order: 'newest', start: 1, count: 2 })).toEqual([697, 695])
    expect(await errors({ class: 'Odd', order: 'newest', start: -2, count: 1 })).toEqual([3])
    expect(await errors({ class: 'Odd', count: 0 })).toEqual([])
    expect(await here.resque.failed.list({ count: 700 })).toHaveLength(700)
  })

  it('tells where each record stands, and its key', async () => {
    const here = world()
    await put(here, 'junk', record({ error: 'a' }), record({ error: 'b' }))
    const [a, b] = await here.resque.failed.list()
    expect([a?.index, b?.index]).toEqual([1, 2])
    expect(a?.key).toMatch(/^[0-9a-f]{40}$/)
    expect(await here.resque.failed.get(b?.key ?? '')).toEqual(b)
    expect(await here.resque.failed.get('nobody')).toBeNull()
  })
})
