// Variables of Ruby's and PHP's workers about processes: what they do here, and which do nothing.

import { expect, it } from 'vitest'
import { foreignVariables } from '../../src/config/foreign-variables.ts'
import type { Variables } from '../../src/config/setting.ts'
import { readSetting } from '../../src/config/settings.ts'

it.each<[Variables, unknown, number]>([
  [{}, undefined, 25],
  [{ RESQUE_TERM_TIMEOUT: '4' }, undefined, 4],
  [{ RESQUE_TERM_TIMEOUT: '4', RESQUE_PRE_SHUTDOWN_TIMEOUT: '60' }, undefined, 64],
  [{ RESQUE_PRE_SHUTDOWN_TIMEOUT: '60' }, undefined, 85],
  [{ RESQUE_PRE_SHUTDOWN_TIMEOUT: '60' }, '3', 3],
])('with %j and the flag %j, jobs may go on for %i seconds after TERM', (variables, flag, seconds) => {
  expect(readSetting('termTimeoutSeconds', flag, variables)).toBe(seconds)
})

it('a number that cannot be right is refused with its name', () => {
  const read = () => readSetting('termTimeoutSeconds', undefined, { RESQUE_PRE_SHUTDOWN_TIMEOUT: 'x' })
  expect(read).toThrow(/RESQUE_PRE_SHUTDOWN_TIMEOUT is "x"/)
})

it('COUNT is how many jobs at a time, as in Ruby and PHP; processes have a variable of their own', () => {
  expect(readSetting('concurrency', undefined, { COUNT: '3' })).toBe(3)
  expect(readSetting('processes', undefined, { COUNT: '3' })).toBeUndefined()
  expect(readSetting('processes', undefined, { RESQUE_PROCESSES: '2' })).toBe(2)
})

it('variables without an effect are told with why, unless they ask for what is so anyway', () => {
  const told = foreignVariables({ BLOCKING: '1', FORK_PER_JOB: 'false', TERM_CHILD: '', QUEUE: 'mail' })
  expect(told).toEqual([{ name: 'BLOCKING', why: 'producers wake an idle worker' }])
  expect(foreignVariables({ FORK_PER_JOB: 'true' })[0]?.why).toMatch(/--isolation process/)
})
