// Calls that cannot be right are refused with what was given and what to give instead, and nothing is written.

import { describe, expect, it } from 'vitest'
import type { BulkItem } from '../../src/client/bulk.ts'
import type { Resque } from '../../src/client/resque.ts'
import { InvalidArgumentError, NoQueueError, type ResqueError } from '../../src/errors.ts'
import { world } from '../support/world.ts'

class SendEmail {
  static queue = 'mail'
  perform(_to?: unknown): void {}
}

class Homeless {
  perform(): void {}
}

class NoPerform {
  name = 'lazy'
  static queue = 'mail'
}

const cycle: { self?: unknown } = {}
cycle.self = cycle

/** As JavaScript calls it, without types. */
type Loose = Record<
  'enqueue' | 'enqueueTo' | 'enqueueAt' | 'enqueueIn' | 'enqueueBulk',
  (...given: unknown[]) => Promise<unknown>
>

type Call = (resque: Loose) => Promise<unknown>

const badTimes: [string, Call, RegExp][] = [
  ['enqueueAt an invalid date', (r) => r.enqueueAt(new Date('x'), SendEmail), /date is invalid.*Check/],
  ['enqueueAt NaN', (r) => r.enqueueAt(Number.NaN, SendEmail), /got NaN/],
  ['enqueueAt a text', (r) => r.enqueueAt('2030-01-01', SendEmail), /"2030-01-01".*new Date\("2030-01-01"\)/],
  [
    'enqueueAt milliseconds',
    (r) => r.enqueueAt(1_900_000_000_000, SendEmail),
    /only be milliseconds.*\/ 1000/,
  ],
  ['enqueueAt null', (r) => r.enqueueAt(null, SendEmail), /unix seconds, got null/],
  ['enqueueIn -1', (r) => r.enqueueIn(-1, SendEmail), /0 or more, got -1/],
  ['enqueueIn NaN', (r) => r.enqueueIn(Number.NaN, SendEmail), /0 or more, got NaN/],
  ['enqueueIn Infinity', (r) => r.enqueueIn(Number.POSITIVE_INFINITY, SendEmail), /0 or more, got Infinity/],
  ['enqueueIn a text', (r) => r.enqueueIn('300', SendEmail), /0 or more, got "300"/],
  ['enqueueIn far too long', (r) => r.enqueueIn(1e300, SendEmail), /after the year 9999/],
]

const badJobs: [string, Call, RegExp][] = [
  ['a class without perform', (r) => r.enqueue(NoPerform), /NoPerform has no perform method.*Add/],
  ['null', (r) => r.enqueue(null), /a class or the name of one, got null/],
  ['nothing', (r) => r.enqueue(), /a class or the name of one, got undefined/],
  ['an instance', (r) => r.enqueue(new SendEmail()), /a class or the name of one, got object/],
  ['an empty name', (r) => r.enqueueTo('mail', ''), /no usable name: ""/],
  ['an empty queue', (r) => r.enqueueTo('', SendEmail), /queue name "" is empty. Name a queue/],
  [
    'a queue with a line break',
    (r) => r.enqueueTo('a\nb', SendEmail),
    /"a\\nb" has a line break.*Use letters/,
  ],
  ['a queue with a comma', (r) => r.enqueueTo('a,b', SendEmail), /"a,b".*comma.*Use letters/],
  ['a queue that is no text', (r) => r.enqueueTo(7, SendEmail), /named by a text, got number/],
]

const badArgs: [string, unknown, RegExp][] = [
  ['undefined', undefined, /args\[0\]: it is undefined; pass null/],
  ['a function', () => 1, /args\[0\]: it is a function/],
  ['a symbol', Symbol('x'), /args\[0\]: it is a symbol/],
  ['a BigInt', 1n, /BigInt; pass String/],
  ['a cycle', cycle, /args\[0\]\.self: it contains itself/],
  ['NaN', { n: Number.NaN }, /args\[0\]\.n: NaN is no JSON number/],
  ['a Date', new Date(0), /date\.toISOString\(\)/],
  ['a Map', new Map(), /instance of Map/],
  ['an instance', new SendEmail(), /instance of SendEmail/],
  ['a hole', [new Array(2)], /args\[0\]\[0\]\[0\]: it is undefined/],
]

async function refusal(call: Call): Promise<{ error: ResqueError; left: string[] }> {
  const { resque, allKeys } = world()
  const error = await call(resque as unknown as Loose).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return { error: error as ResqueError, left: await allKeys() }
}

describe('refused, with nothing written', () => {
  it.each([...badTimes, ...badJobs])('%s', async (_what, call, message) => {
    const { error, left } = await refusal(call)
    expect(error).toBeInstanceOf(InvalidArgumentError)
    expect(error.message).toMatch(message)
    expect(left).toEqual([])
  })

  it.each(badArgs)('%s as an argument, now, later and in bulk', async (_what, arg, message) => {
    const calls: Call[] = [
      (r) => r.enqueue(SendEmail, arg),
      (r) => r.enqueueIn(60, SendEmail, arg),
      (r) =>
        r.enqueueBulk([
          { job: SendEmail, args: [1] },
          { job: SendEmail, args: [arg] },
        ]),
    ]
    for (const call of calls) {
      const { error, left } = await refusal(call)
      expect(error).toBeInstanceOf(InvalidArgumentError)
      expect(error.message).toMatch(message)
      expect(left).toEqual([])
    }
  })

  it.each<[string, Call]>([
    ['a class without a queue', (r) => r.enqueue(Homeless)],
    ['a name without a queue', (r) => r.enqueue('Homeless')],
    ['a class without a queue, later', (r) => r.enqueueIn(60, Homeless)],
  ])('%s', async (_what, call) => {
    const { error, left } = await refusal(call)
    expect(error).toBeInstanceOf(NoQueueError)
    expect(error.message).toMatch(/Homeless names no queue.*static queue = 'mail'/)
    expect(left).toEqual([])
  })

  it('args of more than 16 MB', async () => {
    const { error, left } = await refusal((r) => r.enqueue(SendEmail, 'x'.repeat(17 * 1024 * 1024)))
    expect(error.message).toMatch(/Store the data elsewhere/)
    expect(left).toEqual([])
  })
})

describe('in bulk', () => {
  const wrong: readonly [string, unknown, RegExp][] = [
    ['args that are no array', [{ job: SendEmail, args: 'ann' }], /item 0: args must be an array/],
    [
      'both at and in',
      [{ job: SendEmail, at: new Date(), in: 5 }],
      /item 0: SendEmail has both "at" and "in"/,
    ],
    ['an item that is null', [{ job: SendEmail }, null], /item 1: .*got null/],
    ['an item that is a class', [SendEmail], /item 0: /],
    ['a wrong time', [{ job: SendEmail, in: -5 }], /item 0: .*0 or more/],
    ['no queue', [{ job: 'Anything' }], /item 0: Anything names no queue/],
    ['no array', { job: SendEmail }, /items must be an array/],
    ['nothing', undefined, /items must be an array/],
  ]

  it.each(wrong)('%s is refused, with nothing written', async (_what, items, message) => {
    const { error, left } = await refusal((r) => r.enqueueBulk(items))
    expect(error).toBeInstanceOf(InvalidArgumentError)
    expect(error.message).toMatch(message)
    expect(left).toEqual([])
  })

  it('every wrong item is named, ten at the most', async () => {
    const items = Array.from({ length: 30 }, (_, index) => ({
      job: SendEmail,
      args: [index % 2 === 0 ? index : undefined],
    }))
    const { error, left } = await refusal((r) => r.enqueueBulk(items as BulkItem[]))
    expect(error.message).toMatch(/^15 of 30 jobs are wrong, so none was enqueued:/)
    expect(error.message.match(/^item \d+:/gm)).toHaveLength(10)
    expect(left).toEqual([])
  })
})

describe('a client', () => {
  it('must have a namespace', () => {
    expect(() => world({ namespace: '' })).toThrow(/namespace is empty. Leave it out for "resque"/)
  })

  it.each([Number.NaN, -1, 'soon', null])('does not wait for %s seconds', async (timeoutSeconds) => {
    const { resque } = world()
    const waiting = (resque as Resque).waitFor('x', { timeoutSeconds: timeoutSeconds as number })
    await expect(waiting).rejects.toThrow(/timeoutSeconds must be a number of seconds/)
  })
})
