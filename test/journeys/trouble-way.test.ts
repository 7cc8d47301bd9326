// The way to Redis is slow, swallows what is sent, or its name is not known, and records are poisoned: worker and
// scheduler go on.

import { connect, type Socket } from 'node:net'
import { AbstractConnector } from 'ioredis'
import { expect, it } from 'vitest'
import { startProxy } from '../support/chaos-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { atEnd, journeyWorker, performances } from '../support/journey.ts'
import { sufferers } from '../support/trouble.ts'
import { world } from '../support/world.ts'

it('every command takes a second: later, but once', { timeout: 60_000 }, async () => {
  let proxy: Awaited<ReturnType<typeof startProxy>> | undefined
  const way = async ({ url }: { readonly url: string }): Promise<string> => {
    proxy = atEnd(await startProxy(url))
    return proxy.url
  }
  const here = await sufferers({ way, commandTimeoutMs: 5_000 })
  if (proxy !== undefined) proxy.delayMs = 1_000
  await here.enqueue()
  await here.allPerformedOnce()
  if (proxy !== undefined) proxy.delayMs = 0
  expect(here.lines).toEqual({ worker: [], scheduler: [] })
})

it('half-open connections: one line, and new ones', async () => {
  let swallow: (on: boolean) => void = () => undefined
  const way = async ({ url }: { readonly url: string }): Promise<string> => {
    const proxy = atEnd(await startProxy(url))
    swallow = (on) => proxy.swallow(on)
    return proxy.url
  }
  const here = await sufferers({ way })
  await here.enqueue()
  swallow(true)
  await here.bothSuffer()
  await here.enqueue()
  swallow(false)
  await here.allPerformedOnce()
  await here.bothRecovered()
  for (const lines of Object.values(here.lines)) expect(lines.length).toBeLessThanOrEqual(3)
})

it('the name of the host is not known for a while', async () => {
  let isKnown = true
  class Named extends AbstractConnector {
    readonly #port: number
    constructor({ port }: { readonly port: number }) {
      super(200)
      this.#port = port
    }
    async connect(): Promise<Socket> {
      this.connecting = true
      const socket = connect(this.#port, isKnown ? '127.0.0.1' : 'no-such-host.invalid')
      this.stream = socket
      return socket
    }
  }
  const here = await sufferers({ way: ({ port }) => ({ port, Connector: Named }) as never })
  isKnown = false
  for (const type of ['normal', 'pubsub']) await here.admin.call('CLIENT', 'KILL', 'TYPE', type)
  await here.bothSuffer()
  await here.enqueue()
  isKnown = true
  await here.allPerformedOnce()
  await here.bothRecovered()
})

it('the name of the host is never known: it is said, and the daemons can be stopped', async () => {
  const w = world()
  const redis = 'redis://no-such-host.invalid:6379'
  const daemons = [w.worker({ ...journeyWorker(w), redis, termTimeoutSeconds: 0 }), w.scheduler({ redis })]
  const told: string[] = []
  for (const daemon of daemons) daemon.on('trouble', ({ error }) => told.push(String(error)))
  for (const daemon of daemons) void daemon.start()
  await eventually(() => expect(told).toHaveLength(2))
  for (const text of told)
    expect(text).toMatch(/no-such-host\.invalid.*(ENOTFOUND|EAI_AGAIN).*The name of the host/)
  await Promise.all(daemons.map((daemon) => daemon.stop()))
})

it('poisoned keys and records do not keep the rest from being done', async () => {
  const here = await sufferers()
  const { redis, keys } = here.w
  const dueSeconds = Math.floor(Date.now() / 1000)
  await redis.set(keys.queue('a-text'), 'not a list')
  await redis.sadd(keys.queues, 'a-text')
  await redis.set(keys.bucket(dueSeconds - 1), 'not a list')
  await redis.zadd(
    keys.schedule,
    dueSeconds - 1,
    String(dueSeconds - 1),
    dueSeconds,
    String(dueSeconds),
    7,
    'no number',
  )
  await redis.rpush(
    keys.bucket(dueSeconds),
    'no JSON',
    '{"class":"Note","args":7}',
    '{"class":"Note","args":[],"queue":"a-text"}',
  )
  await redis.rpush(keys.queue('mail'), 'no JSON either', '[]')
  await here.enqueue()
  await eventually(async () => expect((await performances(here.witness)).size).toBe(4))
  await eventually(async () => expect(await here.w.resque.failed.count()).toBeGreaterThanOrEqual(4))
  await here.allPerformedOnce()
})
