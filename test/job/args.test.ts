// What JSON would change or drop is refused, with the place and the cure.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidArgumentError } from '../../src/errors.ts'
import { checkArgs } from '../../src/job/args.ts'

class Money {
  amount = 5
}

const cycle: { self?: unknown } = {}
cycle.self = { deeper: [cycle] }

function nested(levels: number): unknown {
  let value: unknown = 'core'
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { in: value }
  return value
}

const refused: readonly (readonly [string, unknown[], string, RegExp])[] = [
  ['undefined', [1, undefined], 'args[1]', /undefined; pass null/],
  [
    'an undefined member',
    [{ user: { birthday: undefined } }],
    'args[0].user.birthday',
    /undefined; pass null/,
  ],
  ['a hole in an array', [new Array(1)], 'args[0][0]', /undefined; pass null/],
  ['a function', [() => 1], 'args[0]', /it is a function/],
  ['a symbol', [Symbol('s')], 'args[0]', /it is a symbol/],
  ['a symbol as key', [{ [Symbol('hidden')]: 1 }], 'args[0]', /symbol/],
  ['a BigInt', [{ n: 10n }], 'args[0].n', /BigInt; pass String\(value\)/],
  ['NaN', [[Number.NaN]], 'args[0][0]', /NaN is no JSON number/],
  ['Infinity', [Number.POSITIVE_INFINITY], 'args[0]', /Infinity is no JSON number/],
  ['a Date', [new Date(0)], 'args[0]', /Date; pass date\.toISOString\(\)/],
  ['an invalid Date', [new Date(Number.NaN)], 'args[0]', /Date; pass date\.toISOString\(\)/],
  ['a Map', [new Map()], 'args[0]', /instance of Map/],
  ['a Set', [new Set()], 'args[0]', /instance of Set/],
  ['a Buffer', [Buffer.from('x')], 'args[0]', /instance of Buffer/],
  ['an Error', [new Error('x')], 'args[0]', /instance of Error/],
  ['a boxed text', [new String('x')], 'args[0]', /instance of String/],
  ['an instance of a class', [new Money()], 'args[0]', /instance of Money/],
  ['a cycle', [cycle], 'args[0].self.deeper[0]', /contains itself/],
  ['a toJSON of its own', [{ toJSON: () => 'x' }], 'args[0].toJSON', /it is a function/],
  ['too deep a nesting', [nested(20_000)], 'args[0]', /nested/],
]

describe('args', () => {
  it.each(refused)('must not hold %s', (_what, args, path, message) => {
    let thrown: unknown
    try {
      checkArgs(args)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(InvalidArgumentError)
    expect((thrown as InvalidArgumentError).argument.startsWith(path)).toBe(true)
    expect((thrown as InvalidArgumentError).message).toMatch(message)
    expect((thrown as InvalidArgumentError).message).toMatch(/Pass |pass /)
  })

  it.each([['text'], [{}], [null], [undefined], [7]])('must be an array, not %j', (args) => {
    expect(() => checkArgs(args)).toThrow(/args must be an array/)
  })

  it('may hold the same object twice, a null prototype, and nesting as deep as PHP reads', () => {
    const shared = { a: 1 }
    const bare = Object.assign(Object.create(null), { b: 2 })
    expect(() => checkArgs([shared, [shared], bare, nested(400)])).not.toThrow()
  })

  it('arrive as they were, whatever JSON can carry', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (given) => {
        checkArgs(given)
        const arrived: unknown = JSON.parse(JSON.stringify(given))
        expect(JSON.stringify(arrived)).toBe(JSON.stringify(given))
      }),
    )
  })
})
