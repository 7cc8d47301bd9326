// Runs that were missed because no scheduler led: what each policy makes of them.

import { describe, expect, it } from 'vitest'
import { type Config, desk, entriesOf, type Told } from '../support/recurring.ts'

/** One entry is known at the start; then nobody leads for so long, and another scheduler takes over. */
async function away(seconds: number, config: Config): Promise<{ planned: number[]; told: Told[] }> {
  const here = desk()
  const entries = entriesOf({ tidy: { every: '1m', ...config } })
  await here.ticked({ entries }).tick()
  await here.redis.del(here.keys.leader)
  const next = here.ticked({ entries })
  await next.after(seconds)
  const told = next.told.filter(({ event }) => event === 'fired' || event === 'skipped')
  return { planned: await here.plannedSeconds(), told }
}

function skipped(count: number, reason: RegExp): unknown {
  return expect.objectContaining({ event: 'skipped', count, reason: expect.stringMatching(reason) })
}

describe('catch_up: last', () => {
  it('makes the latest run up and passes the others over', async () => {
    const { planned, told } = await away(330, {})
    expect(planned).toEqual([300])
    expect(told).toEqual([
      skipped(4, /^catch_up: last/),
      expect.objectContaining({ event: 'fired', caughtUp: true }),
    ])
  })

  it('makes nothing up that is older than the window', async () => {
    const { planned, told } = await away(3_600, { every: '50m', catch_up_window: '5m' })
    expect(planned).toEqual([])
    expect(told).toEqual([skipped(1, /catch_up_window \(300 s\)/)])
  })
})

describe('catch_up: all', () => {
  it('makes every run up, oldest first', async () => {
    const { planned, told } = await away(330, { catch_up: 'all' })
    expect(planned).toEqual([60, 120, 180, 240, 300])
    expect(told.map(({ caughtUp }) => caughtUp)).toEqual([true, true, true, true, true])
  })

  it('goes back no further than the window', async () => {
    const { planned, told } = await away(1_800, { every: '5m', catch_up: 'all', catch_up_window: '10m' })
    expect(planned).toEqual([1_200, 1_500, 1_800])
    expect(told[0]).toEqual(skipped(3, /^older than catch_up_window/))
  })

  it('makes up more runs than fit into one call, in order', async () => {
    const { planned } = await away(2_500, { every: '1s', catch_up: 'all', catch_up_window: '1h' })
    expect(planned).toEqual(Array.from({ length: 2_500 }, (_, index) => index + 1))
  })
})

describe('catch_up: none', () => {
  it('makes nothing up, and says so', async () => {
    const { planned, told } = await away(330, { catch_up: 'none' })
    expect(planned).toEqual([])
    expect(told).toEqual([skipped(5, /^catch_up: none$/)])
  })

  it('fires a run that is only a little late', async () => {
    const { planned, told } = await away(63, { catch_up: 'none' })
    expect(planned).toEqual([60])
    expect(told).toEqual([expect.objectContaining({ event: 'fired', caughtUp: false })])
  })
})

describe('a long time away', () => {
  it.each(['last', 'none', 'all'])('is made short work of by catch_up: %s', async (policy) => {
    const { planned, told } = await away(400 * 86_400, { every: '1s', catch_up: policy, catch_up_window: 1 })
    expect(planned.length).toBeLessThanOrEqual(5)
    expect(told[0]).toEqual(skipped(1_000, /1000 runs or more$/))
  })

  it('counts an interval on from where it stood', async () => {
    const { planned } = await away(86_400 * 3 + 3_700, { every: '1h', catch_up_window: '2h' })
    expect(planned).toEqual([86_400 * 3 + 3_600])
  })
})
