// When the scheduler looks for what is due.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Ticks } from '../../src/scheduler/ticks.ts'
import { ManualClock } from '../support/manual-clock.ts'

function ticking(nowMs: number, intervalMs = 1_000): { clock: ManualClock; ticks: Ticks } {
  const clock = new ManualClock(nowMs)
  return { clock, ticks: new Ticks(clock, intervalMs) }
}

describe('the next tick', () => {
  it('comes with the next multiple of the interval, and never before it', () => {
    const times = fc.double({ min: 0, max: 4e12, noNaN: true })
    fc.assert(
      fc.property(times, fc.constantFrom(10, 250, 1_000, 5_000), (nowMs, intervalMs) => {
        const { ticks } = ticking(nowMs, intervalMs)
        ticks.begin()
        const restMs = ticks.restMs()
        const tickMs = nowMs + restMs
        expect(Number.isInteger(restMs)).toBe(true)
        expect(Math.floor(tickMs / intervalMs)).toBe(Math.floor(nowMs / intervalMs) + 1)
        expect(tickMs % intervalMs).toBeLessThanOrEqual(1.001)
      }),
    )
  })

  it('is at once when its time has come meanwhile, however the look ended', () => {
    const { clock, ticks } = ticking(10_400)
    ticks.begin()
    clock.advance(599)
    expect(ticks.restMs()).toBe(1)
    clock.advance(1)
    expect(ticks.restMs()).toBe(0)
    clock.advance(700)
    expect(ticks.restMs()).toBe(0)
    ticks.begin()
    expect(ticks.restMs()).toBe(300)
  })

  it('is at once when Redis has said that it was not that late', () => {
    const { ticks } = ticking(10_000)
    ticks.begin()
    ticks.sawAt(9_999)
    expect(ticks.restMs()).toBe(0)
    ticks.begin()
    ticks.sawAt(10_001)
    expect(ticks.restMs()).toBe(1_000)
  })

  it('does not wait for a clock that was set back', () => {
    const { clock, ticks } = ticking(7_200_400)
    ticks.begin()
    clock.advance(-3_600_000)
    expect(ticks.restMs()).toBe(600)
  })

  it('is known to be a moment away when the timer was early', () => {
    const { clock, ticks } = ticking(10_400)
    ticks.begin()
    const restMs = ticks.restMs()
    clock.advance(restMs - 1)
    expect(ticks.earlyMs()).toBe(1)
    clock.advance(1)
    expect(ticks.earlyMs()).toBe(0)
    clock.advance(-8_000)
    expect(ticks.earlyMs()).toBe(0)
  })
})
