// Orders for worker processes: who gets them, how long they wait, and that each is read once.

import { expect, it } from 'vitest'
import { deadAfterMs } from '../../src/daemon/heart.ts'
import { type Order, Orders, readOrder } from '../../src/daemon/orders.ts'
import { Roster } from '../../src/daemon/roster.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { world } from '../support/world.ts'

const order: Order = { id: '1', verb: 'quiet', scope: 'process', finish: false, processes: 0 }

it('an order waits for the beat of its process, which takes it once', async () => {
  const { rooms, redis, keys } = world()
  const roster = new Roster(rooms.store)
  const member = await roster.join('mail', 1)
  expect(await new Orders(rooms.store).give(order, [member.token], deadAfterMs)).toEqual([member.token])
  expect(await redis.ttl(keys.orders(member.token))).toBeGreaterThan(0)
  expect(await roster.beat(member, false)).toEqual([order])
  expect(await roster.beat(member, false)).toEqual([])
})

it('a process that no longer beats gets none, nor does one that is unknown', async () => {
  const clock = new ManualClock()
  const { rooms, allKeys } = world({ clock })
  const member = await new Roster(rooms.store).join('mail', 1)
  clock.advance(deadAfterMs)
  expect(await new Orders(rooms.store).give(order, [member.token, 'nobody'], deadAfterMs)).toEqual([])
  expect((await allKeys()).filter((key) => key.startsWith('orders'))).toEqual([])
})

it('a process that is taken off the list takes its orders and what it told of itself along', async () => {
  const { rooms, redis, keys } = world()
  const member = await new Roster(rooms.store).join('mail', 1, '{"state":"running"}')
  await new Orders(rooms.store).give(order, [member.token], deadAfterMs)
  await rooms.running.bury(member.token)
  expect(await redis.exists(keys.orders(member.token), keys.processInfo, keys.processes)).toBe(0)
})

it('what is no order is told from one', () => {
  expect(readOrder('{"verb":"dance"}')).toBeNull()
  expect(readOrder('nonsense')).toBeNull()
  expect(readOrder(JSON.stringify(order))).toEqual(order)
})
