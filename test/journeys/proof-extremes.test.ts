// Much of everything, end to end: whatever JavaScript can throw, a thousand queues, args of a megabyte, and a Redis
// that goes away again and again under load. PROOF_CALLS=20000 in the environment makes the last one longer.

import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { Job } from '../../src/job/job.ts'
import { startProxy } from '../support/chaos-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { atEnd, journal, startActor } from '../support/journey.ts'
import { awayFor, expectEachOnce, flow } from '../support/outage.ts'
import { startRedis } from '../support/redis-server.ts'
import { world } from '../support/world.ts'

const calls = Number(process.env['PROOF_CALLS'] ?? 1_500)

function nasty(): Error {
  return new Proxy(new Error('in a proxy'), {
    get: () => {
      throw new Error('do not look')
    },
  })
}

function circular(): Error {
  const error = new Error('its own cause')
  error.cause = error
  return error
}

/** One of each kind of value; a job throws the one of its number. */
const thrown: readonly (() => unknown)[] = [
  ...[() => undefined, () => null, () => false, () => 0, () => Number.NaN, () => '', () => 'a text'],
  ...[() => 10n, () => Symbol('s'), () => () => 1, () => class Thrown {}, () => [], () => ({})],
  ...[
    () => Object.create(null),
    () => new Date(Number.NaN),
    () => /x/,
    () => Promise.reject(new Error('late')),
  ],
  ...[() => new Map([[1, 2]]), () => new Error(), () => new TypeError('typed'), circular, nasty],
  ...[() => new AggregateError([new Error('a'), 'b'], 'many'), () => Object.freeze(new Error('frozen'))],
  () => Object.assign(new Error('x'), { message: 7, name: null, stack: {} }),
  () => Object.defineProperty(new Error('x'), 'message', { get: () => nasty().message }),
  () => new Error('\ud800 half a character \u0000'),
  () => new Error('long '.repeat(200_000)),
]

it('whatever a job throws, it is on the failed list, and all others go on', async () => {
  const w = world()
  let isMended = false
  class Throws {
    static queue = 'q'
    perform(index: number): string {
      const value = thrown[index]?.()
      if (value instanceof Promise) value.catch(() => undefined)
      if (!isMended) throw value
      return 'mended'
    }
  }
  const ids = await w.resque.enqueueBulk(thrown.map((_, index) => ({ job: Throws, args: [index] })))
  await w.worker({ queues: 'q', jobs: [Throws], concurrency: 3 }).start()
  await eventually(async () => expect(await w.resque.failed.count()).toBe(thrown.length))
  for (const id of ids) expect((await w.resque.status(String(id)))?.state).toBe('failed')
  const failures = await w.resque.failed.list({ count: 100 })
  expect(failures.map(({ args }) => args?.[0]).sort((a, b) => Number(a) - Number(b))).toEqual([
    ...thrown.keys(),
  ])

  isMended = true
  expect(await w.resque.failed.retryAll()).toBe(thrown.length)
  for (const id of ids) {
    const ended = await w.resque.waitFor(String(id))
    expect(ended).toMatchObject({ state: 'complete', result: 'mended' })
  }
})

it('a thousand queues are worked off, paused ones but for', async () => {
  const w = world()
  const queues = Array.from({ length: 1_000 }, (_, index) => `queue-${index}`)
  const performed = new Map<string, number>()
  class Count extends Job {
    perform(): void {
      performed.set(this.job.queue, (performed.get(this.job.queue) ?? 0) + 1)
    }
  }
  await w.resque.enqueueBulk(queues.flatMap((queue) => [0, 1].map(() => ({ job: 'Count', queue, args: [] }))))
  await w.resque.queues.pause('queue-500')
  await w.worker({ queues: '*', jobs: [Count] }).start()
  await eventually(async () => expect(await w.redis.get(w.keys.processed)).toBe('1998'), {
    timeoutMs: 20_000,
  })
  expect(performed).toEqual(new Map([...performed.keys()].map((queue) => [queue, 2])))
  expect([performed.size, performed.has('queue-500')]).toEqual([999, false])
  await w.resque.queues.resume('queue-500')
  await eventually(() => expect(performed.get('queue-500')).toBe(2))
})

function digest(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}

it('args of a megabyte arrive as they were, at once, delayed, and after a failure', async () => {
  const w = world()
  const text = Array.from({ length: 65_536 }, (_, index) =>
    String.fromCodePoint(0x20 + (index % 0x2f00)),
  ).join('')
  const big = text.repeat(Math.ceil(1_048_576 / text.length))
  class Digest {
    static queue = 'big'
    static failing = true
    perform(given: string, fails: boolean): string {
      if (fails && Digest.failing) throw new Error('not yet')
      return digest(given)
    }
  }
  await w.scheduler().start()
  await w.worker({ queues: 'big', jobs: [Digest], concurrency: 4 }).start()
  const calls = Array.from({ length: 8 }, (_, index) => {
    const fails = index % 2 === 1
    return index < 4 ? w.resque.enqueue(Digest, big, fails) : w.resque.enqueueIn(1, Digest, big, fails)
  })
  const ids = (await Promise.all(calls)).map(String)
  await eventually(async () => expect(await w.resque.failed.count()).toBe(4))
  Digest.failing = false
  expect(await w.resque.failed.retryAll()).toBe(4)
  for (const id of ids)
    expect(await w.resque.waitFor(id)).toMatchObject({ state: 'complete', result: digest(big) })
})

it(`Redis is away three times while ${calls} calls enqueue and three processes perform`, async () => {
  const server = atEnd(await startRedis({ appendonly: true }))
  const w = world({ url: server.url })
  const witness = world()
  const proxy = atEnd(await startProxy(server.url))
  for (let index = 0; index < 3; index++) {
    startActor('worker', { ...witness, namespace: w.namespace }, proxy.url, {
      concurrency: 5,
      journal: `journal-of-${witness.namespace}`,
    })
  }
  await w.scheduler().start()
  const flowing = flow(w, calls, 10)
  for (const share of [0.1, 0.3, 0.5]) {
    await eventually(async () => expect((await journal(witness)).length).toBeGreaterThan(share * calls), {
      timeoutMs: 30_000,
    })
    await awayFor(server, 300)
  }
  await expectEachOnce(w, witness, await flowing, 30_000)
}, 120_000)
