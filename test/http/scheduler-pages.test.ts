// The pages about a scheduler, over a real connection.

import { expect, test } from 'vitest'
import { loadSchedule } from '../../src/recurring/file.ts'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'
import { get, report, scrape, servePages } from './pages.ts'

const secondly = 'beat: { every: 1s, class: Beat, queue: low }\n'

test('a scheduler that leads is alive and ready, and says why', async () => {
  const here = world()
  const scheduler = here.scheduler()
  const port = await servePages({ scheduler })
  expect((await report(port, '/healthz')).checks['loop']?.why).toBe('it has not begun yet')
  expect(await report(port, '/readyz')).toMatchObject({ status: 503, checks: { leader: { ok: false } } })
  await scheduler.start()
  expect(await report(port, '/healthz')).toMatchObject({ status: 200, said: 'ok' })
  const ready = await report(port, '/readyz')
  expect(ready).toMatchObject({ status: 200, said: 'ok' })
  expect(ready.checks['leader']?.why).toBe(`${scheduler.name} leads`)
  expect(Object.keys(ready.checks)).toEqual(['redis', 'leader', 'lock', 'delayed', 'recurring', 'schedule'])
})

test('a scrape counts what was moved, fired and refused, and how late', async () => {
  const here = world()
  const { entries } = loadSchedule(secondly)
  const scheduler = here.scheduler({ entries })
  const port = await servePages({ scheduler })
  await here.redis.zadd(here.keys.schedule, 1, 1)
  await here.redis.rpush(here.keys.bucket(1), '{"class":"Old","args":[],"queue":"mail"}', 'no job')
  await scheduler.start()
  await eventually(async () => {
    const samples = await scrape(port)
    expect(samples.get('resque_scheduler_promoted_jobs_total')).toBe(1)
    expect(samples.get('resque_scheduler_refused_jobs_total')).toBe(1)
    expect(samples.get('resque_scheduler_promotion_lateness_seconds_count')).toBe(1)
    expect(samples.get('resque_scheduler_recurring_fired_total')).toBeGreaterThan(0)
    expect(samples.get('resque_scheduler_recurring_lateness_seconds_count')).toBeGreaterThan(0)
    expect(samples.get('resque_scheduler_leading')).toBe(1)
    expect(samples.get('resque_queue_jobs{queue="mail"}')).toBe(1)
    expect(samples.get('resque_failed_list_jobs')).toBe(1)
  })
})

test('a scrape tells of delayed jobs, queues and who leads', async () => {
  const here = world()
  const scheduler = here.scheduler()
  const port = await servePages({ scheduler })
  await scheduler.start()
  await here.resque.enqueueInWithQueue('low', 3_600, 'Later')
  await here.resque.enqueueTo('low', 'Now')
  await here.resque.queues.pause('low')
  const samples = await scrape(port)
  expect(samples.get('resque_redis_up')).toBe(1)
  expect(samples.get('resque_delayed_jobs')).toBe(1)
  expect(samples.get('resque_delayed_overdue_jobs')).toBe(0)
  expect(samples.get('resque_delayed_lag_seconds')).toBe(0)
  expect(samples.get('resque_delayed_next_due_timestamp_seconds')).toBeGreaterThan(1_700_000_000)
  expect(samples.get('resque_queue_paused{queue="low"}')).toBe(1)
  expect(samples.get('resque_queue_oldest_job_age_seconds{queue="low"}')).toBeGreaterThanOrEqual(0)
  const holder = `resque_lock_holder_info{lock="shared",holder="${scheduler.name}",format="ours"}`
  expect(samples.get(holder)).toBe(1)
  expect(samples.get('resque_lock_ends_in_seconds{lock="shared"}')).toBeGreaterThan(0)
})

test('of a great many queues only so many have series, and the others are counted', async () => {
  const here = world()
  const names = Array.from({ length: 230 }, (_, index) => `q${index}`)
  await here.redis.sadd(here.keys.queues, ...names)
  const port = await servePages({ scheduler: here.scheduler() })
  const samples = await scrape(port)
  expect([...samples.keys()].filter((name) => name.startsWith('resque_queue_jobs{'))).toHaveLength(200)
  expect(samples.get('resque_queues_left_out')).toBe(30)
})

test('a queue that is gone is not on the page any more', async () => {
  const here = world()
  const port = await servePages({ scheduler: here.scheduler() })
  await here.resque.enqueueTo('brief', 'Job')
  expect((await scrape(port)).has('resque_queue_jobs{queue="brief"}')).toBe(true)
  await here.resque.queues.remove('brief')
  expect((await scrape(port)).has('resque_queue_jobs{queue="brief"}')).toBe(false)
})

test('delayed jobs that nobody moves make it not ready', async () => {
  const here = world()
  const scheduler = here.scheduler()
  const port = await servePages({ scheduler, maxLagSeconds: 5 })
  await here.redis.zadd(here.keys.schedule, 1, 1)
  await here.redis.rpush(here.keys.bucket(1), '{"class":"Old","args":[],"queue":"mail"}')
  const late = await report(port, '/readyz')
  expect(late).toMatchObject({ status: 503, checks: { delayed: { ok: false } } })
  expect(late.checks['delayed']?.why).toMatch(/^1 delayed job is overdue, the oldest by .* \(limit 5 s\)/)
  await scheduler.start()
  await eventually(async () => expect((await report(port, '/readyz')).status).toBe(200))
})

test('a refused reload makes it not ready until a good one comes', async () => {
  const here = world()
  const scheduler = here.scheduler({ entries: [] })
  const port = await servePages({ scheduler })
  await scheduler.start()
  scheduler.refuseReload('it has 2 errors')
  const refused = await report(port, '/readyz')
  expect(refused).toMatchObject({ status: 503, said: 'unhealthy' })
  expect(refused.checks['schedule']?.why).toMatch(/old one is in force: it has 2 errors$/)
  expect((await scrape(port)).get('resque_scheduler_schedule_ok')).toBe(0)
  expect((await scrape(port)).get('resque_scheduler_schedule_refusals_total')).toBe(1)
  scheduler.reload([])
  expect((await report(port, '/readyz')).status).toBe(200)
})

test('runs that were missed count as made up or skipped', async () => {
  const here = world()
  const { entries } = loadSchedule(
    'a: { every: 1m, class: A, queue: low, catch_up: last, catch_up_window: 1h }\n',
  )
  // The latest run was half a minute ago, and the next is as far: none is of this very moment.
  const past = Date.now() - 570_000
  const scheduler = here.scheduler({ entries })
  const port = await servePages({ scheduler })
  await scheduler.start()
  const own = here.keys.recurring('')
  await scheduler.stop()
  await here.redis.hset(own.last, 'a', past)
  const [, timing = ''] = /^\d+ (.*)$/s.exec((await here.redis.hget(own.definitions, 'a')) ?? '') ?? []
  await here.redis.hset(own.definitions, 'a', `${past - 1} ${timing}`)
  const next = here.scheduler({ entries })
  const nextPort = await servePages({ scheduler: next })
  await next.start()
  await eventually(async () => {
    const samples = await scrape(nextPort)
    expect(samples.get('resque_scheduler_recurring_caught_up_total')).toBe(1)
    expect(samples.get('resque_scheduler_recurring_skipped_total')).toBeGreaterThan(5)
  })
  expect((await scrape(port)).get('resque_scheduler_recurring_caught_up_total')).toBe(0)
})

test('the door names the pages, and other addresses are not found', async () => {
  const here = world()
  const port = await servePages({ scheduler: here.scheduler() })
  expect(await get(port, '/')).toMatchObject({ status: 200, text: expect.stringContaining('/readyz') })
  expect(await get(port, '/nothing')).toMatchObject({ status: 404 })
  expect((await get(port, '/metrics')).type).toMatch(/^text\/plain; version=0\.0\.4/)
})
