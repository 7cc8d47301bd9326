// How resque-worker goes about its queues: weights, --fair, --limit.

import { describe, expect, inject, test } from 'vitest'
import { main } from '../../src/cli/worker-program.ts'
import { callProgram } from '../support/call-program.ts'
import { steeredJobs } from '../support/daemons.ts'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'

describe('wrong usage ends with exit code 2', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['a weight of 0', ['--queue', 'mail:0'], /"mail:0": a weight is a whole number from 1 to 1000/],
    ['a weight of what is left out', ['--queue', '*,!mail:2'], /what is left out has none/],
    ['weights and --fair', ['--queue', 'mail:2,low', '--fair'], /weights draw lots, fair takes turns/],
    ['a limit of nothing', ['--queue', 'mail', '--limit', 'mail'], /--limit is "mail".*Write mail=3/],
    [
      'a limit too high',
      ['--queue', 'mail', '--limit', 'mail=9999999'],
      /concurrency must be .* got 9999999/,
    ],
  ])('%s', async (_, argv, pattern) => {
    const place = ['--jobs', steeredJobs, '--redis', inject('redisUrl')]
    const { code, stderr } = await callProgram(main, [...argv, ...place])
    expect(code).toBe(2)
    expect(stderr).toMatch(pattern)
  })
})

test('the limit of a queue is heeded, and the id that Ruby reads has no weights', async () => {
  const here = world()
  const jobs = Array.from({ length: 6 }, () => ({ job: 'Missing', queue: 'mail' }))
  await here.resque.enqueueBulk(jobs)
  const stop = new AbortController()
  const place = ['--redis', here.url, '--namespace', here.namespace, '--jobs', steeredJobs]
  const how = ['--queue', 'mail:5,low:1', '--limit', 'mail=2/3600', '--concurrency', '5']
  const running = callProgram(main, [...how, ...place], { signal: stop.signal })
  await eventually(async () => expect(await here.resque.failed.count()).toBe(2))
  expect((await here.redis.smembers(here.keys.workers)).some((id) => id.endsWith(':mail,low'))).toBe(true)
  stop.abort()
  expect((await running).code).toBe(0)
  expect(await here.resque.queues.size('mail')).toBe(4)
})
