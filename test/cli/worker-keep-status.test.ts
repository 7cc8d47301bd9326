// resque-worker --keep-status: how long the status of a job is kept after its end.

import { expect, inject, test } from 'vitest'
import { main } from '../../src/cli/worker-program.ts'
import { callProgram } from '../support/call-program.ts'
import { steeredJobs } from '../support/daemons.ts'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'

async function secondsKept(how: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const here = world()
  const id = (await here.resque.enqueueTo('mail', 'Missing')) ?? ''
  const stop = new AbortController()
  const place = ['--redis', here.url, '--namespace', here.namespace, '--jobs', steeredJobs]
  const running = callProgram(main, ['--queue', 'mail', ...how, ...place], { env, signal: stop.signal })
  await eventually(async () => expect((await here.resque.status(id))?.state).toBe('failed'))
  const seconds = await here.redis.ttl(here.keys.status(id))
  stop.abort()
  expect((await running).code).toBe(0)
  return seconds
}

test('a day, unless the flag or the variable says otherwise', async () => {
  expect(await secondsKept([])).toBeGreaterThan(80_000)
  expect(await secondsKept(['--keep-status', '60'])).toBeLessThanOrEqual(60)
  expect(await secondsKept([], { RESQUE_KEEP_STATUS: '90' })).toBeLessThanOrEqual(90)
})

test('a time that cannot be right is refused', async () => {
  const argv = ['--queue', 'mail', '--keep-status', '0', '--jobs', steeredJobs, '--redis', inject('redisUrl')]
  const { code, stderr } = await callProgram(main, argv)
  expect(code).toBe(2)
  expect(stderr).toMatch(/--keep-status is "0": it must be a whole number of seconds from 1 to/)
})
