// Ids: what they tell, and that equal jobs share a digest.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, isId, isTracked, jobDigest, newId, plannedSeconds } from '../../src/job/id.ts'
import { latestSeconds } from '../../src/job/times.ts'

const digest = '00123456'

/** The same value with the keys of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).reverse()
  return Object.fromEntries(entries.map(([key, part]) => [key, reversed(part)]))
}

function digestOf(className: string, args: readonly unknown[]): string {
  return jobDigest(className, args, JSON.stringify(args))
}

describe('an id', () => {
  it('is 32 hex digits that tell the planned second and whether the job is tracked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: latestSeconds }), fc.boolean(), (seconds, tracked) => {
        const id = newId({ plannedSeconds: seconds, digest, tracked })
        expect(isId(id)).toBe(true)
        expect(plannedSeconds(id)).toBe(seconds)
        expect(isTracked(id)).toBe(tracked)
        expect(id.slice(10, 18)).toBe(digest)
      }),
    )
  })

  it('is never made twice', () => {
    const ids = Array.from({ length: 20_000 }, () => newId({ plannedSeconds: 0, digest, tracked: true }))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each(['', 'abc', `${'a'.repeat(31)}g`, 'A'.repeat(32), 'a'.repeat(33), ` ${'a'.repeat(31)}`])(
    'is told from other texts: %j',
    (text) => {
      expect(isId(text)).toBe(false)
    },
  )
})

describe('a digest', () => {
  it('is the same for equal args, whatever the order of their keys', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (given) => {
        const args = JSON.parse(JSON.stringify(given)) as unknown[]
        expect(digestOf('A', reversed(args) as unknown[])).toBe(digestOf('A', args))
      }),
    )
  })

  it('tells classes and args apart', () => {
    const made = [
      digestOf('A', []),
      digestOf('B', []),
      digestOf('A', [1]),
      digestOf('A', ['1']),
      digestOf('A', [[1]]),
    ]
    expect(new Set(made).size).toBe(made.length)
    expect(made.every((text) => /^[0-9]{8}$/.test(text))).toBe(true)
  })

  it('is made from JSON with sorted keys', () => {
    expect(canonicalJson([{ b: 1, a: { d: [null, { f: 2, e: 3 }], c: 'x' } }])).toBe(
      '[{"a":{"c":"x","d":[null,{"e":3,"f":2}]},"b":1}]',
    )
  })
})
