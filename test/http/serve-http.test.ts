// The server of the pages: where it listens, what it refuses, and how it ends.

import { connect } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { serveHttp } from '../../src/http/serve-http.ts'
import { eventually } from '../support/eventually.ts'
import { startRedis } from '../support/redis-server.ts'
import { world } from '../support/world.ts'
import { get, report, scrape, servePages } from './pages.ts'

function listeners(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length
}

test('it stops within a second although a connection is kept alive, and leaves no listener behind', async () => {
  const here = world()
  const before = listeners()
  const pages = await serveHttp({ port: 0, host: '127.0.0.1', scheduler: here.scheduler() })
  const socket = connect(pages.port, '127.0.0.1')
  socket.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  const answered = new Promise<void>((resolve) => socket.once('data', () => resolve()))
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n')
  await answered
  socket.write('GET /metr') // half a request: the connection is not idle
  await eventually(() => expect(socket.bytesWritten).toBeGreaterThan(60))
  await pages.close()
  await ended
  await pages.close()
  expect(listeners()).toBe(before)
}, 2_000)

test('an answer that Redis keeps waiting is cut off at the end', async () => {
  const server = await startRedis()
  onTestFinished(() => server.stop())
  const here = world({ url: server.url })
  const scheduler = here.scheduler()
  const pages = await serveHttp({ port: 0, host: '127.0.0.1', scheduler })
  expect((await scrape(pages.port)).get('resque_redis_up')).toBe(1)
  server.pause()
  onTestFinished(() => server.resume())
  const socket = connect(pages.port, '127.0.0.1')
  socket.on('error', () => undefined)
  let answer = ''
  socket.on('data', (some) => {
    answer += String(some)
  })
  const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  const asked = vi.spyOn(scheduler, 'pulse', 'get')
  socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n')
  await eventually(() => expect(asked).toHaveBeenCalled())
  await pages.close()
  await ended
  expect(answer).toBe('')
})

test('a scheduler that is served no longer has no listeners of the pages', async () => {
  const here = world()
  const scheduler = here.scheduler({ entries: [] })
  const heard: string[] = []
  const pages = await serveHttp({ port: 0, host: '127.0.0.1', scheduler })
  const on = scheduler.on.bind(scheduler)
  on('scheduleRefused', () => heard.push('told'))
  await pages.close()
  scheduler.refuseReload('wrong')
  expect(heard).toEqual(['told'])
  const again = await servePages({ scheduler })
  expect((await scrape(again)).get('resque_scheduler_schedule_refusals_total')).toBe(0)
})

test('a port that is taken is told with its cure', async () => {
  const here = world()
  const port = await servePages({ scheduler: here.scheduler() })
  const second = serveHttp({ port, host: '127.0.0.1', scheduler: here.scheduler() })
  await expect(second).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: expect.stringMatching(
      `127.0.0.1:${port}: another program listens there. End it, or give --http`,
    ),
  })
})

test('what cannot be served is refused before anything is opened', async () => {
  const here = world()
  const scheduler = here.scheduler()
  await expect(serveHttp({ port: 99_999, scheduler })).rejects.toThrow(/port is 99999: .* from 0 to 65535/)
  await expect(serveHttp({ port: 0, scheduler, maxLagSeconds: -1 })).rejects.toThrow(/maxLagSeconds is -1/)
  await expect(serveHttp({ port: 0 })).rejects.toThrow(/one scheduler or one worker/)
  await expect(serveHttp({ port: 0, host: '192.0.2.1', scheduler })).rejects.toMatchObject({
    code: 'CONFIGURATION',
  })
})

test('while Redis is away the process is alive and not ready, and a scrape tells the rest', async () => {
  const server = await startRedis()
  onTestFinished(() => server.stop())
  const here = world({ url: server.url })
  const scheduler = here.scheduler()
  const port = await servePages({ scheduler })
  await scheduler.start()
  expect((await scrape(port)).get('resque_redis_up')).toBe(1)
  await server.kill()
  await eventually(async () => {
    const samples = await scrape(port)
    expect(samples.get('resque_scheduler_redis_errors_total')).toBe(1)
    expect(samples.get('resque_redis_up')).toBe(0)
    expect(samples.has('resque_delayed_jobs')).toBe(false)
    expect(samples.has('resque_scheduler_nodejs_eventloop_lag_seconds')).toBe(true)
  })
  expect((await report(port, '/healthz')).status).toBe(200)
  const away = await report(port, '/readyz')
  expect(away).toMatchObject({ status: 503, checks: { redis: { ok: false }, schedule: { ok: true } } })
  await server.restart()
  await eventually(async () => expect((await report(port, '/readyz')).status).toBe(200))
  expect((await scrape(port)).get('resque_scheduler_redis_recoveries_total')).toBe(1)
})

test('while Redis hangs, pages answer within their deadline', async () => {
  const server = await startRedis()
  onTestFinished(() => server.stop())
  const here = world({ url: server.url })
  const port = await servePages({ scheduler: here.scheduler() })
  await here.redis.ping()
  expect((await scrape(port)).get('resque_redis_up')).toBe(1)
  server.pause()
  onTestFinished(() => server.resume())
  const [samples, ready, more] = await Promise.all([
    scrape(port),
    report(port, '/readyz'),
    get(port, '/metrics'),
  ])
  expect(samples.get('resque_redis_up')).toBe(0)
  expect(ready.checks['redis']?.why).toMatch(/no answer within 2000 ms/)
  expect(more.status).toBe(200)
}, 6_000)
