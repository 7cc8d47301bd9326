// YAML as Ruby reads it, and the YAML that nobody should read.

import { describe, expect, it } from 'vitest'
import { loadSchedule } from '../../src/recurring/file.ts'
import { parseYaml } from '../../src/recurring/file-yaml.ts'

function args(yaml: string): unknown {
  const [entry] = loadSchedule(`a:\n  every: 1m\n  args: ${yaml}\n`).entries
  return entry?.params
}

function problem(yaml: string): string {
  const { entries, problems } = loadSchedule(yaml)
  expect(entries.filter((entry) => entry.name !== 'good')).toEqual([])
  return problems
    .map(({ line, column, entry, message }) => `${line}:${column} ${entry}: ${message}`)
    .join('\n')
}

describe('scalars', () => {
  it.each([
    ['[yes, No, on, OFF, true, False]', [true, false, true, false, true, false]],
    ['[y, n, Y, N]', ['y', 'n', 'Y', 'N']],
    ['["yes", \'on\']', ['yes', 'on']],
    ['[:name, :"two words", ":quoted", a:b]', ['name', 'two words', ':quoted', 'a:b']],
    ['[1:30, 1:30:15, "1:30", 1:75]', [5400, 5415, '1:30', '1:75']],
    ['[2027-01-01, 2027-01-01 12:00:00]', ['2027-01-01', '2027-01-01 12:00:00']],
    ['[1_000, 017, 0x1f, 1.5, -3]', [1000, 15, 31, 1.5, -3]],
    ['[e0, E12, .e3, 1e3, -1.5E2, .5e1, 1_0e1]', ['e0', 'E12', '.e3', 1000, -150, 5, 100]],
    ['[~, null, Null]', [null, null, null]],
    ['[!ruby/symbol a, !ruby/sym b]', ['a', 'b']],
    ['{:key: 1, 2: x}', [{ key: 1, 2: 'x' }]],
    ['["é", ü]', ['é', 'ü']],
  ])('%s', (yaml, expected) => {
    expect(args(yaml)).toEqual(expected)
  })

  it('every: 1:30 is an hour and a half, as in Ruby', () => {
    expect(loadSchedule('a:\n  every: 1:30\n').entries[0]?.everySeconds).toBe(5400)
  })

  it('symbols may be keys everywhere', () => {
    const { entries, problems } = loadSchedule(':a:\n  :every:\n    - "1h"\n    - :first_in: 10s\n')
    expect(problems).toEqual([])
    expect(entries).toMatchObject([{ name: 'a', everySeconds: 3600, firstInSeconds: 10 }])
  })

  it('a class that begins with :: keeps it', () => {
    expect(loadSchedule('a:\n  every: 1m\n  class: ::Top::Job\n').entries[0]?.class).toBe('::Top::Job')
  })

  it('names may be numbers', () => {
    expect(loadSchedule('5:\n  every: 1m\n  class: A\n').entries[0]?.name).toBe('5')
  })
})

describe('anchors and merges', () => {
  it('are followed, and what is written wins over what is merged', () => {
    const yaml = 'd: &d\n  queue: low\n  jitter: 5s\na:\n  <<: *d\n  every: 1m\n  queue: high\n'
    expect(loadSchedule(yaml).entries).toMatchObject([{ name: 'a', queue: 'high', jitterSeconds: 5 }])
  })

  it('may be merged at the top', () => {
    const yaml = 'base: &b\n  a:\n    every: 1m\n<<: *b\n'
    expect(loadSchedule(yaml).entries.map((entry) => entry.name)).toEqual(['a'])
  })

  it('may be used by thousands of entries', () => {
    const jobs = Array.from({ length: 3000 }, (_, index) => `j${index}:\n  <<: *d\n  every: 1m`).join('\n')
    expect(loadSchedule(`d: &d\n  queue: low\n${jobs}\n`).entries).toHaveLength(3000)
  })

  const bomb = (line: (index: number) => string) =>
    `a0: &a0 {k: v}\n${Array.from({ length: 12 }, (_, index) => line(index + 1)).join('\n')}\n`
  const nine = (index: number) => Array.from({ length: 9 }, () => `*a${index - 1}`).join(', ')

  it.each([
    ['lists', bomb((index) => `a${index}: &a${index} {args: [${nine(index)}]}`)],
    ['merges', bomb((index) => `a${index}: &a${index}\n  <<: [${nine(index)}]`)],
  ])('a billion laughs out of %s are refused', (_, yaml) => {
    expect(problem(yaml)).toMatch(/stand for millions of values/)
  })

  it('tens of thousands of aliases are refused', () => {
    const yaml = `a: &a {every: 1m}\n${'b: *a\n'.repeat(21_000)}`
    expect(parseYaml(yaml).problems).toMatchObject([
      { message: expect.stringContaining('more than 20000 aliases') },
    ])
  })

  it('an alias of itself or of nothing is refused', () => {
    expect(problem('a: &a\n  args: [*a]\n')).toMatch(/^2:10 .*inside its own anchor/)
    expect(problem('a:\n  args: *none\n')).toMatch(/^2:9 .*has no anchor &none/)
  })
})

describe('syntax errors', () => {
  it.each([
    ['a:\n  cron: * * * * *\n', /^2:9 .*Put the value in quotes: cron: "\* \* \* \* \*"$/],
    [
      'a:\n  cron: */5 * * * *\n  every: 1m\n',
      /^2:\d+ .*Put the value in quotes: cron: "\*\/5 \* \* \* \*"$/,
    ],
    ['a:\n  cron: @daily\n', /^2:9 .*Put the value in quotes: cron: "@daily"$/],
    ['a:\n\tevery: 1m\n', /^2:1 .*Indent with spaces/],
    ['a:\n  every: "1m\n', /^\d:\d+ .*not valid YAML/],
    ['a:\n  every: 1m\n b: 2\n', /^3:\d .*not valid YAML/],
    ['a: [1, 2\n', /not valid YAML/],
    ['- a\n- b\n', /a schedule is a map of entries.*a list/],
    ['just text\n', /a schedule is a map of entries.*a single value/],
  ])('%j', (yaml, expected) => {
    expect(problem(yaml)).toMatch(expected)
  })

  it('ERB is refused with advice, but not in a comment', () => {
    expect(problem('a:\n  every: <%= pace %>\n')).toMatch(/^2:10 .*ERB.*Render the file before/)
    expect(loadSchedule('# <%= no %>\na:\n  every: 1m\n').problems).toEqual([])
  })

  it('tags that make objects are refused with their entry', () => {
    const yaml = 'good:\n  every: 1m\nbad:\n  args: !ruby/object:Foo {x: 1}\n  every: 1m\n'
    expect(problem(yaml)).toMatch(/^4:9 bad: .*!ruby\/object:Foo.*not read here/)
    expect(problem('a:\n  args: !!binary aGk=\n')).toMatch(/args can hold what JSON can/)
  })

  it('more documents than one are a warning', () => {
    const { entries, problems } = loadSchedule('---\na:\n  every: 1m\n---\nb:\n  every: 1m\n')
    expect(entries).toHaveLength(1)
    expect(problems).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('first document') },
    ])
  })

  it('endless nesting is one problem', () => {
    expect(parseYaml(`a: ${'['.repeat(100_000)}`).problems).toHaveLength(1)
    const deep = `a:\n  every: 1m\n  args: ${'['.repeat(300)}${']'.repeat(300)}\n`
    expect(problem(deep)).toMatch(/more than 100 levels deep/)
  })

  it('names that mean something to JavaScript are only names', () => {
    const { entries } = loadSchedule('__proto__:\n  every: 1m\nconstructor:\n  every: 1m\n')
    expect(entries.map((entry) => entry.name)).toContain('constructor')
    expect(Object.prototype).not.toHaveProperty('every')
  })
})
