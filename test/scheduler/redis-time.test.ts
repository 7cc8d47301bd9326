// What time it is at Redis, judged from replies.

import { describe, expect, it } from 'vitest'
import { RedisTime } from '../../src/scheduler/redis-time.ts'
import { ManualClock } from '../support/manual-clock.ts'

describe("Redis's time", () => {
  it("is this machine's until a reply tells it", () => {
    const clock = new ManualClock(1_000_000)
    const time = new RedisTime(clock)
    expect([time.nowMs(), time.offsetMs]).toEqual([1_000_000, 0])
  })

  const answer = (clock: ManualClock, redisNowMs: number, afterMs: number) =>
    Promise.resolve().then(() => {
      clock.advance(afterMs)
      return { redisNowMs }
    })

  it('is never thought later than it is, however slow the reply was', async () => {
    const clock = new ManualClock(1_000_000)
    const time = new RedisTime(clock)
    expect(await time.learn(answer(clock, 5_000_000, 40))).toEqual({ redisNowMs: 5_000_000 })
    expect(time.nowMs()).toBe(5_000_000)
    clock.advance(1_000)
    expect(time.nowMs()).toBe(5_001_000)
  })

  it('is judged by the quickest of the last replies', async () => {
    const clock = new ManualClock(1_000_000)
    const time = new RedisTime(clock)
    await time.learn(answer(clock, 5_000_000, 0))
    await time.learn(answer(clock, 5_000_001, 300))
    expect(time.nowMs()).toBe(5_000_300)
    for (let reply = 0; reply < 4; reply++) await time.learn(answer(clock, 5_001_000 + reply * 100, 100))
    expect(time.nowMs()).toBe(5_001_300)
  })

  it('is learned anew when a clock has been set', async () => {
    const clock = new ManualClock(1_000_000)
    const time = new RedisTime(clock)
    await time.learn(answer(clock, 5_000_000, 0))
    clock.advance(60_000)
    await time.learn(answer(clock, 5_000_010, 10))
    expect(time.nowMs()).toBe(5_000_010)
  })

  it('of a call that fails is not learned', async () => {
    const time = new RedisTime(new ManualClock(1_000_000))
    await expect(time.learn(Promise.reject(new Error('away')))).rejects.toThrow('away')
    expect(time.offsetMs).toBe(0)
  })
})
