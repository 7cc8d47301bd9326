// Connections: what is told when Redis is not there, refuses us, or is not what we need.

import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Resque, type ResqueOptions } from '../../src/client/resque.ts'
import { RedisError } from '../../src/errors.ts'
import { connect, isOlder, oldestServer } from '../../src/redis/connection.ts'
import { eventually } from '../support/eventually.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { freePort, startRedis } from '../support/redis-server.ts'
import { world } from '../support/world.ts'

async function nobody(): Promise<string> {
  return `redis://127.0.0.1:${await freePort()}`
}

function client(options: ResqueOptions): Resque {
  const resque = new Resque(options)
  onTestFinished(() => resque.close())
  return resque
}

async function failure(call: Promise<unknown>): Promise<RedisError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(RedisError)
  return error as RedisError
}

describe('where no Redis is', () => {
  it('a question is answered with where, why and the cure', async () => {
    const url = await nobody()
    const resque = client({ redis: url, commandTimeoutMs: 300 })
    for (const call of [
      resque.connect(),
      resque.status('x'),
      resque.cancel('x'),
      resque.stats(),
      resque.waitFor('x'),
    ]) {
      const { message, code } = await failure(call)
      expect(code).toBe('REDIS')
      expect(message).toContain(`Redis at ${url} failed`)
      expect(message).toMatch(/ECONNREFUSED.*Is Redis running there\? Set REDIS_URL/)
    }
  })

  it('a job is tried for a while, and then it is said that it was not added', async () => {
    const clock = new ManualClock()
    const resque = client({ redis: await nobody(), commandTimeoutMs: 300, clock })
    let error: unknown
    const enqueued = resque.enqueueTo('mail', 'SendEmail').catch((thrown: unknown) => {
      error = thrown
    })
    await eventually(() => {
      clock.advance(1_000)
      expect(error).toBeDefined()
    })
    await enqueued
    expect(error).toBeInstanceOf(RedisError)
    expect((error as RedisError).message).toMatch(/ECONNREFUSED/)
  })
})

describe('a server that refuses us', () => {
  it('is told of with the cure, without the password', async () => {
    const server = await startRedis({ args: ['--requirepass', 'right'] })
    onTestFinished(() => server.stop())
    for (const url of [server.url.replace('//', '//:wrong@'), server.url]) {
      const resque = client({ redis: server.url.replace('//', '//:right@') })
      await expect(resque.connect()).resolves.toBe(resque)
      const refused = client({ redis: url, commandTimeoutMs: 2_000 })
      for (const call of [refused.connect(), refused.enqueueTo('mail', 'SendEmail')]) {
        const { message } = await failure(call)
        expect(message).toMatch(/WRONGPASS|NOAUTH/)
        expect(message).toContain('redis://user:password@host:6379')
        expect(message).not.toMatch(/wrong@/)
      }
    }
  })

  it('is told of when a key of ours holds something else', async () => {
    const { resque, redis, keys } = world()
    await redis.set(keys.queue('mail'), 'not a list')
    const { message } = await failure(resque.enqueueTo('mail', 'SendEmail'))
    expect(message).toMatch(/WRONGTYPE.*choose another namespace, or remove that key/)
  })
})

describe('versions', () => {
  it.each([
    ['2.8.24', true],
    ['6.0.16', true],
    ['6.1.255', true],
    ['6.2.0', false],
    ['6.2', false],
    ['6.10.1', false],
    ['7.0.15', false],
    ['10.0.0', false],
  ])('%s is older than the oldest that will do: %s', (version, older) => {
    expect(isOlder(version, oldestServer)).toBe(older)
  })
})

describe('a connection', () => {
  it('that was handed in stays open when the client closes', async () => {
    const { redis, url } = world()
    const own = new Redis(url)
    onTestFinished(() => own.disconnect())
    await connect(own).close()
    expect(await own.ping()).toBe('PONG')
    expect(await redis.ping()).toBe('PONG')
  })

  it('may be described by options, and tells where it leads', async () => {
    const { url } = world()
    const connection = connect({
      host: '127.0.0.1',
      port: Number(new URL(url).port),
      db: 3,
      password: undefined,
    })
    onTestFinished(() => connection.close())
    expect(connection.where).toBe(`${url}/3`)
    expect(await connection.redis.ping()).toBe('PONG')
  })

  it('closes in time when Redis is away', async () => {
    const resque = client({ redis: await nobody(), commandTimeoutMs: 300 })
    await failure(resque.waitFor('x', { timeoutSeconds: 1 }))
    await expect(resque.close()).resolves.toBeUndefined()
  })

  it('ends what waits for the next connection when it closes', async () => {
    const connection = connect(await nobody())
    await connection.redis.ping().catch(() => undefined)
    await eventually(() => expect(connection.redis.status).toBe('reconnecting'))
    const waiting = connection.redis.ping().catch((error: Error) => error.message)
    await connection.close()
    expect(await waiting).toMatch(/closed/)
  })

  it('never goes on with another database than the one asked for', async () => {
    const { url, keys, redis } = world()
    const resque = client({ redis: `${url}/99`, namespace: keys.namespace })
    const error = await resque.enqueueTo('mail', 'SendEmail').catch((thrown: Error) => thrown)
    expect(error).toBeInstanceOf(RedisError)
    expect((error as RedisError).message).toMatch(/\/99 failed: .*DB index.*correct the number/)
    expect(await redis.keys(`${keys.namespace}:*`)).toEqual([])
  })
})
