// A daemon that starts before its Redis is ready for it waits, and says for what.

import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { awaitRedis } from '../../src/cli/await-redis.ts'
import { openLog } from '../../src/log.ts'
import { eventually } from '../support/eventually.ts'
import { atEnd, journeyWorker } from '../support/journey.ts'
import { freePort, startRedis } from '../support/redis-server.ts'
import { world } from '../support/world.ts'

interface Waiting {
  readonly lines: readonly string[]
  readonly there: Promise<boolean>
}

function waitFor(redis: string, namespace = 'resque'): Waiting {
  const over = new AbortController()
  onTestFinished(() => over.abort())
  const lines: string[] = []
  const log = openLog({
    format: 'text',
    level: 'info',
    write: (text) => lines.push(...text.trim().split('\n')),
  })
  const there = awaitRedis({ redis, namespace }, log, over.signal)
  there.catch(() => undefined)
  return { lines, there }
}

it('waits for a server that is not there yet', async () => {
  const port = await freePort()
  const { lines, there } = waitFor(`redis://127.0.0.1:${port}`)
  await eventually(() => expect(lines).toEqual([expect.stringMatching(/ECONNREFUSED.*Waiting for it/)]))
  atEnd(await startRedis({ port }))
  expect(await there).toBe(true)
  await eventually(() => expect(lines).toEqual([expect.anything(), expect.stringMatching(/Redis answers/)]))
})

it('waits for a replica to become a primary, and says what it is', async () => {
  const server = atEnd(await startRedis())
  const admin = new Redis(server.url)
  onTestFinished(() => admin.disconnect())
  const primaryPort = await freePort()
  await admin.call('REPLICAOF', '127.0.0.1', primaryPort)
  const { lines, there } = waitFor(server.url)
  await eventually(() => expect(lines).toHaveLength(1))
  expect(lines[0]).toContain(`is a replica of 127.0.0.1:${primaryPort}: it takes no writes`)
  expect(lines[0]).toMatch(/redis-sentinel:.*Waiting for it/)
  await admin.call('REPLICAOF', 'NO', 'ONE')
  expect(await there).toBe(true)
})

it('does not wait for what waiting would not cure', async () => {
  const server = atEnd(await startRedis({ args: ['--requirepass', 'right'] }))
  await expect(waitFor(server.url.replace('//', '//:wrong@')).there).rejects.toThrow(
    /WRONGPASS.*Put the right user/,
  )
  await expect(waitFor('redis-cluster://127.0.0.1:1', 'shop').there).rejects.toThrow(/"shop" has no hash tag/)
  await expect(waitFor('redis-sentinel://127.0.0.1:1').there).rejects.toThrow(/does not say which/)
})

it('a server that is full when a worker starts: it says so, and starts when there is room', async () => {
  const server = atEnd(await startRedis({ args: ['--maxmemory', '1', '--maxmemory-policy', 'noeviction'] }))
  const w = world({ url: server.url })
  const worker = w.worker(journeyWorker(w))
  const told: string[] = []
  worker.on('trouble', ({ error }) => told.push(String(error)))
  const started = worker.start()
  await eventually(() =>
    expect(told).toEqual([expect.stringMatching(/OOM.*reached maxmemory: give it more/)]),
  )
  await w.redis.config('SET', 'maxmemory', '0')
  await started
})
