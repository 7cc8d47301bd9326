// Writes that count only when replicas have them.

import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { InvalidArgumentError, RedisError } from '../../src/errors.ts'
import type { Durability } from '../../src/redis/durability.ts'
import { openRooms, type Rooms } from '../../src/rooms.ts'
import { named, startProxy } from '../support/chaos-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { atEnd } from '../support/journey.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { world } from '../support/world.ts'

function roomsAt(redis: string, durability?: Durability): Rooms {
  const rooms = openRooms({ redis, ...(durability === undefined ? {} : { durability }) })
  onTestFinished(() => rooms.connection.close())
  return rooms
}

const job = { queue: 'mail', payload: '{"class":"Note","args":[]}' }

/** A server, with a replica that has all of its data. */
async function pair(): Promise<{ primary: RedisServer; replica: RedisServer; admin: Redis }> {
  const [primary, replica] = [
    atEnd(await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })),
    atEnd(await startRedis()),
  ]
  const [admin, other] = [new Redis(primary.url), new Redis(replica.url)]
  onTestFinished(() => admin.disconnect())
  await other.call('REPLICAOF', '127.0.0.1', primary.port)
  other.disconnect()
  await eventually(async () => expect(await admin.info('replication')).toContain('state=online'))
  await admin.set('first', 'write') // a replica that has just come online may take a moment for it
  await eventually(async () => expect(await admin.wait(1, 100)).toBe(1))
  return { primary, replica, admin }
}

it('a write that the replica has counts, and one that it does not have is told of', async () => {
  const { primary, replica, admin } = await pair()
  const { queues } = roomsAt(primary.url, { replicas: 1, timeoutMs: 300 })
  await queues.push([job])
  replica.pause()
  const error = await queues.push([job]).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(RedisError)
  expect(error).toMatchObject({ code: 'UNCONFIRMED', confirmed: 0, wanted: 1 })
  expect(String(error)).toMatch(/0 of 1 replicas confirmed within 300 ms.*may be lost/)
  expect(await admin.llen('resque:queue:mail')).toBe(2)
  replica.resume()
  await eventually(async () => expect(await admin.wait(1, 100)).toBe(1))
  await queues.push([job])
})

it('a script that Redis has forgotten is confirmed as well', async () => {
  const { primary, replica, admin } = await pair()
  const { queues } = roomsAt(primary.url, { replicas: 1, timeoutMs: 300 })
  await admin.script('FLUSH')
  await queues.push([job])
  await admin.script('FLUSH')
  replica.pause()
  await expect(queues.push([job])).rejects.toMatchObject({ code: 'UNCONFIRMED' })
  replica.resume()
})

it('writes of one turn share a WAIT, questions have none, and without the option there is none', async () => {
  const { primary } = await pair()
  const proxy = atEnd(await startProxy(primary.url))
  proxy.record = true
  const waits = (): number => proxy.commands.filter(named('wait')).length
  const plain = roomsAt(proxy.url)
  await plain.queues.push([job])
  const durable = roomsAt(proxy.url, { replicas: 1 })
  await durable.queues.size('mail')
  await durable.delayed.locate('none')
  expect(waits()).toBe(0)
  await Promise.all(Array.from({ length: 20 }, () => durable.queues.push([job])))
  expect(waits()).toBeLessThanOrEqual(2)
  expect(waits()).toBeGreaterThan(0)
})

it.each([
  [{ replicas: 0 }, /durability.replicas must be a whole number from 1/],
  [{ replicas: 1.5 }, /durability.replicas/],
  [{ replicas: 1, timeoutMs: 0 }, /durability.timeoutMs/],
  [{ replicas: 1, timeoutMs: 10_000 }, /from 1 to 9999/],
])('refuses %j', (durability, why) => {
  const { url } = world()
  expect(() => openRooms({ redis: url, durability })).toThrow(InvalidArgumentError)
  expect(() => openRooms({ redis: url, durability })).toThrow(why)
})
