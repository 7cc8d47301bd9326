// The one place that asks for the time and waits for it.

import { expect, it } from 'vitest'
import { after, systemClock, turn } from '../src/clock.ts'
import { eventually } from './support/eventually.ts'

it('tells the time of this machine', () => {
  expect(Math.abs(systemClock.nowMs() - Date.now())).toBeLessThan(60_000)
})

it('sleeps at least as long as asked, and not at all for no time', async () => {
  const beforeMs = performance.now()
  await systemClock.sleep(20)
  expect(performance.now() - beforeMs).toBeGreaterThan(18)
  await systemClock.sleep(0)
  await systemClock.sleep(-5)
})

it('wakes when its signal aborts, and never rejects', async () => {
  const over = new AbortController()
  const sleeping = systemClock.sleep(3_600_000, over.signal)
  over.abort()
  await expect(sleeping).resolves.toBeUndefined()
  await expect(systemClock.sleep(3_600_000, over.signal)).resolves.toBeUndefined()
})

it('may be told to sleep longer than a timer takes', async () => {
  const over = new AbortController()
  let awake = false
  const sleeping = systemClock.sleep(Number.MAX_SAFE_INTEGER, over.signal).then(() => {
    awake = true
  })
  await turn()
  expect(awake).toBe(false)
  over.abort()
  await sleeping
})

it('calls back once, unless it was called off', async () => {
  const called: string[] = []
  const callOff = after(5, () => called.push('called off'))
  callOff()
  after(10, () => called.push('called'))
  await eventually(() => expect(called).toEqual(['called']))
})
