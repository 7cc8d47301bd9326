// A worker's hands under trouble: replies that are lost, a process that is taken for dead in the middle of hundreds of
// quick jobs, words that come at any moment. And when nothing is taken ahead at all.

import { describe, expect, it } from 'vitest'
import { turn } from '../../src/clock.ts'
import type { Events } from '../../src/events.ts'
import type { WorkerOptions } from '../../src/worker/options.ts'
import { mostAhead } from '../../src/worker/prefetch.ts'
import type { Worker } from '../../src/worker/worker.ts'
import type { ChaosProxy } from '../support/chaos-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { Gate } from '../support/gate.ts'
import { recordsAhead } from '../support/process.ts'
import { argsOf, calls, mostAskedAhead, proxyOf } from '../support/quick-calls.ts'
import { type World, world } from '../support/world.ts'

const patient = { timeoutMs: 25_000 }

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

async function enqueue({ resque }: World, count: number): Promise<void> {
  const items = numbers(count).map((name) => ({ job: 'Quick', queue: 'q', args: [name] }))
  for (let first = 0; first < count; first += 1_000)
    await resque.enqueueBulk(items.slice(first, first + 1_000))
}

interface Stage extends World {
  readonly proxy: ChaosProxy
  readonly performed: number[]
  start(options?: Partial<WorkerOptions>): Promise<Worker>
}

type Perform = (name: number) => Promise<unknown> | undefined

/** A worker whose connection passes a proxy, and what it has performed. */
async function stage(perform: Perform = () => undefined): Promise<Stage> {
  const here = world()
  const [proxy, performed] = [await proxyOf(here), [] as number[]]
  class Quick {
    perform(name: number): Promise<unknown> | undefined {
      performed.push(name)
      return perform(name)
    }
  }
  const start = async (options: Partial<WorkerOptions> = {}): Promise<Worker> => {
    const worker = here.worker({ redis: proxy.url, queues: 'q', jobs: [Quick], ...options })
    await worker.start()
    return worker
  }
  return { ...here, proxy, performed, start }
}

async function untilProcessed({ redis, keys }: World, count: number): Promise<void> {
  await eventually(async () => expect(await redis.get(keys.processed)).toBe(String(count)), patient)
}

const isExchange = (command: readonly string[]): boolean =>
  calls('settle-quick')(command) || calls('settle')(command)

/** Loses so many of the calls or their replies, a random number of calls apart. */
function lose({ proxy }: Stage, count: number): void {
  let nth = 1
  for (let loss = 0; loss < count; loss++) {
    nth += 1 + Math.floor(Math.random() * 12)
    const when = Math.random() < 0.5 ? 'before' : 'after'
    proxy.trap({ match: isExchange, when, nth, action: () => 'drop' })
  }
}

/** How many slots a worker that has nothing else to do tells of when it looks at all that ought to be empty. */
async function emptySlots(here: Stage): Promise<number> {
  const { proxy } = here
  proxy.commands.length = 0
  proxy.record = true
  const lost = proxy.trap({ match: calls('settle-quick'), when: 'after', action: () => 'drop' })
  await here.resque.enqueueTo('q', 'Quick', -1)
  await lost.sprung
  let free = 0
  await eventually(() => {
    const looks = proxy.commands
      .filter(calls('settle'))
      .map((command) => argsOf(command).slice(13, 15).map(Number))
    free = Math.max(...looks.filter(([outcomes = 0]) => outcomes <= 1).map(([, slots = 0]) => slots))
    expect(free).toBeGreaterThan(0)
  })
  return free
}

describe('when calls and replies are lost', () => {
  it.each([1, 10])(
    'each job is performed and settled once, and no slot is lost, at concurrency %i',
    async (concurrency) => {
      const here = await stage((name) => (name % 1_000 === 5 ? turn() : undefined))
      await enqueue(here, 20_000)
      lose(here, 40)
      await here.start({ concurrency })
      await untilProcessed(here, 20_000)
      expect([...here.performed].sort((a, b) => a - b)).toEqual(numbers(20_000))
      if (concurrency === 1) expect(here.performed).toEqual(numbers(20_000))
      const [shown, empty] = [concurrency, await emptySlots(here)]
      expect(empty).toBeGreaterThanOrEqual(shown + mostAhead - 1)
      await untilProcessed(here, 20_001)
      expect(await here.redis.exists(here.keys.attempts, here.keys.deaths, here.keys.failed)).toBe(0)
    },
    60_000,
  )

  it('nobody is told that a job was refused', async () => {
    const here = await stage()
    await enqueue(here, 5_000)
    lose(here, 15)
    const refused: unknown[] = []
    const worker = await here.start()
    worker.on('refused', (event) => refused.push(event))
    await untilProcessed(here, 5_000)
    expect(refused).toEqual([])
  })
})

describe('a process that is taken for dead in the middle of quick jobs', () => {
  it('joins anew and goes on; only what it had in hand is performed twice', async () => {
    const [inHand, quiet] = [new Set<number>(), new Gate()]
    const here: Stage = await stage((name) => (name === 2_000 && inHand.size === 0 ? die() : undefined))
    /** Nothing that the worker sends comes through meanwhile; Redis first does what has come. */
    const die = async (): Promise<void> => {
      here.proxy.onCommand(() => quiet.pass())
      for (let round = 0; round < 9; round++) await here.redis.ping()
      const shown = await here.redis.get(
        here.keys.worker(String(await here.redis.srandmember(here.keys.workers))),
      )
      const records = [shown ?? '', ...(await recordsAhead(here, worker.token)).values()]
      for (const record of records.filter((text) => text !== ''))
        inHand.add((JSON.parse(record) as { payload: { args: number[] } }).payload.args[0] ?? -1)
      await here.rooms.running.bury(worker.token)
      quiet.open()
    }
    await enqueue(here, 4_000)
    const refused: Events['refused'][] = []
    const worker = await here.start({ concurrency: 1 })
    worker.on('refused', (event) => refused.push(event))
    const token = worker.token
    await untilProcessed(here, 4_000)
    expect(await here.resque.failed.list()).toEqual([])
    expect(worker.token).not.toBe(token)
    expect(new Set(here.performed)).toEqual(new Set(numbers(4_000)))
    const twice = here.performed.filter((name, index) => here.performed.indexOf(name) !== index)
    expect(twice.filter((name) => !inHand.has(name))).toEqual([])
    expect(refused).toHaveLength(twice.length)
    await worker.stop()
    const left = (await here.allKeys()).filter((key) => !/^(job:.*:status|stat:.*|queues)$/.test(key))
    expect(left).toEqual([])
  })
})

describe('a job that comes at any moment', () => {
  it('is begun without a look of the worker for itself', async () => {
    const here = await stage()
    await here.start({ intervalSeconds: 3_600, concurrency: 2 })
    for (const name of numbers(1_500)) {
      void here.resque.enqueueTo('q', 'Quick', name)
      if (Math.random() < 0.3) await turn()
      if (Math.random() < 0.1) await here.redis.ping()
      if (Math.random() < 0.02) await untilProcessed(here, name + 1)
    }
    await untilProcessed(here, 1_500)
  })

  it('is begun when it comes while the worker has no room for it', async () => {
    const here = await stage((name) => (name % 3 === 0 ? here.redis.ping() : undefined))
    await here.start({ intervalSeconds: 3_600, concurrency: 1 })
    let count = 0
    for (let burst = 0; burst < 40; burst++) {
      const names = numbers(Math.ceil(Math.random() * 60))
      await here.resque.enqueueBulk(names.map((name) => ({ job: 'Quick', queue: 'q', args: [name] })))
      await here.resque.enqueueTo('q', 'Quick', 3)
      count += names.length + 1
    }
    await untilProcessed(here, count)
  })
})

describe('nothing is taken ahead', () => {
  const limits = { concurrency: 100 } as const

  class Limited {
    static limits = limits
    perform(): void {}
  }

  it.each([
    ['the worker was told so', { prefetch: 'none' }],
    ['a queue has a limit', { limits: { queues: { q: limits } } }],
    ['a class has a limit', { jobs: [Limited] }],
  ] as const)('when %s', async (_, options) => {
    const here = await stage()
    await enqueue(here, 1_500)
    here.proxy.record = true
    const { jobs = [], ...rest } = options as { jobs?: readonly [typeof Limited] }
    class Quick {
      perform(): void {}
    }
    const worker = await here.start({ ...rest, jobs: [Quick, ...jobs] })
    await untilProcessed(here, 1_500)
    expect(mostAskedAhead(here.proxy)).toBe(0)
    expect(await recordsAhead(here, worker.token)).toEqual(new Map())
  })

  it('while there are jobs that a worker died with', async () => {
    const counts: number[] = []
    const here: Stage = await stage((name) => (name % 50 === 0 ? count() : undefined))
    const count = async (): Promise<void> => {
      const { processIds, worker: recordOf } = here.keys
      const [token = '', text = ''] = Object.entries(await here.redis.hgetall(processIds))[0] ?? []
      const base = text.slice(text.indexOf(' ') + 1)
      const shown = await here.redis.exists(...[base, `${base}:2`, `${base}:3`].map((id) => recordOf(id)))
      counts.push(shown + (await recordsAhead(here, token)).size)
    }
    await enqueue(here, 1_500)
    await here.redis.hset(here.keys.deaths, 'another', 1)
    await here.start({ concurrency: 3 })
    await untilProcessed(here, 1_500)
    expect(Math.min(...counts)).toBeGreaterThan(0)
    expect(Math.max(...counts)).toBeLessThanOrEqual(3)
  })
})
