// A producer whose clock is off: what it delays is due by Redis's clock all the same, and it is warned, once.

import { expect, it, onTestFinished } from 'vitest'
import { Intake } from '../../src/client/intake.ts'
import { clientSettings } from '../../src/client/settings.ts'
import { systemClock } from '../../src/clock.ts'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'

const hourMs = 3_600_000

it.each([
  ['ahead of', hourMs],
  ['behind', -hourMs],
])('a clock an hour %s that of Redis', async (side, offMs) => {
  const warnings: string[] = []
  const hear = (warning: Error & { readonly code?: string }): void => {
    if (warning.code === 'RESQUE_CLOCK_SKEW') warnings.push(warning.message)
  }
  process.on('warning', hear)
  onTestFinished(() => void process.off('warning', hear))
  const here = world()
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + offMs }
  const intake = new Intake(here.rooms, clock, 'mail')
  const settings = clientSettings({})
  const call = { job: 'Note', args: [], queue: undefined, isScheduled: true }
  await intake.add({ ...call, due: null }, settings)
  const nowSeconds = systemClock.nowMs() / 1000
  await intake.add({ ...call, due: intake.dueIn(60) }, settings)
  const [due] = await here.resque.delayed.timestamps()
  expect(Math.abs((due?.getTime() ?? 0) / 1000 - nowSeconds - 60)).toBeLessThanOrEqual(2)
  await eventually(() => expect(warnings).toHaveLength(1))
  expect(warnings[0]).toMatch(new RegExp(`is 3[56]\\d\\d s ${side} Redis's, by which jobs become due`))
})
