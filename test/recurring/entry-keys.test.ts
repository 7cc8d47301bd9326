// Which keys an entry may have, and how strictly a wrong one is taken.

import { describe, expect, it } from 'vitest'
import { parseEntry } from '../../src/recurring/entry.ts'
import { knownKeys } from '../../src/recurring/entry-keys.ts'

function problemOf(key: string, more: object = {}): string {
  const { problems } = parseEntry('Job', { every: '1m', ...more, [key]: 'x' })
  return problems.map(({ severity, message }) => `${severity}: ${message}`).join('\n')
}

describe('an unknown key', () => {
  it.each([
    ['crno', 'cron'],
    ['quue', 'queue'],
    ['Class', 'class'],
    ['arg', 'args'],
    ['catchup', 'catch_up'],
    ['time_zone', 'timezone'],
    ['overlaps', 'overlap'],
    ['klass', 'class'],
    ['tz', 'timezone'],
    ['interval', 'every'],
    ['starts_on', 'starts_at'],
  ])('%s is an error that names %s', (key, meant) => {
    expect(problemOf(key)).toMatch(new RegExp(`^error: unknown key "${key}".*"${meant}"`))
  })

  it('that is like no other is shown all keys', () => {
    expect(problemOf('xyzzy')).toContain(`Known are ${knownKeys.join(', ')}`)
  })

  it.each([
    ['first_in', /every: \[30s, \{ first_in: 10s \}\]/],
    ['at', /enqueueAt/],
    ['in', /enqueueIn/],
  ])('%s is explained', (key, expected) => {
    expect(problemOf(key)).toMatch(expected)
  })

  it.each(['rails_envs', 'timeout', 'named_args', 'active_job'])(
    '%s, which Ruby ignores in real files, is a warning',
    (key) => {
      expect(problemOf(key)).toMatch(new RegExp(`^warning: the key "${key}" is ignored`))
    },
  )

  it('a misspelt description is a warning', () => {
    expect(problemOf('discription')).toMatch(/^warning: .*"description"/)
  })

  it('a second spelling beside the right one is a warning', () => {
    expect(problemOf('quue', { queue: 'mail' })).toMatch(/^warning: .*"queue"/)
  })
})
