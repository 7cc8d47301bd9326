// Rates in Redis, and the limits of queues.

import { describe, expect, it } from 'vitest'
import type { Limit } from '../../src/running/limits.ts'
import { exchange, one, stage, startMs, takeAndAsk } from '../support/limits.ts'
import { joinProcess, outcome } from '../support/process.ts'

/** Pseudo-random, the same each time. */
function dice(seed: number): (most: number) => number {
  let state = seed
  return (most) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state % most
  }
}

/** How many of the moments lie in the fullest window of that length. */
function mostWithin(momentsMs: readonly number[], windowMs: number): number {
  return Math.max(
    ...momentsMs.map((fromMs) => momentsMs.filter((ms) => ms >= fromMs && ms < fromMs + windowMs).length),
  )
}

describe('a rate', () => {
  it.each([1, 2, 3])('is not exceeded in any window, and used up (%i)', async (seed) => {
    const rate: Limit = { name: 'class/One', concurrency: 0, count: 4, windowMs: 1_000 }
    const { here, process, clock } = await stage(40, 8)
    const roll = dice(seed)
    const starts: number[] = []
    for (let steps = 0; starts.length < 40 && steps < 500; steps++) {
      await here.rooms.running.limits.unpark([{ limit: rate, all: false }])
      const slots = Array.from({ length: 1 + roll(8) }, (_, index) => index + 1)
      const { jobs } = await takeAndAsk(here, process, rate, slots)
      for (const _ of jobs) starts.push(clock.nowMs())
      await exchange(here, process, { outcomes: jobs.map((job) => outcome(job, 'complete')), slots: [] })
      clock.advance(roll(300))
    }
    expect(starts).toHaveLength(40)
    expect(mostWithin(starts, 1_000)).toBe(4)
    expect((starts.at(-1) ?? 0) - startMs).toBeLessThan(20_000)
  })

  it('tells when the next job may begin', async () => {
    const rate: Limit = { name: 'class/One', concurrency: 0, count: 2, windowMs: 10_000 }
    const { here, process, clock } = await stage(3)
    await takeAndAsk(here, process, rate, [1])
    clock.advance(4_000)
    const { opensInMs, args } = await takeAndAsk(here, process, rate, [2, 3])
    expect({ opensInMs, args }).toEqual({ opensInMs: 6_000, args: [1] })
    expect(await here.rooms.running.limits.due()).toEqual([
      { limit: 'class/One', lookMs: clock.nowMs() + 6_000 },
    ])
    clock.advance(6_000)
    await here.rooms.running.limits.unpark([{ limit: rate, all: false }])
    expect((await takeAndAsk(here, process, rate, [3])).args).toEqual([2])
  })

  it('of a queue leaves its jobs in it', async () => {
    const { here, process, clock } = await stage(5, 5)
    const rate: Limit = { name: 'queue/mail', concurrency: 0, count: 2, windowMs: 1_000 }
    const queueLimits = new Map([['mail', rate]])
    const first = await exchange(here, process, { slots: [1, 2, 3, 4, 5], queueLimits })
    expect(first.jobs).toHaveLength(2)
    const second = await exchange(here, process, { slots: [3, 4, 5], queueLimits })
    expect({ jobs: second.jobs.length, opensInMs: second.opensInMs }).toEqual({ jobs: 0, opensInMs: 1_000 })
    clock.advance(1_000)
    expect((await exchange(here, process, { slots: [3, 4, 5], queueLimits })).jobs).toHaveLength(2)
  })
})

describe('the limit of a queue', () => {
  it('counts the jobs of all processes, and forgets those of the dead', async () => {
    const { here, process, clock } = await stage(5, 5)
    const queueLimits = new Map([['mail', { name: 'queue/mail', concurrency: 2, count: 0, windowMs: 0 }]])
    const other = await joinProcess(here, 'mail', 5)
    expect((await exchange(here, process, { slots: [1, 2, 3], queueLimits })).jobs).toHaveLength(2)
    expect((await exchange(here, other, { slots: [1, 2, 3], queueLimits })).jobs).toEqual([])
    clock.advance(1_000)
    await here.rooms.running.leave(process.holder)
    expect((await exchange(here, other, { slots: [1, 2, 3], queueLimits })).jobs).toHaveLength(2)
  })

  it('and that of a class hold together: who is parked leaves its place in the queue’s', async () => {
    const { here, process } = await stage(5, 5)
    const queueLimits = new Map([['mail', { name: 'queue/mail', concurrency: 2, count: 0, windowMs: 0 }]])
    const { jobs } = await exchange(here, process, { slots: [1, 2, 3], queueLimits })
    const asking = jobs.map((job) => ({ job, limit: one }))
    const letIn = await here.rooms.running.limits.admit(process.holder, asking)
    expect(letIn.jobs).toHaveLength(1)
    expect((await exchange(here, process, { slots: [2, 3], queueLimits })).jobs).toHaveLength(1)
    const holders = (limit: string) => here.redis.zcard(`${here.keys.limitPrefix}holders:${limit}`)
    expect([await holders('queue/mail'), await holders('class/One')]).toEqual([2, 1])
    const done = letIn.jobs.map((job) => outcome(job, 'complete'))
    await exchange(here, process, { outcomes: done, slots: [], queueLimits })
    expect([await holders('queue/mail'), await holders('class/One')]).toEqual([1, 1])
  })
})
