// Instants as clocks show them.

import { expect, test } from 'vitest'
import { zoneNamed } from '../../src/recurring/cron-zone.ts'
import { localIso, localText, offsetText, utcText, weekdayText } from '../../src/recurring/wall-text.ts'

const berlin = zoneNamed('Europe/Berlin')

test('offsets have hours and minutes, and seconds where a zone had them', () => {
  expect([0, 7_200_000, -12_600_000, 3_208_000].map(offsetText)).toEqual([
    '+00:00',
    '+02:00',
    '-03:30',
    '+00:53:28',
  ])
})

test('a local time says on which side of a change it is', () => {
  const first = Date.UTC(2026, 9, 25, 0, 30)
  expect(localText(first, berlin)).toBe('2026-10-25 02:30 +02:00')
  expect(localText(first + 3_600_000, berlin)).toBe('2026-10-25 02:30 +01:00')
  expect(localIso(first + 5_000, berlin)).toBe('2026-10-25T02:30:05+02:00')
  expect(localText(first + 5_000, berlin)).toBe('2026-10-25 02:30:05 +02:00')
})

test('UTC has no milliseconds unless there are some', () => {
  expect(utcText(0)).toBe('1970-01-01T00:00:00Z')
  expect(utcText(1)).toBe('1970-01-01T00:00:00.001Z')
  expect(weekdayText(0)).toBe('Thu')
})
