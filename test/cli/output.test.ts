// How answers are printed, and what is never printed.

import { describe, expect, test } from 'vitest'
import { type Output, painter } from '../../src/cli/context.ts'
import { errorLines, exitCodeOf, withoutPasswords } from '../../src/cli/exit-codes.ts'
import { counted, printable, table, writeJson } from '../../src/cli/output.ts'
import { ConfigurationError, RedisError, ScheduleError } from '../../src/errors.ts'

describe('tables', () => {
  test('columns stand below one another, coloured or not', () => {
    const red = '\u001b[31mmail\u001b[39m'
    expect(
      table(
        ['QUEUE', 'SIZE'],
        [
          ['a-long-name', '1'],
          [red, '20'],
        ],
      ),
    ).toBe(`QUEUE        SIZE\na-long-name  1\n${red}         20\n`)
  })

  test('a line that is too long for the terminal is cut', () => {
    const [, line = ''] = table(['A'], [['x'.repeat(100)]], 50).split('\n')
    expect(line).toBe(`${'x'.repeat(49)}…`)
  })

  test('what would break a line is written out', () => {
    expect(printable('a\nb\u001b[2J\u2028')).toBe('a\\nb\\u001b[2J\\u2028')
  })
})

test('JSON is one line in a pipe', () => {
  let text = ''
  const output: Output = {
    write: (more) => {
      text += more
    },
    isTTY: false,
  }
  writeJson(output, { a: [1] })
  expect(text).toBe('{"a":[1]}\n')
})

test('numbers are counted in words', () => {
  expect([counted(1, 'job'), counted(0, 'job'), counted(12_345, 'entry', 'entries')]).toEqual([
    '1 job',
    '0 jobs',
    '12,345 entries',
  ])
})

test('colour is for terminals where NO_COLOR is not set', () => {
  const terminal: Output = { write: () => undefined, isTTY: true }
  expect(painter(terminal, {})('red', 'x')).toBe('\u001b[31mx\u001b[39m')
  expect(painter(terminal, { NO_COLOR: '1' })('red', 'x')).toBe('x')
  expect(painter({ ...terminal, isTTY: false }, {})('red', 'x')).toBe('x')
})

test.each([
  ['redis://:pw@host', 'redis://:***@host'],
  [
    'at redis://user:p/w@rd@host:1/0, twice rediss://a:b@c',
    'at redis://user:***@host:1/0, twice rediss://a:***@c',
  ],
  ['redis://host?password=pw&db=1', 'redis://host?password=***&db=1'],
  ['redis://host:6379/0 and me@example.com', 'redis://host:6379/0 and me@example.com'],
])('no password of %s is printed', (text, shown) => {
  expect(withoutPasswords(text)).toBe(shown)
})

test('an error tells whose fault it is by the exit code', () => {
  const errors = [
    new ConfigurationError('a'),
    new ScheduleError('b', []),
    new RedisError('c'),
    new Error('d'),
  ]
  expect(errors.map(exitCodeOf)).toEqual([2, 2, 1, 1])
})

test('where an unexpected error came from is for --verbose', () => {
  const error = new TypeError('x is no function')
  expect(errorLines(error, false)).toBe('x is no function')
  expect(errorLines(error, true)).toMatch(/TypeError: x is no function\n\s+at /)
  expect(errorLines(new RedisError('gone'), true)).toBe('gone')
})
