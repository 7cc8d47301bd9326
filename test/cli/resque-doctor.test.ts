// resque doctor: what it prints, asks, and exits with.

import { expect, onTestFinished, test } from 'vitest'
import { Resque } from '../../src/client/resque.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { type World, world } from '../support/world.ts'
import { callerOf } from './resque-call.ts'

async function healthyServer(): Promise<RedisServer> {
  const server = await startRedis({ args: ['--save', '900 1'] })
  onTestFinished(() => server.stop())
  return server
}

async function clinic(options: { namespace?: string } = {}): Promise<World> {
  const server = await healthyServer()
  return world({ url: server.url, ...options })
}

test('a healthy system is exit code 0', async () => {
  const here = await clinic()
  await here.resque.enqueueTo('mail', 'A')
  const { code, out } = await callerOf(here)('doctor')
  expect({ code, out }).toEqual({ code: 0, out: 'nothing is wrong; looked at 3 keys and 1 job\n' })
})

test('problems are explained, are exit code 1, and 0 when they have been repaired', async () => {
  const here = await clinic()
  await here.resque.enqueueTo('mail', 'A')
  await here.redis.srem(here.keys.queues, 'mail')
  const call = callerOf(here)
  const told = await call('doctor')
  expect(told.code).toBe(1)
  expect(told.out).toMatch(/^unnamed_queue \(1\): queues with jobs whose name .*\n {2}Workers for "\*".*\n/)
  expect(told.out).toContain('  resque doctor --fix: the name is added to the set of queues\n    mail\n')
  expect(told.out).toMatch(/\n1 kind of problems; looked at 2 keys and 1 job\n$/)
  expect(await here.redis.exists(here.keys.queues)).toBe(0)
  const fixed = await call('doctor', '--fix', '--yes')
  expect(fixed).toMatchObject({ code: 0, out: expect.stringMatching(/^unnamed_queue \(1, all repaired\)/) })
  expect(fixed.out).toMatch(/all was repaired; /)
  expect((await call('doctor')).code).toBe(0)
})

test('programs get stable codes as JSON', async () => {
  const here = await clinic()
  await here.redis.zadd(here.keys.schedule, 4_000_000_000, 4_000_000_000)
  const call = callerOf(here)
  const { code, json } = await call('doctor', '--json')
  expect(code).toBe(1)
  expect(json()).toMatchObject({
    healthy: false,
    keys: 1,
    jobs: 0,
    findings: [
      { code: 'timestamp_without_bucket', count: 1, repaired: 0, fixable: true, examples: ['4000000000'] },
    ],
  })
  expect((await call('doctor', '--fix', '--yes', '--json')).json()).toMatchObject({ healthy: true })
  expect((await call('doctor', '--json')).json()).toEqual({ healthy: true, findings: [], keys: 0, jobs: 0 })
})

test('without a terminal nothing is repaired unless --yes says so', async () => {
  const here = await clinic()
  await here.redis.zadd(here.keys.schedule, 4_000_000_000, 4_000_000_000)
  const call = callerOf(here)
  for (const flags of [['--fix'], ['--fix', '--json'], ['--yes']]) {
    expect(await call('doctor', ...flags)).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
  }
  expect(await here.redis.exists(here.keys.schedule)).toBe(1)
})

test('a person at a terminal sees how far it is, on stderr', async () => {
  const here = await clinic()
  const seen: string[] = []
  const stderr = { isTTY: true, write: (text: string) => void seen.push(text) }
  expect(await callerOf(here, { stderr })('doctor', '--json')).toMatchObject({ code: 0 })
  expect(seen.join('')).toMatch(/looking at keys and jobs: \d+ keys?, \d+ jobs? so far/)
})

test.each(['a*b', 'a[b]c', '{tag}', 'a?b', 'a\\b'])(
  'looks at the namespace %s and at no other',
  async (namespace) => {
    const here = await clinic({ namespace })
    const other = new Resque({
      redis: here.url,
      namespace: namespace.replace(/[*?]/, 'x').replace(/[[\]\\]/g, ''),
    })
    onTestFinished(() => other.close())
    const inOther = other.rooms.store.keys
    if (namespace !== inOther.namespace) await here.redis.rpush(inOther.queue('mail'), 'junk')
    await here.redis.rpush(here.keys.queue('low'), '{"class":"A","args":[]}')
    const { json } = await callerOf(here)('doctor', '--json')
    expect(json()).toMatchObject({
      keys: 1,
      jobs: 1,
      findings: [{ code: 'unnamed_queue', examples: ['low'] }],
    })
  },
)
