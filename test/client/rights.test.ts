// A Redis user with the rights that an administrator usually gives: our keys, and no channels.

import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { Resque } from '../../src/client/resque.ts'
import { RedisError } from '../../src/errors.ts'
import { startRedis } from '../support/redis-server.ts'

async function restricted(...rights: string[]): Promise<{ resque: Resque; admin: Redis }> {
  const server = await startRedis()
  onTestFinished(() => server.stop())
  const admin = new Redis(server.url)
  onTestFinished(() => admin.disconnect())
  await admin.acl('SETUSER', 'app', 'on', '>secret', ...rights)
  const resque = new Resque({ redis: server.url.replace('//', '//app:secret@'), namespace: 'resque' })
  onTestFinished(() => resque.close())
  return { resque, admin }
}

it('works without the right to any channel', async () => {
  const { resque } = await restricted('~resque:*', '+@all')
  const [now, later] = [await resque.enqueueTo('mail', 'A'), await resque.enqueueInWithQueue('mail', 60, 'A')]
  expect(await resque.queues.list()).toEqual([{ name: 'mail', size: 1, paused: false }])
  await resque.queues.pause('mail')
  await resque.queues.resume('mail')
  expect(await resque.queues.list()).toEqual([{ name: 'mail', size: 1, paused: false }])
  expect([await resque.cancel(now ?? ''), await resque.cancel(later ?? '')]).toEqual([true, true])
})

it('tells what is missing when it may not touch our keys', async () => {
  const { resque, admin } = await restricted('~other:*', '+@all')
  const error = await resque.enqueueTo('mail', 'A').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(RedisError)
  expect((error as RedisError).message).toMatch(/NOPERM.*see the ACL of the user/)
  expect(await admin.keys('*')).toEqual([])
})
