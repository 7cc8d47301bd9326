// A worker and a scheduler on a Redis of their own, what their log said, and trouble that comes and goes.

import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect, onTestFinished } from 'vitest'
import { logTo, openLog } from '../../src/log.ts'
import type { RedisSource } from '../../src/redis/connection.ts'
import type { Worker } from '../../src/worker/worker.ts'
import { eventually } from './eventually.ts'
import { atEnd, journeyWorker, performances } from './journey.ts'
import { type RedisServer, type RedisServerOptions, startRedis } from './redis-server.ts'
import { type World, world } from './world.ts'

export interface Sufferers {
  readonly server: RedisServer
  readonly w: World
  readonly worker: Worker
  /** Keeps the journal, on a Redis that nothing disturbs. */
  readonly witness: World
  /** A connection that looks at the server in every state, and that survives most of them. */
  readonly admin: Redis
  /** What both daemons wrote of Redis and of themselves, without what befell single jobs. */
  readonly lines: Readonly<Record<'worker' | 'scheduler', readonly string[]>>
  /** Jobs for now and for a second later, all of which are to be performed once. */
  enqueue(): Promise<void>
  /** Waits until all jobs so far have been performed, once each. */
  allPerformedOnce(): Promise<void>
  /** Waits until both have told of the trouble. */
  bothSuffer(): Promise<void>
  bothRecovered(): Promise<void>
}

export interface SufferOptions extends RedisServerOptions {
  /** How the daemons get to Redis; straight unless told otherwise. */
  readonly way?: (server: RedisServer) => RedisSource | Promise<RedisSource>
  readonly commandTimeoutMs?: number
}

/** Long enough for both daemons to fail again and again. */
export async function lasting(): Promise<void> {
  await delay(500)
}

/** A call that fails at once must not be made again before anything else can happen. */
export async function breath(): Promise<void> {
  await delay(5)
}

function listen(source: Parameters<typeof logTo>[0]): string[] {
  const lines: string[] = []
  const log = openLog({
    format: 'text',
    level: 'warn',
    write: (text) => lines.push(...text.trimEnd().split('\n')),
  })
  const recovery = openLog({
    format: 'text',
    level: 'info',
    write: (text) => lines.push(...text.trimEnd().split('\n')),
  })
  onTestFinished(logTo(source, log))
  onTestFinished(source.on('recovered', () => recovery.say('info', 'Redis answers again')))
  return lines
}

function adminOf(server: RedisServer): Redis {
  const admin = new Redis(server.url, { enableReadyCheck: false, maxRetriesPerRequest: null })
  admin.on('error', () => undefined)
  onTestFinished(() => admin.disconnect())
  return admin
}

async function daemons(w: World, witness: World, place: { redis: RedisSource; commandTimeoutMs: number }) {
  const worker = w.worker({
    ...journeyWorker(witness),
    ...place,
    intervalSeconds: 0.2,
    termTimeoutSeconds: 1,
  })
  const scheduler = w.scheduler(place)
  const lines = { worker: listen(worker), scheduler: listen(scheduler) }
  await Promise.all([worker.start(), scheduler.start()])
  return { worker, lines }
}

export async function sufferers({
  way,
  commandTimeoutMs = 400,
  ...options
}: SufferOptions = {}): Promise<Sufferers> {
  const server = atEnd(await startRedis({ appendonly: true, ...options }))
  const w = world({ url: server.url })
  const witness = world()
  const { worker, lines } = await daemons(w, witness, {
    redis: (await way?.(server)) ?? server.url,
    commandTimeoutMs,
  })
  const ids: string[] = []
  const told = async (pattern: RegExp): Promise<void> =>
    eventually(() => {
      for (const said of Object.values(lines)) expect(said.join('\n')).toMatch(pattern)
    })
  return {
    server,
    w,
    witness,
    worker,
    admin: adminOf(server),
    lines,
    enqueue: async () => {
      const items = [0, 0, 1, 1].map((seconds) => ({ job: 'Note', queue: 'mail', in: seconds }))
      ids.push(...(await w.resque.enqueueBulk(items)).map(String))
    },
    allPerformedOnce: async () => {
      await eventually(async () => expect((await performances(witness)).size).toBe(ids.length), {
        timeoutMs: 20_000,
      })
      await eventually(async () => {
        for (const id of ids) expect((await w.resque.status(id))?.state).toBe('complete')
      })
      expect([...(await performances(witness)).values()]).toEqual(ids.map(() => 1))
    },
    bothSuffer: () => told(/ERROR/),
    bothRecovered: () => told(/answers again/),
  }
}
