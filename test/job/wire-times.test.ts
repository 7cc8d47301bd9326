// Times as Ruby writes them, always in UTC.

import { expect, it } from 'vitest'
import { failedAt, rubyTime, runAt } from '../../src/job/wire-times.ts'

const ms = Date.parse('2026-11-23T02:06:01.999Z')

it('writes run_at, failed_at and started in the formats that Ruby parses', () => {
  expect(runAt(ms)).toBe('2026-11-23T02:06:01Z')
  expect(failedAt(ms)).toBe('2026/11/23 02:06:01 UTC')
  expect(rubyTime(ms)).toBe('2026-11-23 02:06:01 +0000')
})

it('pads months, days, hours, minutes and seconds', () => {
  expect(failedAt(Date.parse('2027-01-02T03:04:05Z'))).toBe('2027/01/02 03:04:05 UTC')
})
