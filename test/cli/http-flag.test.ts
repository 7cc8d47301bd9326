// --http as users give it: real programs, pages over HTTP, signals, Redis stopped meanwhile.

import { writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { get, report, scrape } from '../http/pages.ts'
import { type Program, runProgram } from '../support/child.ts'
import { scheduleFile, startScheduler, startWorker } from '../support/daemons.ts'
import { eventually } from '../support/eventually.ts'
import { freePort, startRedis } from '../support/redis-server.ts'
import { world } from '../support/world.ts'

async function portOf(program: Program): Promise<number> {
  const line = await program.waitForLine(/health and metrics: http:\/\/\S+:\d+/)
  return Number(/http:\/\/\S+?:(\d+)/.exec(line)?.[1])
}

const any = ['--http', '127.0.0.1:0']
const tick = 'tick: { every: 1s, class: Tick, queue: ticks }\n'

test('a scheduler serves its pages, and is not ready after a bad reload', async () => {
  const home = world()
  const file = await scheduleFile(tick)
  const scheduler = await startScheduler(home, [...any, '--schedule', file])
  const port = await portOf(scheduler)
  expect((await report(port, '/healthz')).status).toBe(200)
  await eventually(async () => expect((await report(port, '/readyz')).status).toBe(200))
  await writeFile(file, `${tick}wrong: { cron: "99 * * * *", class: Wrong, queue: low }\n`)
  scheduler.kill('SIGHUP')
  await scheduler.waitForLine(/was not reloaded: it has 1 error/)
  const refused = await report(port, '/readyz')
  expect(refused).toMatchObject({ status: 503, checks: { schedule: { ok: false } } })
  await writeFile(file, tick)
  scheduler.kill('SIGHUP')
  await eventually(async () => expect((await report(port, '/readyz')).status).toBe(200))
})

test('TERM ends it at once although a connection is open', async () => {
  const scheduler = await startScheduler(world(), any)
  const port = await portOf(scheduler)
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  const answered = new Promise<void>((resolve) => socket.once('data', () => resolve()))
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n')
  await answered
  scheduler.kill()
  expect(await scheduler.exit).toEqual({ code: 0, signal: null })
})

test('it serves while it waits for a Redis that is not there, and when Redis is stopped meanwhile', async () => {
  const redisPort = await freePort()
  const env = { REDIS_URL: `redis://127.0.0.1:${redisPort}` }
  const scheduler = runProgram('resque-scheduler', any, { env })
  const port = await portOf(scheduler)
  expect((await report(port, '/healthz')).status).toBe(200)
  expect((await report(port, '/readyz')).checks['redis']?.ok).toBe(false)
  const server = await startRedis({ port: redisPort })
  onTestFinished(() => server.stop())
  await eventually(async () => expect((await report(port, '/readyz')).status).toBe(200))
  await server.kill()
  await eventually(async () => expect((await report(port, '/readyz')).status).toBe(503))
  expect((await report(port, '/healthz')).status).toBe(200)
  expect((await scrape(port)).get('resque_redis_up')).toBe(0)
})

test('a worker serves its pages; USR2 makes it not ready', async () => {
  const worker = await startWorker(world(), any)
  const port = await portOf(worker)
  expect((await report(port, '/readyz')).status).toBe(200)
  expect((await scrape(port)).get('resque_worker_slots')).toBe(10)
  worker.kill('SIGUSR2')
  await eventually(async () => expect((await report(port, '/readyz')).checks['paused']?.ok).toBe(false))
  worker.kill('SIGCONT')
  await eventually(async () => expect((await report(port, '/readyz')).status).toBe(200))
  expect((await get(port, '/')).text).toContain('resque-worker')
  worker.kill()
  expect(await worker.exit).toEqual({ code: 0, signal: null })
})

test('a port that is taken ends the program with exit code 1 and says what to do', async () => {
  const taken = createServer()
  onTestFinished(() => void taken.close())
  const port = await freePort()
  await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve))
  const home = world()
  const env = { REDIS_URL: home.url, RESQUE_HTTP: `127.0.0.1:${port}` }
  const scheduler = runProgram('resque-scheduler', [], { env })
  expect(await scheduler.exit).toMatchObject({ code: 1 })
  expect(scheduler.stderr()).toMatch(/another program listens there\. End it, or give --http another port/)
})

test.each([
  ['99999', /--http is "99999": it must be a port from 0 to 65535, or HOST:PORT/],
  ['web', /--http is "web"/],
  ['a:b:1', /--http is "a:b:1"/],
])('--http %s is wrong usage', async (value, message) => {
  const programs = (['resque-scheduler', 'resque-worker'] as const).map((name) =>
    runProgram(name, ['--queue', 'a', '--http', value].slice(name === 'resque-scheduler' ? 2 : 0)),
  )
  for (const program of programs) {
    expect(await program.exit).toMatchObject({ code: 2 })
    expect(program.stderr()).toMatch(message)
  }
})
