// JSON: the place of the first mistake, and of every key.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../src/recurring/file-json.ts'
import { placeFinder } from '../../src/recurring/file-text.ts'

function mistake(text: string): string {
  const [problem] = parseJson(text).problems
  if (problem === undefined) return 'none'
  const { line, column } = placeFinder(text)(problem.offset)
  return `${line}:${column} ${problem.message}`
}

function readable(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('a mistake', () => {
  it.each([
    ['{"a": {"every": "5s",}}', /^1:22 .*a name in double quotes is missing/],
    ['{"a": b}', /^1:7 .*a value is missing/],
    ['{"a": {"every": "5s"}', /^1:22 .*ends too early: a comma or }/],
    ['{"a": {}} x', /^1:11 .*nothing may follow/],
    ['{\n  "a" {}\n}', /^2:7 .*a colon is missing/],
    ['{\n  "a": {}\n  "b": {}\n}', /^3:3 .*a comma or }/],
    ['{"a": [1 2]}', /^1:10 .*a comma or \]/],
    ['{"a": [1,]}', /^1:10 .*a value is missing/],
    ['{"a": [1}', /^1:9 .*a comma or \]/],
    ['{a: 1}', /^1:2 .*double quotes/],
    ['{"a": 01}', /^1:8 .*a comma or }/],
    ['{"a": "x\ny"}', /^1:7 .*not closed, or holds a line break/],
    ['{"a": "\\x"}', /^1:7 .*wrong escape/],
    ['{"a": // why\n 1}', /^1:7 .*no comments/],
    ['{"a": NaN}', /^1:7 .*a value is missing/],
    ['{', /^1:2 .*ends too early: a name in double quotes or }/],
    ['', /^1:1 .*ends too early/],
    ['[]', /^1:1 .*a schedule is a map.*a list/],
    ['5', /^1:1 .*a single value/],
  ])('%j', (text, expected) => {
    expect(mistake(text)).toMatch(expected)
  })

  it('is found exactly where JSON.parse finds one', () => {
    const valid = fc.json().map((text) => `{"a": ${text}}`)
    const broken = fc
      .tuple(valid, fc.nat(), fc.constantFrom('', ',', '"', '}', ' ', '0', ':'))
      .map(([text, at, put]) => {
        const place = at % text.length
        return text.slice(0, place) + put + text.slice(place + 1)
      })
    fc.assert(
      fc.property(fc.oneof(valid, broken), (text) => {
        const twice = parseJson(text).problems.every((problem) => problem.message.includes('twice'))
        const map = !/^a schedule is a map/.test(parseJson(text).problems[0]?.message ?? '')
        return readable(text) === (twice || !map)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('keys', () => {
  it('have their places', () => {
    const text = '{\n "a": {"every": "1m", "args": [{"every": 1}]},\n "b": {"cron": "x"}\n}'
    const [a, b] = parseJson(text).entries
    const places = [
      a?.offset,
      a?.fieldOffset('args'),
      a?.fieldOffset('none'),
      b?.fieldOffset('cron'),
      b?.fieldOffset(null),
    ]
    expect(places.map((offset) => placeFinder(text)(offset ?? -1))).toEqual([
      ...[
        { line: 2, column: 2 },
        { line: 2, column: 23 },
        { line: 2, column: 2 },
        { line: 3, column: 8 },
      ],
      { line: 3, column: 2 },
    ])
  })

  it('in other letters are the same keys', () => {
    const text = '{"\\u0061": {"every": "1m"}}'
    expect(parseJson(text).entries.map((entry) => entry.name)).toEqual(['a'])
  })
})
