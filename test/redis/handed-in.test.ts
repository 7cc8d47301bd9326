// Clients that users make and hand in, and what is told of every call that fails.

import { once } from 'node:events'
import { Redis, type RedisOptions } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { Resque, type ResqueOptions } from '../../src/client/resque.ts'
import { RedisError } from '../../src/errors.ts'
import { startProxy } from '../support/chaos-proxy.ts'
import { atEnd } from '../support/journey.ts'
import { freePort } from '../support/redis-server.ts'
import { world } from '../support/world.ts'

function client(options: ResqueOptions): Resque {
  const resque = new Resque(options)
  onTestFinished(() => resque.close())
  return resque
}

function own(url: string, { replyMapping: _, ...options }: RedisOptions = {}): Redis {
  const redis = new Redis(url, { ...options, retryStrategy: () => 50 })
  redis.on('error', () => undefined)
  onTestFinished(() => redis.disconnect())
  return redis
}

it('every question that fails is answered with where, why and the cure', async () => {
  const url = `redis://127.0.0.1:${await freePort()}`
  const resque = client({ redis: url, commandTimeoutMs: 300 })
  const calls = [
    resque.queues.list(),
    resque.queues.size('mail'),
    resque.queues.pause('mail'),
    resque.delayed.count(),
    resque.delayed.timestamps(),
    resque.delayed.has('Note'),
    resque.failed.count(),
    resque.failed.list(),
    resque.workers.list(),
    resque.workers.pauseAll(),
    resque.recurring.list(),
  ]
  for (const result of await Promise.allSettled(calls)) {
    expect(result.status).toBe('rejected')
    const { reason } = result as PromiseRejectedResult
    expect(reason).toBeInstanceOf(RedisError)
    expect(String(reason)).toMatch(new RegExp(`Redis at ${url} failed: .*Is Redis running there`))
  }
})

it('a command over a client without a deadline has one here', async () => {
  const { url, namespace } = world()
  const proxy = atEnd(await startProxy(url))
  const redis = own(proxy.url)
  await redis.ping()
  const resque = client({ redis, namespace, commandTimeoutMs: 200 })
  proxy.swallow(true)
  await expect(resque.queues.list()).rejects.toThrow(/Command timed out/)
})

it('a client that sends commands again is warned of, once, when a job could not be known again', async () => {
  const { url, namespace } = world()
  const redis = own(url)
  const warning = once(process, 'warning')
  await client({ redis, namespace }).enqueueTo('mail', 'Tracked')
  const untracked = client({ redis, namespace, track: false })
  await untracked.enqueueTo('mail', 'Untracked')
  const [{ code, message }] = (await warning) as [Error & { code: string }]
  expect(code).toBe('RESQUE_RESENDS')
  expect(message).toMatch(/may be enqueued twice.*autoResendUnfulfilledCommands: false/)
  const more: unknown[] = []
  process.on('warning', (again) => more.push(again))
  await untracked.enqueueTo('mail', 'Untracked')
  await client({
    redis: own(url, { autoResendUnfulfilledCommands: false }),
    namespace,
    track: false,
  }).enqueueTo('mail', 'X')
  expect(more).toEqual([])
})
