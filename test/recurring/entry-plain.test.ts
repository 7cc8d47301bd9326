// An entry written as Ruby's map and read back.

import { describe, expect, it } from 'vitest'
import { parseEntry } from '../../src/recurring/entry.ts'
import { entryToPlain } from '../../src/recurring/entry-plain.ts'
import { loadSchedule } from '../../src/recurring/file.ts'

function plain(value: object): Record<string, unknown> {
  const { entry } = parseEntry('Job', value)
  return entry === null ? {} : entryToPlain(entry)
}

describe('an entry as a map', () => {
  it("has Ruby's keys and nothing that is not said", () => {
    expect(plain({ every: '30s', queue: 'low' })).toEqual({ every: '30s', class: 'Job', queue: 'low' })
  })

  it('writes an interval as text, because a number ends a Ruby scheduler', () => {
    expect(plain({ every: 5400 })['every']).toBe('1h30m')
    expect(plain({ every: [90, { first_in: 5 }] })['every']).toEqual(['1m30s', { first_in: '5s' }])
  })

  it('writes the zone into the cron, where Ruby reads it', () => {
    expect(plain({ cron: '5 4 * * *', timezone: 'Asia/Tokyo' })['cron']).toBe('5 4 * * * Asia/Tokyo')
    expect(plain({ cron: '5 4 * * * Asia/Tokyo' })['cron']).toBe('5 4 * * * Asia/Tokyo')
  })

  it('writes arguments as a list, also when there is one', () => {
    expect(plain({ args: { a: 1 } })['args']).toEqual([{ a: 1 }])
    expect(plain({ args: 'x' })['args']).toEqual(['x'])
  })

  it('writes environments under the key that Ruby asks first', () => {
    expect(plain({ env: ['a', 'b'] })['rails_env']).toBe('a, b')
  })

  it.each([
    {
      every: '1h',
      catch_up: 'none',
      catch_up_window: '1h',
      overlap: 'skip',
      jitter: '5m',
      enabled: false,
      limit: 2,
    },
    { every: ['1h', { first_in: '10s', first_at: '2027-01-01T00:00:00Z' }], timezone: 'Asia/Tokyo' },
    { cron: '5 4 * * * Asia/Tokyo', starts_at: '2027-01-01T00:00:00Z', ends_at: '2028-01-01T00:00:00Z' },
    { class: 'By::Hand', parameters: { a: { default: 1 } }, description: 'x', rails_env: 'test' },
    { every: '1.5s', catch_up_window: 0 },
  ])('is read back from JSON as it was: %j', (value) => {
    const { entry } = parseEntry('Job', value)
    const stored: unknown = JSON.parse(JSON.stringify(plain(value)))
    expect(parseEntry('Job', stored)).toEqual({ entry, problems: [] })
  })

  it('holds for the example schedule, but for zones that moved into the cron', () => {
    const { entries } = loadSchedule(new URL('../../schedules/example.yml', import.meta.url).pathname)
    for (const { next, ...entry } of entries) {
      const back = parseEntry(entry.name, entryToPlain(entry)).entry
      expect({ ...back, cron: entry.cron }).toEqual(entry)
    }
  })
})
