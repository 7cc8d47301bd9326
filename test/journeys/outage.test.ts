// Redis restarts, goes away, forgets its scripts, breaks or freezes connections while jobs flow: the programs go
// on by themselves, nothing is lost, nothing is performed twice.

import { expect, it } from 'vitest'
import { startProxy } from '../support/chaos-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { atEnd, journal, journeyWorker } from '../support/journey.ts'
import { atRandom, awayFor, expectEachOnce, flow, heard, saboteur } from '../support/outage.ts'
import { freePort, startRedis } from '../support/redis-server.ts'
import { type World, world } from '../support/world.ts'

const troubles = ['trouble', 'recovered'] as const

/** A Redis of one's own that keeps its data; the journal is kept in another, which nothing disturbs. */
async function ownRedis(): Promise<{
  server: Awaited<ReturnType<typeof startRedis>>
  w: World
  witness: World
}> {
  const server = atEnd(await startRedis({ appendonly: true }))
  return { server, w: world({ url: server.url }), witness: world() }
}

it('Redis restarts while jobs flow', async () => {
  const { server, w, witness } = await ownRedis()
  await w.worker({ ...journeyWorker(witness), concurrency: 5 }).start()
  await w.scheduler().start()
  const flowing = flow(w, 400)
  await eventually(async () => expect((await journal(witness)).length).toBeGreaterThan(50))
  await server.restart()
  await expectEachOnce(w, witness, await flowing)
})

it('connections are killed at random, and scripts forgotten, while 2,000 jobs flow', async () => {
  const { server, w, witness } = await ownRedis()
  const chaos = atEnd(saboteur(server.url))
  await w.worker({ ...journeyWorker(witness), concurrency: 20 }).start()
  await w.scheduler().start()
  const over = new AbortController()
  const evil = Promise.all([atRandom(over.signal, 150, chaos.kill), atRandom(over.signal, 400, chaos.flush)])
  const ids = await flow(w, 1_500, 5)
  await eventually(() => expect(chaos.broken).toBeGreaterThan(40))
  over.abort()
  await evil
  await expectEachOnce(w, witness, ids)
})

it('connections freeze half open while jobs flow', async () => {
  const { w, witness } = await ownRedis()
  const proxy = atEnd(await startProxy(w.url))
  const place = { redis: proxy.url, commandTimeoutMs: 300 }
  const worker = w.worker({ ...journeyWorker(witness), ...place })
  const scheduler = w.scheduler(place)
  const told = [heard(worker, ['trouble']), heard(scheduler, ['trouble'])]
  await Promise.all([worker.start(), scheduler.start()])
  const flowing = flow({ ...w, resque: w.client(place) }, 250)
  await eventually(async () => expect((await journal(witness)).length).toBeGreaterThan(30))
  proxy.swallow(true)
  await eventually(() => expect(told).toEqual([['trouble'], ['trouble']]))
  proxy.swallow(false)
  await expectEachOnce(w, witness, await flowing)
})

it('Redis freezes for longer than a command may take', async () => {
  const { server, w, witness } = await ownRedis()
  const place = { commandTimeoutMs: 300 }
  const worker = w.worker({ ...journeyWorker(witness), ...place })
  const scheduler = w.scheduler(place)
  const told = [heard(worker, ['trouble']), heard(scheduler, ['trouble'])]
  await Promise.all([worker.start(), scheduler.start()])
  const flowing = flow({ ...w, resque: w.client(place) }, 250)
  await eventually(async () => expect((await journal(witness)).length).toBeGreaterThan(30))
  server.pause()
  await eventually(() => expect(told).toEqual([['trouble'], ['trouble']]))
  server.resume()
  await expectEachOnce(w, witness, await flowing)
})

it('Redis is not there yet when the programs start', async () => {
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const w = world({ url })
  const witness = world()
  const worker = w.worker(journeyWorker(witness))
  const scheduler = w.scheduler()
  const told = [heard(worker, troubles), heard(scheduler, troubles)]
  const started = Promise.all([worker.start(), scheduler.start()])
  const flowing = flow(w, 10)
  await eventually(() => expect(told).toEqual([['trouble'], ['trouble']]))
  atEnd(await startRedis({ port }))
  await started
  await expectEachOnce(w, witness, await flowing)
  await eventually(() => expect(told).toEqual([[...troubles], [...troubles]]))
})

it('Redis is away for two seconds while jobs flow', async () => {
  const { server, w, witness } = await ownRedis()
  const worker = w.worker({ ...journeyWorker(witness), concurrency: 2 })
  const scheduler = w.scheduler()
  const told = [heard(worker, troubles), heard(scheduler, troubles)]
  await Promise.all([worker.start(), scheduler.start()])
  const flowing = flow(w, 100, 2)
  await eventually(async () => expect((await journal(witness)).length).toBeGreaterThan(10))
  await awayFor(server, 2_000)
  await expectEachOnce(w, witness, await flowing)
  expect(told).toEqual([[...troubles], [...troubles]])
})
