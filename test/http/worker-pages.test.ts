// The pages about a worker, over a real connection.

import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { Gate } from '../support/gate.ts'
import { world } from '../support/world.ts'
import { report, scrape, servePages } from './pages.ts'

class Fine {
  static queue = 'mail'
  perform(): void {}
}

class Doomed {
  static queue = 'mail'
  perform(): void {
    throw new Error('boom')
  }
}

class Again {
  static queue = 'mail'
  static retry = { limit: 1, backoff: [3_600] }
  perform(): void {
    throw new Error('boom')
  }
}

const jobs = { Fine, Doomed, Again }
const jobsTotal = (className: string, outcome: string): string =>
  `resque_worker_jobs_total{class="${className}",queue="mail",outcome="${outcome}"}`

test('a worker is ready when it is registered, and not while it is paused', async () => {
  const here = world()
  const worker = here.worker({ queues: 'mail', jobs })
  const port = await servePages({ worker })
  expect(await report(port, '/readyz')).toMatchObject({ status: 503, checks: { registered: { ok: false } } })
  await worker.start()
  expect(await report(port, '/readyz')).toMatchObject({ status: 200, checks: { registered: { ok: true } } })
  expect(await report(port, '/healthz')).toMatchObject({ status: 200, checks: { loop: { ok: true } } })
  worker.pause()
  expect(await report(port, '/readyz')).toMatchObject({ status: 503, checks: { paused: { ok: false } } })
  worker.resume()
  await here.resque.workers.pauseAll()
  expect((await report(port, '/readyz')).checks['paused']?.why).toMatch(/all workers are paused/)
  await here.resque.workers.resumeAll()
  expect((await report(port, '/readyz')).status).toBe(200)
})

test('a scrape counts jobs by class, queue and outcome, and times them', async () => {
  const here = world()
  const worker = here.worker({ queues: 'mail', jobs, concurrency: 3 })
  const port = await servePages({ worker })
  await here.resque.enqueueBulk([Fine, Fine, Doomed, Again].map((job) => ({ job, args: [] })))
  await worker.start()
  await eventually(async () => {
    const samples = await scrape(port)
    expect(samples.get(jobsTotal('Fine', 'completed'))).toBe(2)
    expect(samples.get(jobsTotal('Doomed', 'failed'))).toBe(1)
    expect(samples.get(jobsTotal('Again', 'retried'))).toBe(1)
    expect(samples.get('resque_worker_job_duration_seconds_count{class="Fine"}')).toBe(2)
    expect(samples.get('resque_worker_job_wait_seconds_count{queue="mail"}')).toBe(4)
    expect(samples.get('resque_worker_slots')).toBe(3)
    expect(samples.get('resque_worker_busy_slots')).toBe(0)
  })
})

test('classes that the worker does not have share one series, however many there are', async () => {
  const here = world()
  const worker = here.worker({ queues: 'mail', jobs })
  const port = await servePages({ worker })
  const payloads = Array.from({ length: 300 }, (_, index) => `{"class":"Evil${index}","args":[]}`)
  await here.redis.sadd(here.keys.queues, 'mail')
  await here.redis.rpush(here.keys.queue('mail'), ...payloads, 'no job at all')
  await worker.start()
  await eventually(async () => {
    const samples = await scrape(port)
    expect(samples.get(jobsTotal('(unknown)', 'failed'))).toBe(301)
    expect([...samples.keys()].filter((name) => name.startsWith('resque_worker_jobs_total'))).toHaveLength(1)
  })
})

test('a delayed job has waited since it was due, not since it was enqueued', async () => {
  const here = world()
  const worker = here.worker({ queues: 'mail', jobs })
  const port = await servePages({ worker })
  const dueSeconds = Math.floor(Date.now() / 1000) - 100
  const id = `${dueSeconds.toString(16).padStart(10, '0')}${'0'.repeat(22)}`
  const payload = `{"class":"Fine","args":[],"queue":"mail","id":"${id}","queue_time":${dueSeconds - 86_400}}`
  await here.redis.sadd(here.keys.queues, 'mail')
  await here.redis.rpush(here.keys.queue('mail'), payload)
  await worker.start()
  await eventually(async () => {
    const samples = await scrape(port)
    const bucket = 'resque_worker_job_wait_seconds_bucket'
    expect(samples.get(`${bucket}{le="60",queue="mail"}`)).toBe(0)
    expect(samples.get(`${bucket}{le="300",queue="mail"}`)).toBe(1)
  })
})

test('jobs in hand at the end are counted as given back', async () => {
  const here = world()
  const gate = new Gate()
  class Long {
    static queue = 'mail'
    async perform(): Promise<void> {
      await gate.pass()
    }
  }
  const worker = here.worker({ queues: 'mail', jobs: { Long }, termTimeoutSeconds: 0 })
  const port = await servePages({ worker })
  await here.resque.enqueue(Long)
  await worker.start()
  await eventually(async () => expect((await scrape(port)).get('resque_worker_busy_slots')).toBe(1))
  await worker.stop()
  gate.open()
  expect((await scrape(port)).get(jobsTotal('Long', 'given_back'))).toBe(1)
})
