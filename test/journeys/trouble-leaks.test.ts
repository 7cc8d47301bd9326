// What is closed leaves nothing behind: no connection, no timer, also when it is closed amid trouble.

import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { Resque } from '../../src/client/resque.ts'
import type { RedisSource } from '../../src/redis/connection.ts'
import { Scheduler } from '../../src/scheduler/scheduler.ts'
import { Worker } from '../../src/worker/worker.ts'
import { eventually } from '../support/eventually.ts'
import { atEnd } from '../support/journey.ts'
import { startCluster } from '../support/redis-cluster.ts'
import { freePort, startRedis } from '../support/redis-server.ts'
import { startSentinelSetup } from '../support/sentinel.ts'

/** How many handles of each kind keep this process busy. */
function handles(): Record<string, number> {
  const counts: Record<string, number> = {
    TCPSocketWrap: 0,
    Timeout: 0,
    GetAddrInfoReqWrap: 0,
    TCPConnectWrap: 0,
  }
  for (const kind of process.getActiveResourcesInfo())
    if (kind in counts) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

class Note {
  perform(): void {}
}

interface Users {
  readonly resque: Resque
  readonly worker: Worker
  readonly scheduler: Scheduler
  close(): Promise<void>
}

function usersOf(redis: RedisSource): Users {
  const place = { redis, namespace: '{leaks}', commandTimeoutMs: 500 }
  const resque = new Resque(place)
  const worker = new Worker({ ...place, queues: '*', jobs: { Note }, termTimeoutSeconds: 0 })
  const scheduler = new Scheduler(place)
  const close = async (): Promise<void> => {
    await Promise.all([worker.stop(), scheduler.stop()])
    await resque.close()
  }
  return { resque, worker, scheduler, close }
}

async function work({ resque, worker, scheduler }: Users): Promise<void> {
  await Promise.all([worker.start(), scheduler.start()])
  const id = await resque.enqueueTo('mail', 'Note')
  expect((await resque.waitFor(String(id)))?.state).toBe('complete')
}

/** Lets `use` have its users, and then counts what is left. */
async function leavesNothing(redis: RedisSource, use: (users: Users) => Promise<unknown>): Promise<void> {
  const before = handles()
  const users = usersOf(redis)
  await use(users)
  await users.close()
  await eventually(() => {
    const after = handles()
    for (const [kind, count] of Object.entries(before))
      expect([kind, after[kind]]).toEqual([kind, Math.min(count, after[kind] ?? 0)])
  })
}

it('after work on one server', async () => {
  const server = atEnd(await startRedis())
  await leavesNothing(server.url, work)
})

it('after work over a client that was handed in', async () => {
  const server = atEnd(await startRedis())
  const own = new Redis(server.url)
  onTestFinished(() => own.disconnect())
  await own.ping()
  await leavesNothing(own, work)
  expect(await own.ping()).toBe('PONG')
})

it('when daemons were made and never started', async () => {
  const server = atEnd(await startRedis())
  await leavesNothing(server.url, ({ resque }) => resque.connect())
})

it('when there never was a Redis', async () => {
  await leavesNothing(`redis://127.0.0.1:${await freePort()}`, async ({ worker, scheduler }) => {
    let troubles = 0
    for (const daemon of [worker, scheduler]) daemon.on('trouble', () => troubles++)
    void worker.start()
    void scheduler.start()
    await eventually(() => expect(troubles).toBe(2))
  })
})

it('when Redis has gone meanwhile', async () => {
  const server = atEnd(await startRedis())
  await leavesNothing(server.url, async (users) => {
    await work(users)
    await server.kill()
  })
})

it('when Redis has frozen meanwhile', async () => {
  const server = atEnd(await startRedis())
  await leavesNothing(server.url, async (users) => {
    await work(users)
    server.pause()
  })
  server.resume()
})

it('after work on a Cluster, and when it has gone', async () => {
  const cluster = await startCluster()
  await leavesNothing(cluster.url, work)
  await leavesNothing(cluster.url, async (users) => {
    await work(users)
    await cluster.stop()
  })
  const resque = new Resque({ redis: cluster.url, commandTimeoutMs: 500 })
  onTestFinished(() => resque.close())
  await expect(resque.queues.names()).rejects.toThrow(/redis-cluster:.*(ECONNREFUSED|closed)/)
})

it('after work on what Sentinel watches, and when all have gone', async () => {
  const setup = await startSentinelSetup()
  await leavesNothing(setup.url, work)
  await leavesNothing(setup.url, async (users) => {
    await work(users)
    await setup.stop()
  })
  const resque = new Resque({ redis: setup.url, commandTimeoutMs: 5_000 })
  onTestFinished(() => resque.close())
  await expect(resque.queues.names()).rejects.toThrow(/redis-sentinel:.*Do the Sentinels run/)
})
