// When a loop counts as stuck.

import { expect, test } from 'vitest'
import { checkLoop } from '../../src/http/page-source.ts'

const nowMs = 1_000_000_000

test('a loop is alive for half a minute after its last pass', () => {
  expect(checkLoop(nowMs - 30_000, nowMs, 1_000)).toMatchObject({ name: 'loop', ok: true })
  const stuck = checkLoop(nowMs - 30_001, nowMs, 1_000)
  expect(stuck.ok).toBe(false)
  expect(stuck.why).toBe('no pass has ended for 30.0 s (limit 30 s): it is stuck. Start it anew')
})

test('one that looks seldom has five of its intervals', () => {
  expect(checkLoop(nowMs - 300_000, nowMs, 60_000).ok).toBe(true)
  expect(checkLoop(nowMs - 300_001, nowMs, 60_000).ok).toBe(false)
})

test('before its first pass it may wait for Redis for as long as it takes', () => {
  expect(checkLoop(0, nowMs, 1_000)).toMatchObject({ ok: true, why: 'it has not begun yet' })
})

test('a clock that was set back is no standstill', () => {
  expect(checkLoop(nowMs + 60_000, nowMs, 1_000).ok).toBe(true)
})
