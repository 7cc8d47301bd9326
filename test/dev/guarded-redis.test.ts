// The private redis-server: it serves, and neither it nor its folder outlives whoever started it.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, inject, onTestFinished, test, vi } from 'vitest'
import { startPrivateRedis } from '../../src/dev/guarded-redis.ts'
import { ensureBuilt, repository, runNode } from '../support/child.ts'
import { eventually } from '../support/eventually.ts'
import { isRunning } from '../support/watchdog.ts'

test('it answers at its URL, on this machine only, and keeps nothing on disk', async () => {
  const server = await startPrivateRedis('redis-server')
  onTestFinished(() => server.stop())
  const redis = new Redis(server.url)
  onTestFinished(() => redis.disconnect())
  expect(await redis.ping()).toBe('PONG')
  expect(await redis.config('GET', 'bind')).toEqual(['bind', '127.0.0.1'])
  expect(await redis.config('GET', 'save')).toEqual(['save', ''])
  expect(server.url).not.toBe(inject('redisUrl'))
  expect(server.version).toMatch(/^\d+\.\d+/)
})

test('it goes on when the time is over that it had to start', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const server = await startPrivateRedis('redis-server')
  onTestFinished(() => server.stop())
  vi.advanceTimersByTime(3_600_000)
  vi.useRealTimers()
  const redis = new Redis(server.url, { retryStrategy: null })
  onTestFinished(() => redis.disconnect())
  for (let round = 0; round < 500; round++) expect(await redis.ping()).toBe('PONG')
  expect(isRunning(server.pid)).toBe(true)
})

test('stop ends it and removes its folder', async () => {
  const server = await startPrivateRedis('redis-server')
  expect([isRunning(server.pid), existsSync(server.dir)]).toEqual([true, true])
  await server.stop()
  expect([isRunning(server.pid), existsSync(server.dir)]).toEqual([false, false])
})

test('when it is killed that is noticed, and its folder is removed', async () => {
  const server = await startPrivateRedis('redis-server')
  process.kill(server.pid, 'SIGKILL')
  await server.ended
  expect(existsSync(server.dir)).toBe(false)
})

test('a program that is no redis-server is told with what it said', async () => {
  const error = await startPrivateRedis(join(repository, 'LICENSE')).catch((thrown: unknown) => thrown)
  expect(String(error)).toMatch(/LICENSE did not start: /)
})

test('kill -9 of the process that started it ends it and removes its folder', async () => {
  ensureBuilt()
  const code = `
    import { startPrivateRedis } from '${repository}dist/dev/guarded-redis.js'
    const { pid, dir } = await startPrivateRedis('redis-server')
    console.log(JSON.stringify({ pid, dir }))`
  const program = runNode(['--input-type=module', '-e', code])
  const { pid, dir } = JSON.parse(await program.waitForLine(/^{/)) as { pid: number; dir: string }
  expect([isRunning(pid), existsSync(dir)]).toEqual([true, true])
  program.kill('SIGKILL')
  await eventually(() => expect([isRunning(pid), existsSync(dir)]).toEqual([false, false]))
})
