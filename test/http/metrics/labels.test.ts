// Values of labels that anyone may have written stay few.

import { expect, test } from 'vitest'
import { LabelLimit } from '../../../src/http/metrics/labels.ts'

test('the first values are told apart, and later ones are not', () => {
  const limit = new LabelLimit(2)
  expect(['a', 'b', 'c', 'a', 'd', 'b'].map((value) => limit.of(value))).toEqual([
    'a',
    'b',
    '(other)',
    'a',
    '(other)',
    'b',
  ])
})

test('a value that is very long is not kept', () => {
  const limit = new LabelLimit(2)
  expect(limit.of('x'.repeat(201))).toBe('(other)')
  expect(limit.of('x'.repeat(200))).toBe('x'.repeat(200))
})
