// A Redis Cluster: everything works there, also while a node fails.

import { Cluster } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { Resque } from '../../src/client/resque.ts'
import { atEnd } from '../support/journey.ts'
import { startCluster } from '../support/redis-cluster.ts'
import { failOverInTheMiddle, stageAt } from './stage.ts'
import { walkEveryArrow } from './walk.ts'

const durable = { durability: { replicas: 1, timeoutMs: 3_000 } }

it('every arrow of a job’s life, on one node of several', async () => {
  const { url } = atEnd(await startCluster())
  const stage = stageAt({ redis: url })
  expect(stage.resque.rooms.store.keys.namespace).toBe('{resque}')
  await walkEveryArrow(stage)
})

it('the node dies while jobs flow: nothing confirmed is lost, no run comes twice', {
  timeout: 60_000,
}, async () => {
  const cluster = atEnd(await startCluster())
  const stage = stageAt({ redis: cluster.url, namespace: '{shop}', ...durable })
  await failOverInTheMiddle(stage, () => cluster.failOver('{shop}:queues'))
})

it('a Cluster that was handed in, with a namespace that has no hash tag', async () => {
  const { url } = atEnd(await startCluster())
  const [host = '', port] = url.slice('redis-cluster://'.length).split(',')[0]?.split(':') ?? []
  const own = new Cluster([{ host, port: Number(port) }])
  onTestFinished(() => own.disconnect())
  expect(() => new Resque({ redis: own, namespace: 'shop' })).toThrow(
    /"shop" has no hash tag.*Write \{shop\}/,
  )
  const stage = stageAt({ redis: own, namespace: '{shop}' })
  const id = await stage.resque.enqueueTo('mail', 'Note')
  await stage.worker().start()
  expect((await stage.resque.waitFor(String(id)))?.state).toBe('complete')
})

it('one node of a Cluster, taken for a single server, is told of', async () => {
  const { url } = atEnd(await startCluster())
  const node = url.replace('redis-cluster', 'redis').split(',')[0] ?? ''
  const namespaces = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((tag) => `{${tag}}`)
  const calls = namespaces
    .map((namespace) => new Resque({ redis: node, namespace }))
    .map(async (resque) => {
      onTestFinished(() => resque.close())
      await resque.queues.size('mail')
    })
  const failures = (await Promise.allSettled(calls)).filter(({ status }) => status === 'rejected')
  expect(failures).not.toEqual([])
  expect(String((failures[0] as PromiseRejectedResult).reason)).toMatch(/MOVED.*write redis-cluster:/)
})
