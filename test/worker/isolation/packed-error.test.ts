// What was thrown in one process arrives in another.

import { expect, test } from 'vitest'
import { DiscardJob, JobTimeoutError, ResqueError, RetryIn } from '../../../src/errors.ts'
import { packError, unpackError } from '../../../src/worker/isolation/packed-error.ts'

function carried(thrown: unknown): unknown {
  return unpackError(JSON.parse(JSON.stringify(packError(thrown))) as ReturnType<typeof packError>)
}

class Broken extends Error {
  override name = 'BrokenPipe'
  readonly code = 'E_BROKEN'
  readonly details = { port: 80 }
}

test('an error keeps its name, message, stack, fields and causes', () => {
  const thrown = new Broken('no answer', { cause: new TypeError('deeper', { cause: 'a text' }) })
  const arrived = carried(thrown) as Broken
  expect(arrived).toBeInstanceOf(Error)
  const { name, message, stack, code, details } = arrived
  expect({ name, message, stack, code, details }).toEqual({
    name: 'BrokenPipe',
    message: 'no answer',
    stack: thrown.stack,
    code: 'E_BROKEN',
    details: { port: 80 },
  })
  expect(arrived.cause).toBeInstanceOf(TypeError)
  expect((arrived.cause as Error).cause).toBe('a text')
})

test('errors of ours are instances of their classes again, with all that they carry', () => {
  for (const thrown of [new DiscardJob('enough'), new RetryIn(30, 'busy'), new JobTimeoutError('late')]) {
    const arrived = carried(thrown) as Error
    expect(arrived).toBeInstanceOf(thrown.constructor)
    expect(arrived).toBeInstanceOf(ResqueError)
    expect({ ...arrived, name: arrived.name }).toEqual({ ...thrown })
  }
})

test("the classes of the user's own errors keep their names, for retry rules", () => {
  class BrokenBadly extends Broken {}
  const names: string[] = []
  for (let at: unknown = carried(new BrokenBadly('x')); at instanceof Error; at = Object.getPrototypeOf(at))
    names.push(at.constructor.name)
  expect(names).toEqual(['BrokenBadly', 'BrokenBadly', 'Broken'])
})

test('several errors in one arrive as several', () => {
  const arrived = carried(new AggregateError([new RangeError('one'), 'two'], 'both')) as AggregateError
  expect(arrived.errors[0]).toBeInstanceOf(RangeError)
  expect(arrived.errors[1]).toBe('two')
})

test.each([['a text'], [404], [null], [undefined], [{ code: 'E' }]])(
  '%j that is no error arrives',
  (value) => {
    expect(carried(value)).toEqual(value)
  },
)

test('what cannot be carried is told as text, and what cannot be read does no harm', () => {
  const circle: { self?: unknown } = {}
  circle.self = circle
  expect(carried(12n)).toBe('12')
  expect(carried(Symbol('s'))).toBe('Symbol(s)')
  expect(carried(circle)).toBe('[object Object]')
  const evil = new Error('x')
  Object.defineProperty(evil, 'message', {
    get: () => {
      throw new Error('in turn')
    },
  })
  expect((carried(evil) as Error).message).toMatch(/cannot be read/)
})
