// Herds of entries in one second, and the jitter that would scatter them.

import { expect, test } from 'vitest'
import { adviseJitter, HerdWatch } from '../../src/recurring/herds.ts'
import { jitterOffsetMs } from '../../src/recurring/occurrences.ts'
import { entryOf } from './schedule-entries.ts'

const entries = Array.from({ length: 40 }, (_, index) => entryOf(`job_${index}`, { cron: '0 * * * *' }))

test('more entries than the limit in one second are a herd, told once however often it comes', () => {
  const watch = new HerdWatch(2)
  for (const atMs of [0, 3_600_000]) for (const entry of entries.slice(0, 3)) watch.add(atMs, entry)
  for (const entry of entries.slice(0, 2)) watch.add(7_200_000, entry)
  expect(watch.found()).toMatchObject([{ atMs: 0, times: 2, entries: entries.slice(0, 3) }])
})

test('the largest herd comes first', () => {
  const watch = new HerdWatch(1)
  for (const entry of entries.slice(0, 2)) watch.add(0, entry)
  for (const entry of entries.slice(0, 5)) watch.add(1_000, entry)
  expect(watch.found().map((herd) => herd.entries.length)).toEqual([5, 2])
})

test('the advice holds: with that jitter no second has more than it says, and it is the shortest that will do', () => {
  const advice = adviseJitter(entries, 4)
  if (advice === null) throw new Error('an hour is enough for forty entries')
  const counts = new Map<number, number>()
  for (const { name } of entries) {
    const offsetMs = jitterOffsetMs({ name, jitterSeconds: advice.jitterSeconds })
    counts.set(offsetMs, (counts.get(offsetMs) ?? 0) + 1)
  }
  expect(Math.max(...counts.values())).toBe(advice.mostAtOnce)
  expect(advice.mostAtOnce).toBeLessThanOrEqual(4)
  expect(adviseJitter(entries, 1)?.jitterSeconds ?? Number.POSITIVE_INFINITY).toBeGreaterThan(
    advice.jitterSeconds,
  )
})

test('there is no advice where no jitter helps', () => {
  const many = Array.from({ length: 5_000 }, (_, index) => entryOf(`job_${index}`, { cron: '0 * * * *' }))
  expect(adviseJitter(many, 1)).toBeNull()
})
