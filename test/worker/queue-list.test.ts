// The list of queues: priority, patterns, exclusions.

import { describe, expect, it } from 'vitest'
import { ConfigurationError, InvalidArgumentError } from '../../src/errors.ts'
import { QueueList } from '../../src/worker/queue-list.ts'

const known = ['high', 'low', 'mail', 'mail_fast', 'mail_slow', 'mail_test', 'x.y']

function names(list: string | readonly string[]): string[] {
  return new QueueList(list).names(known)
}

describe('a list of queues', () => {
  it.each<[string | string[], string[]]>([
    ['mail', ['mail']],
    ['low,high', ['low', 'high']],
    [' low , high ,', ['low', 'high']],
    [
      ['low', 'high'],
      ['low', 'high'],
    ],
    [
      ['low,high', 'mail'],
      ['low', 'high', 'mail'],
    ],
    ['not_there_yet,low', ['not_there_yet', 'low']],
    ['low,low', ['low']],
    ['*', known],
    ['mail,*', ['mail', ...known.filter((name) => name !== 'mail')]],
    ['*,mail', known],
    ['mail_*', ['mail_fast', 'mail_slow', 'mail_test']],
    ['low,mail_*', ['low', 'mail_fast', 'mail_slow', 'mail_test']],
    ['mail_*,!mail_test', ['mail_fast', 'mail_slow']],
    ['!mail_*,*', ['high', 'low', 'mail', 'x.y']],
    ['!mail*', ['high', 'low', 'x.y']],
    ['mail,!mail', []],
    ['mail_????', ['mail_fast', 'mail_slow', 'mail_test']],
    ['mail_{fast,slow}', ['mail_fast', 'mail_slow']],
    ['{low,high}', ['high', 'low']],
    ['mail_[fs]*', ['mail_fast', 'mail_slow']],
    ['x.y', ['x.y']],
    ['x?y', ['x.y']],
    ['high*', ['high']],
  ])('%j stands for %j', (list, expected) => {
    expect(names(list)).toEqual(expected)
  })

  it('tells whether a queue belongs to it', () => {
    const list = new QueueList('low,mail_*,!mail_test')
    const belonging = [...known, 'mail_new', 'low2'].filter((name) => list.includes(name))
    expect(belonging).toEqual(['low', 'mail_fast', 'mail_slow', 'mail_new'])
  })

  it('is written into worker ids in order of priority, patterns included, exclusions left out', () => {
    expect(new QueueList('low,mail_*,!mail_test').text).toBe('low,mail_*')
    expect(new QueueList('!slow').text).toBe('*')
  })

  it('has names to look up only when it has patterns or exclusions', () => {
    expect(new QueueList('a,b').hasPatterns).toBe(false)
    expect(new QueueList('a,b*').hasPatterns).toBe(true)
    expect(new QueueList('a,!b').hasPatterns).toBe(true)
  })

  it.each<{ list: string | string[] }>([{ list: '' }, { list: ',' }, { list: [] }, { list: [' '] }])(
    'must name a queue: %j',
    ({ list }) => {
      expect(() => new QueueList(list)).toThrow(ConfigurationError)
      expect(() => new QueueList(list)).toThrow(/no queue is named.*--queue mail,low/)
    },
  )

  it.each(['a\nb', '!', 'a,!\u0000'])('must hold names that queues can have: %j', (list) => {
    expect(() => new QueueList(list)).toThrow(InvalidArgumentError)
  })

  it.each(['mail[', 'mail[z-a]', '{a', 'a}', '[]', '[^a]*', '(a|b)*', '*+'])(
    'holds patterns, not regular expressions: %j',
    (list) => {
      expect(() => new QueueList(list)).not.toThrow(SyntaxError)
    },
  )

  it.each<[string, string, boolean]>([
    ['[^a]x', 'bx', true],
    ['[^a]x', 'ax', false],
    ['[!a]x', 'bx', true],
    ['[a-c]x', 'bx', true],
    ['(a|b)*', 'a', false],
    ['(a|b)*', '(a|b)c', true],
    ['a.c*', 'abc', false],
    ['*\\d', 'x1', false],
    ['a-b/c_*', 'a-b/c_d', true],
    ['{a-b,c/d}', 'c/d', true],
    ['😀?', '😀😀', true],
  ])('%j matches %j: %s', (list, name, matches) => {
    expect(new QueueList(list).includes(name)).toBe(matches)
  })
})
