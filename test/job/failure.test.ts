// Failure records: what a job threw as text, and reading the records of all systems.

import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { errorText, failureMembers, readFailure } from '../../src/job/failure.ts'
import { failedBy } from '../support/foreign-payloads.ts'

class CustomError extends Error {
  override name = 'CustomError'
}

function withProperty(name: 'stack' | 'message' | 'name' | 'cause', value: unknown): Error {
  return Object.defineProperty(new Error('x'), name, { value })
}

function withGetter(name: 'stack' | 'message' | 'name'): Error {
  return Object.defineProperty(new Error('x'), name, {
    get: () => {
      throw new Error('no')
    },
  })
}

const unreadable = new Proxy(
  {},
  {
    get: () => {
      throw new Error('no')
    },
    getPrototypeOf: () => {
      throw new Error('no')
    },
  },
)

describe('what a job threw', () => {
  it('is told by name, message and backtrace when it is an Error', () => {
    const { name, message, backtrace } = errorText(new CustomError('no such user'))
    expect({ name, message }).toEqual({ name: 'CustomError', message: 'no such user' })
    expect(backtrace[0]).toMatch(/^at .*failure\.test\.ts/)
  })

  it('tells its causes, and ends when they go in a circle', () => {
    const root = new TypeError('socket closed')
    const top = new Error('could not send', { cause: new Error('retry', { cause: root }) })
    expect(errorText(top).backtrace.slice(-2)).toEqual([
      'caused by Error: retry',
      'caused by TypeError: socket closed',
    ])
    root.cause = top
    expect(errorText(top).backtrace.length).toBeLessThanOrEqual(50)
  })

  it('tells the parts of an AggregateError, and causes that are no Errors', () => {
    const many = Array.from({ length: 12 }, (_, index) => new RangeError(`part ${index}`))
    const both = new AggregateError([new TypeError('a'), 'b'], 'both', { cause: 'bad luck' })
    expect(errorText(both).backtrace.slice(-3)).toEqual(['with TypeError: a', 'with b', 'caused by bad luck'])
    const { backtrace } = errorText(new Error('top', { cause: new AggregateError(many, 'many') }))
    expect(backtrace.at(-1)).toBe('with 2 more')
    expect(backtrace).toContain('caused by AggregateError: many')
    expect(backtrace.length).toBeLessThanOrEqual(50)
  })

  it('is an Error as well when it comes from another realm', () => {
    const { name, message } = errorText(runInNewContext('new TypeError("elsewhere")'))
    expect({ name, message }).toEqual({ name: 'TypeError', message: 'elsewhere' })
  })

  it('is cut line by line', () => {
    const cause = new Error('c'.repeat(5_000))
    const { backtrace } = errorText(new Error('x', { cause }))
    expect(backtrace.at(-1)).toHaveLength('caused by '.length + 1_000)
  })

  it.each<[string, unknown, string]>([
    ['a function', function late() {}, 'the job threw function: [function late]'],
    ['a text', 'plain text', 'the job threw string: plain text'],
    ['null', null, 'the job threw null: null'],
    ['undefined', undefined, 'the job threw undefined: undefined'],
    ['a number', 7, 'the job threw number: 7'],
    ['a BigInt', 7n, 'the job threw bigint: 7'],
    ['a symbol', Symbol('s'), 'the job threw symbol: Symbol(s)'],
    ['an object', { code: 1 }, 'the job threw object: {"code":1}'],
    ['a frozen object', Object.freeze({ a: [1] }), 'the job threw object: {"a":[1]}'],
    ['a bare object', Object.create(null), 'the job threw object: {}'],
  ])('is told when it is %s', (_what, thrown, message) => {
    expect(errorText(thrown)).toEqual({ name: 'NonError', message, backtrace: [] })
  })

  it.each<[string, unknown]>([
    ['a stack that is a number', withProperty('stack', 5)],
    ['a stack that throws', withGetter('stack')],
    ['a message that throws', withGetter('message')],
    ['a message without a text', withProperty('message', Object.create(null))],
    ['a name that throws', withGetter('name')],
    ['a name that is a number', withProperty('name', 5)],
    ['no access at all', unreadable],
    ['a cycle', Object.assign([], { 0: unreadable })],
    ['a cause that throws', new Error('x', { cause: withGetter('message') })],
  ])('never makes the worker fail, even with %s', (_what, thrown) => {
    const { name, message, backtrace } = errorText(thrown)
    expect([typeof name, typeof message, Array.isArray(backtrace)]).toEqual(['string', 'string', true])
  })

  it('is cut when it is very long', () => {
    const { message } = errorText(new Error('x'.repeat(50_000)))
    expect(message).toBe(`${'x'.repeat(10_000)}… (50000 characters)`)
  })
})

describe('a failure record', () => {
  it("has Ruby's members after the payload, in Ruby's order", () => {
    const members = failureMembers(
      { name: 'E', message: 'm "q"', backtrace: ['at x'] },
      'web1:1:mail',
      'mail',
    )
    expect(members).toBe(
      ',"exception":"E","error":"m \\"q\\"","backtrace":["at x"],"worker":"web1:1:mail","queue":"mail"}',
    )
  })

  it.each(Object.entries(failedBy))('is read: %s', (system, record) => {
    const failure = readFailure(record)
    expect(failure).toMatchObject({ record, args: expect.any(Array), backtrace: expect.any(Array) })
    expect(failure?.class).toMatch(/^(InteropFail|InteropKill|FailJob|bad)$/)
    expect(failure?.queue).toMatch(/^(q1|pq|nq)$/)
    expect(record).toContain(`"payload":${failure?.payload}`)
    expect(failure?.retriedAt === null).toBe(system !== 'rubyRetried')
  })

  it.each<[keyof typeof failedBy, string]>([
    ['ruby', '2026-11-23T02:06:01.000Z'],
    ['phpCb', '2026-11-23T02:09:56.000Z'],
    ['phpRq', '2026-11-23T02:09:57.000Z'],
    ['node', '2026-11-23T02:11:20.000Z'],
  ])('tells when it failed: %s', (system, iso) => {
    expect(readFailure(failedBy[system])?.failedAt?.toISOString()).toBe(iso)
  })

  it.each(['', 'no json', 'null', '[]', '7'])('is no record: %j', (record) => {
    expect(readFailure(record)).toBeNull()
  })

  it('may lack members, or hold others than expected', () => {
    const nothing = {
      failedAt: null,
      exception: '',
      error: '',
      backtrace: [],
      worker: '',
      queue: '',
      class: null,
    }
    expect(readFailure('{}')).toMatchObject({ ...nothing, payload: null })
    expect(readFailure('{"failed_at":7,"payload":null,"error":[],"worker":{}}')).toMatchObject(nothing)
    expect(readFailure('{"payload":"text","failed_at":"no day"}')).toMatchObject(nothing)
  })
})
