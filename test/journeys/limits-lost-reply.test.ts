// The connection breaks around the question whether a job may be performed: the answer is asked for again, and
// neither a job nor a place is lost.

import { expect, it } from 'vitest'
import { cutAt } from '../support/break-at.ts'
import { startProxy } from '../support/chaos-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { atEnd, expectOnePlaceEach, journeyWorker, performances, stations } from '../support/journey.ts'
import { world } from '../support/world.ts'

it.each([
  ['before', 'admit'],
  ['after', 'admit'],
  ['before', 'settle-limited'],
  ['after', 'settle-limited'],
] as const)('%s %s: every job of a limited class is performed once', async (when, script) => {
  const w = world()
  const proxy = atEnd(await startProxy(w.url))
  const items = Array.from({ length: 12 }, (_, index) => ({ job: 'Few', queue: 'mail', args: [index] }))
  await w.resque.enqueueBulk(items)
  const trap = cutAt(proxy, when, { script })
  const worker = w.worker({ ...journeyWorker(w, { limited: true }), redis: proxy.url, concurrency: 5 })
  const trouble: string[] = []
  worker.on('trouble', ({ role }) => trouble.push(role))
  await worker.start()
  await trap.sprung
  await eventually(async () => expect((await w.resque.stats()).processed).toBe(12))
  expect([...(await performances(w)).values()]).toEqual(Array.from({ length: 12 }, () => 1))
  await expectOnePlaceEach(w, await stations(w))
  expect(await w.redis.zcard(`${w.keys.limitPrefix}holders:class/Few`)).toBe(0)
})
