// resque health: what it finds in Redis, as words and as an exit code.

import { expect, onTestFinished, test } from 'vitest'
import type { HealthReport } from '../../src/http/health.ts'
import { loadSchedule } from '../../src/recurring/file.ts'
import { eventually } from '../support/eventually.ts'
import { startRedis } from '../support/redis-server.ts'
import { world } from '../support/world.ts'
import { type Call, callerOf } from './resque-call.ts'

const secondly = 'beat: { every: 1s, class: Beat, queue: low }\n'

/** The checks that are not ok, by name, with why. */
async function unwell(resque: Call, ...more: string[]): Promise<Record<string, string>> {
  const answer = await resque('health', '--json', ...more)
  const { healthy, checks } = answer.json() as HealthReport
  const bad = checks.filter(({ ok }) => !ok)
  expect(answer.code).toBe(bad.length === 0 ? 0 : 1)
  expect(healthy).toBe(bad.length === 0)
  return Object.fromEntries(bad.map(({ name, why }) => [name, why]))
}

test('with a scheduler that leads and nothing overdue all is well', async () => {
  const here = world()
  await here.scheduler({ entries: loadSchedule(secondly).entries }).start()
  const answer = await callerOf(here)('health')
  expect(answer.code).toBe(0)
  expect(answer.out).toMatch(/^ok +redis +Redis answers\n/)
  expect(answer.out).toMatch(/healthy\n$/)
})

test('without any scheduler it tells that none leads, and what is overdue', async () => {
  const here = world()
  await here.redis.zadd(here.keys.schedule, 1, 1)
  await here.redis.rpush(here.keys.bucket(1), '{"class":"Old","args":[],"queue":"mail"}')
  const bad = await unwell(callerOf(here))
  expect(Object.keys(bad)).toEqual(['leader', 'delayed'])
  expect(bad['leader']).toMatch(/^no scheduler holds the shared lock\. Start resque-scheduler/)
  expect(bad['delayed']).toMatch(/1 delayed job is overdue, the oldest by [\d.]+ days \(limit 30 s\)/)
})

test('a recurring entry whose run did not come is named, also when no scheduler runs', async () => {
  const here = world()
  const resque = callerOf(here)
  const scheduler = here.scheduler({ entries: loadSchedule(secondly).entries })
  await scheduler.start()
  await eventually(async () => expect(await here.resque.queues.size('low')).toBeGreaterThan(0))
  await scheduler.stop()
  expect(Object.keys(await unwell(resque))).toEqual(['leader', 'workers'])
  await eventually(async () => {
    const bad = await unwell(resque, '--max-lag', '0')
    expect(bad['recurring']).toMatch(/^1 recurring entry is overdue: beat by \d+ s$/)
  })
  await here.resque.recurring.disable('beat')
  expect(Object.keys(await unwell(resque, '--max-lag', '0'))).toEqual(['leader', 'workers'])
})

test('queues with jobs and no living worker are named, and those that are paused', async () => {
  const here = world()
  const resque = callerOf(here)
  await here.scheduler().start()
  await here.redis.sadd(here.keys.queues, 'mail', 'low', 'off')
  for (const queue of ['mail', 'low', 'off'])
    await here.redis.rpush(here.keys.queue(queue), '{"class":"A","args":[]}')
  await here.redis.sadd(here.keys.workers, 'ruby-host:17:mail', 'dead-host:18:low')
  await here.redis.hset(here.keys.heartbeats, 'dead-host:18:low', '2020-01-01T00:00:00+00:00')
  await here.resque.queues.pause('off')
  const bad = await unwell(resque)
  expect(Object.keys(bad)).toEqual(['workers', 'paused'])
  expect(bad['workers']).toMatch(/^no worker takes jobs from low \(1 job\)\. Start/)
  expect(bad['paused']).toMatch(/^paused while jobs wait: off \(1 job\)/)
  await here.redis.sadd(here.keys.workers, 'other:19:l*')
  await here.resque.queues.resume('off')
  expect(Object.keys(await unwell(resque))).toEqual(['workers'])
  await here.redis.sadd(here.keys.workers, 'other:20:*')
  expect(await unwell(resque)).toEqual({})
})

test('a lock without an end and an application without a leader are told', async () => {
  const here = world()
  await here.redis.set(here.keys.leader, 'old-host:4711')
  const bad = await unwell(callerOf(here), '--app-name', 'shop')
  expect(bad['leader']).toMatch(/no scheduler holds the lock of shop/)
  expect(bad['lock']).toMatch(/held by old-host:4711 without an end.* resque scheduler release/)
})

test('while a Ruby scheduler leads, entries of ours are not taken to be overdue', async () => {
  const here = world()
  const scheduler = here.scheduler({ entries: loadSchedule(secondly).entries })
  await scheduler.start()
  await scheduler.stop()
  await here.redis.hset(here.keys.recurring('').last, 'beat', -1)
  await here.redis.set(here.keys.leader, 'web1:4711', 'EX', 180)
  expect(await unwell(callerOf(here))).toEqual({})
})

test('a Redis that cannot be reached is unhealthy, and a wrong flag is wrong usage', async () => {
  const server = await startRedis()
  const here = world({ url: server.url })
  onTestFinished(() => server.stop())
  await server.kill()
  const away = await callerOf(here)('health')
  expect(away.code).toBe(1)
  expect(away.err).toMatch(/cannot be reached|ECONNREFUSED/)
  const wrong = await callerOf(world())('health', '--max-lag', 'soon')
  expect(wrong.code).toBe(2)
  expect(wrong.err).toMatch(/--max-lag is "soon": it must be a number of seconds from 0 to 86400/)
})
