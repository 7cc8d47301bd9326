// --limit and --fair: how a worker goes about its queues.

import { describe, expect, it } from 'vitest'
import { readSetting } from '../../src/config/settings.ts'
import { ConfigurationError } from '../../src/errors.ts'

describe('--limit', () => {
  it.each<[string[], object]>([
    [[], {}],
    [['mail=3'], { mail: { concurrency: 3 } }],
    [['mail=100/60'], { mail: { rate: { count: 100, seconds: 60 } } }],
    [['mail=100/0.5s'], { mail: { rate: { count: 100, seconds: 0.5 } } }],
    [
      ['mail=3', 'mail=100/60', 'low=1'],
      { mail: { concurrency: 3, rate: { count: 100, seconds: 60 } }, low: { concurrency: 1 } },
    ],
    [['mail=3,low=1'], { mail: { concurrency: 3 }, low: { concurrency: 1 } }],
    [['a=b=2'], { 'a=b': { concurrency: 2 } }],
  ])('%j is %j', (given, limits) => {
    expect(readSetting('limit', given, {})).toEqual(limits)
  })

  it('may stand in a variable', () => {
    expect(readSetting('limit', undefined, { RESQUE_LIMIT: 'mail=3,low=1/2' })).toEqual({
      mail: { concurrency: 3 },
      low: { rate: { count: 1, seconds: 2 } },
    })
  })

  it.each(['mail', 'mail=', 'mail=0', 'mail=-1', 'mail=1.5', 'mail=3/0', '=3', 'mail=3/x'])(
    'cannot be %s',
    (text) => {
      expect(() => readSetting('limit', [text], {})).toThrow(ConfigurationError)
      expect(() => readSetting('limit', [text], {})).toThrow(/--limit is .* Write mail=3 for three at a time/)
    },
  )
})

it('--fair is off unless given', () => {
  expect(readSetting('fair', undefined, {})).toBe(false)
  expect(readSetting('fair', true, {})).toBe(true)
  expect(readSetting('fair', undefined, { RESQUE_FAIR: '1' })).toBe(true)
})
