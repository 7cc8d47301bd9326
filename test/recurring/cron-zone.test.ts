// Zones: offsets and changes, against Intl asked directly.

import { describe, expect, it } from 'vitest'
import { instantsOf, isZoneName, processZoneName, zoneNamed } from '../../src/recurring/cron-zone.ts'
import { wallMinutes } from './cron-reference.ts'

const zones = [
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Asia/Gaza',
  'Asia/Kathmandu',
  'UTC',
  'EST',
]

describe('a zone', () => {
  it.each(zones)('%s has the offsets of Intl', (name) => {
    const zone = zoneNamed(name)
    for (let atMs = Date.UTC(1985, 0, 1); atMs < Date.UTC(2035, 0, 1); atMs += 1_000_003 * 1000) {
      const minute = Math.floor(atMs / 60_000) * 60_000
      const [wall = 0] = wallMinutes(name, minute, minute + 60_000)
      expect([minute, zone.offsetMs(minute)]).toEqual([minute, wall * 60_000 - minute])
    }
  })

  it('tells its changes to the second', () => {
    expect(zoneNamed('Europe/Berlin').changes(Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1))).toEqual([
      { atMs: Date.UTC(2026, 2, 29, 1), offsetBeforeMs: 3_600_000, offsetAfterMs: 7_200_000 },
      { atMs: Date.UTC(2026, 9, 25, 1), offsetBeforeMs: 7_200_000, offsetAfterMs: 3_600_000 },
    ])
  })

  it('tells changes around a new year', () => {
    const around = zoneNamed('Asia/Kathmandu').changes(Date.UTC(1985, 11, 1), Date.UTC(1986, 1, 1))
    expect(around.map((change) => new Date(change.atMs).toISOString())).toEqual(['1985-12-31T18:30:00.000Z'])
  })

  it('is one object per name', () => {
    expect(zoneNamed('Europe/Berlin')).toBe(zoneNamed('Europe/Berlin'))
  })

  it('may be a fixed offset', () => {
    expect([zoneNamed('+05:30').offsetMs(0), zoneNamed('-0300').offsetMs(0)]).toEqual([
      19_800_000, -10_800_000,
    ])
  })

  it.each([
    '',
    'local',
    'system',
    'utc+2',
    '2',
    'Europe',
    'Europe/',
    '+2',
    '+15:00',
    '+02:60',
    'Mars/Olympus',
  ])('"%s" is none', (name) => {
    expect(isZoneName(name)).toBe(false)
    expect(() => zoneNamed(name)).toThrow(/unknown time zone/)
  })

  it('of the process is that of Intl', () => {
    expect(processZoneName()).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone)
  })
})

describe('the instants of a wall time', () => {
  const berlin = zoneNamed('Europe/Berlin')

  it('is one on most days', () => {
    expect(instantsOf(berlin, Date.UTC(2026, 6, 1, 12))).toEqual({
      instants: [Date.UTC(2026, 6, 1, 10)],
      gap: undefined,
    })
  })

  it('are two when it is repeated', () => {
    const expected = [Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30)]
    expect(instantsOf(berlin, Date.UTC(2026, 9, 25, 2, 30)).instants).toEqual(expected)
  })

  it('are none when it is skipped, and the change is told', () => {
    const { instants, gap } = instantsOf(berlin, Date.UTC(2026, 2, 29, 2, 30))
    expect(instants).toEqual([])
    expect(gap?.atMs).toBe(Date.UTC(2026, 2, 29, 1))
  })
})
