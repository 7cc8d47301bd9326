// Jobs in line: how many are performed at a time, in which order, and each of them once, whatever they do.

import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { turn } from '../../src/clock.ts'
import { eventually } from '../support/eventually.ts'
import { Gate } from '../support/gate.ts'
import { recordsAhead } from '../support/process.ts'
import { mostAskedAhead, proxyOf } from '../support/quick-calls.ts'
import { type World, world } from '../support/world.ts'

const patient = { timeoutMs: 25_000 }

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

async function enqueue(
  { resque }: World,
  job: string,
  names: readonly number[],
  queue = 'q',
): Promise<string[]> {
  const items = names.map((name) => ({ job, queue, args: [name] }))
  const ids: string[] = []
  for (let first = 0; first < items.length; first += 1_000)
    ids.push(...(await resque.enqueueBulk(items.slice(first, first + 1_000))).map(String))
  return ids
}

/** The event loop stands still for so long. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** Until so many jobs are in the queue: what was taken ahead is back then. */
function untilWaiting({ resque }: World, count: number): Promise<void> {
  return eventually(async () => expect(await resque.queues.size('q')).toBe(count), patient)
}

async function argsWaiting({ resque }: World, queue = 'q'): Promise<unknown[]> {
  const payloads = await resque.queues.peek(queue, 0, 10_000)
  return payloads.map((text) => (JSON.parse(text) as { args: unknown[] }).args[0])
}

describe('of hundreds of jobs in hand', () => {
  it('no more are performed at a time than the worker was told', async () => {
    const here = world()
    const proxy = await proxyOf(here)
    let [now, most, done] = [0, 0, 0]
    class Soon {
      async perform(): Promise<void> {
        most = Math.max(most, ++now)
        await turn()
        now--
        done++
      }
    }
    await enqueue(here, 'Soon', numbers(4_000))
    proxy.record = true
    const worker = here.worker({ redis: proxy.url, queues: 'q', jobs: [Soon], concurrency: 7 })
    await worker.start()
    await eventually(() => expect(done).toBe(4_000), patient)
    expect(most).toBe(7)
    expect(mostAskedAhead(proxy)).toBeGreaterThan(20)
    expect(worker.busy).toBeLessThanOrEqual(7)
  })

  it('each is performed once, however it ends', async () => {
    const here = world()
    const times = new Map<string, number>()
    const note = (kind: string, name: number): void => {
      times.set(`${kind}${name}`, (times.get(`${kind}${name}`) ?? 0) + 1)
    }
    const jobs = {
      Now: class {
        perform(name: number): void {
          note('Now', name)
        }
      },
      Soon: class {
        async perform(name: number): Promise<void> {
          note('Soon', name)
          await turn()
        }
      },
      Throws: class {
        perform(name: number): void {
          note('Throws', name)
          throw new Error('at once')
        }
      },
      Rejects: class {
        async perform(name: number): Promise<void> {
          note('Rejects', name)
          await turn()
          throw new Error('later')
        }
      },
      Again: class {
        static retry = { limit: 1, backoff: [0] }
        perform(name: number): void {
          note('Again', name)
          if (times.get(`Again${name}`) === 1) throw new Error('the first time')
        }
      },
    }
    const mixed = numbers(2_500).map((name) => {
      const job = name % 50 === 1 ? 'Throws' : name % 50 === 2 ? 'Rejects' : name % 50 === 3 ? 'Again' : 'Now'
      return { job: job === 'Now' && name % 2 === 0 ? 'Soon' : job, queue: `q${name % 3}`, args: [name] }
    })
    for (let first = 0; first < mixed.length; first += 500)
      await here.resque.enqueueBulk(mixed.slice(first, first + 500))
    await here.scheduler().start()
    await here.worker({ queues: 'q0,q1,q2', jobs }).start()
    await eventually(async () => expect(await here.redis.get(here.keys.processed)).toBe('2550'), patient)
    const expected = mixed.map(({ job, args: [name] }) => [`${job}${name}`, job === 'Again' ? 2 : 1])
    expect(Object.fromEntries(times)).toEqual(Object.fromEntries(expected))
    expect(await here.resque.failed.count()).toBe(100)
    expect(await here.redis.get(here.keys.failedCount)).toBe('100')
    expect(await here.redis.exists(here.keys.attempts, here.keys.deaths)).toBe(0)
  })
})

describe('one at a time', () => {
  /** Also across jobs that take long, or stop everything for a while: what waits behind them goes back. */
  it('the order of the queue is kept', async () => {
    const here = world()
    const performed: number[] = []
    class Mostly {
      perform(name: number): Promise<void> | undefined {
        performed.push(name)
        if (name % 700 === 600) block(80)
        return name % 700 === 300 ? untilWaiting(here, 3_999 - name) : undefined
      }
    }
    await enqueue(here, 'Mostly', numbers(4_000))
    await here.worker({ queues: 'q', jobs: [Mostly], concurrency: 1 }).start()
    await eventually(() => expect(performed.length).toBeGreaterThanOrEqual(4_000), patient)
    expect(performed).toEqual(numbers(4_000))
  })

  it('a queue before another comes first, as soon as it has jobs', async () => {
    const here = world()
    const performed: string[] = []
    class Low {
      perform(name: number): void {
        performed.push(`low${name}`)
      }
    }
    class High {
      perform(name: number): void {
        performed.push(`high${name}`)
      }
    }
    await enqueue(here, 'Low', numbers(500), 'low')
    await enqueue(here, 'High', numbers(500), 'high')
    await here.worker({ queues: 'high,low', jobs: [Low, High], concurrency: 1 }).start()
    await eventually(() => expect(performed).toHaveLength(1_000), patient)
    expect(performed).toEqual([
      ...numbers(500).map((name) => `high${name}`),
      ...numbers(500).map((name) => `low${name}`),
    ])
  })
})

describe('jobs behind one that takes long', () => {
  it('go back in order as waiting, and another worker performs them', async () => {
    const here = world()
    const [gate, performed] = [new Gate(), [] as number[]]
    onTestFinished(() => gate.open())
    class Mostly {
      perform(name: number): Promise<void> | undefined {
        performed.push(name)
        return name === 1_500 ? gate.pass() : undefined
      }
    }
    const ids = await enqueue(here, 'Mostly', numbers(2_500))
    const given: unknown[] = []
    const first = here.worker({ queues: 'q', jobs: [Mostly], concurrency: 1, termTimeoutSeconds: 1 })
    first.on('givenBack', (event) => given.push(event))
    await first.start()
    await untilWaiting(here, 999)
    expect(performed).toEqual(numbers(1_501))
    expect(await argsWaiting(here)).toEqual(numbers(2_500).slice(1_501))
    const ahead = [...(await recordsAhead(here, first.token)).values()]
    expect(ahead.filter((record) => !record.includes('"args":[1500]'))).toEqual([])
    const states = await Promise.all(
      [ids[1_500], ids[1_501], ids[2_499]].map((id) => here.resque.status(id ?? '')),
    )
    expect(states.map((status) => status?.state)).toEqual(['running', 'waiting', 'waiting'])
    expect(given).toEqual([])
    await here.worker({ queues: 'q', jobs: [Mostly], concurrency: 1 }).start()
    await eventually(() => expect(performed).toHaveLength(2_500), patient)
    expect(performed).toEqual(numbers(2_500))
    gate.open()
    await eventually(async () => expect(await here.redis.get(here.keys.processed)).toBe('2500'), patient)
  })

  it('may be cancelled, and are not performed then', async () => {
    const here = world()
    const performed: number[] = []
    let wasAhead = false
    class Mostly {
      async perform(name: number): Promise<void> {
        performed.push(name)
        if (name !== 1_500) return
        const ahead = await recordsAhead(here, worker.token)
        wasAhead = [...ahead.values()].some((record) => record.includes(`"id":"${ids[1_501]}"`))
        await here.resque.cancel(ids[1_501] ?? '')
        await heard
        for (let round = 0; round < 5; round++) await here.redis.ping() // the worker has heard it as well
      }
    }
    const ear = here.redis.duplicate()
    onTestFinished(() => ear.disconnect())
    await ear.subscribe(here.keys.cancels)
    const heard = once(ear, 'message')
    const ids = await enqueue(here, 'Mostly', numbers(2_500))
    const worker = here.worker({ queues: 'q', jobs: [Mostly], concurrency: 1 })
    await worker.start()
    await eventually(async () => expect(await here.redis.get(here.keys.processed)).toBe('2499'), patient)
    expect(performed).toEqual(numbers(2_500).filter((name) => name !== 1_501))
    expect((await here.resque.status(ids[1_501] ?? ''))?.state).toBe('cancelled')
    expect(wasAhead).toBe(true)
  })
})

/** What ends the taking of jobs, from within the job at which it happens; so calls are under way then. */
const ends = {
  'is paused': { end: (worker) => worker.pause(), options: {} },
  'is stopped': { end: (worker) => void worker.stop(), options: {} },
  'has performed as many as it may': { end: () => undefined, options: { maxJobs: 1_501 } },
} satisfies Record<
  string,
  { end: (worker: ReturnType<World['worker']>) => void; options: { maxJobs?: number } }
>

describe.each(Object.entries(ends))('when a worker %s', (_, { end, options }) => {
  it.each(['at once', 'later'])('what it has not begun goes back in order; its jobs end %s', async (when) => {
    const here = world()
    const performed: number[] = []
    class Mostly {
      perform(name: number): Promise<void> | undefined {
        performed.push(name)
        if (name === 1_500) end(worker)
        return when === 'later' ? turn() : undefined
      }
    }
    await enqueue(here, 'Mostly', numbers(3_000))
    const worker = here.worker({ queues: 'q', jobs: [Mostly], concurrency: 1, ...options })
    await worker.start()
    await untilWaiting(here, 1_499)
    expect(await argsWaiting(here)).toEqual(numbers(3_000).slice(1_501))
    expect(performed).toEqual(numbers(1_501))
    await worker.stop()
    expect(worker.pulse.performed).toBe(1_501)
    expect(await here.redis.get(here.keys.processed)).toBe('1501')
    expect(await here.redis.exists(here.keys.deaths, here.keys.hand(worker.token))).toBe(0)
    expect(await argsWaiting(here)).toEqual(numbers(3_000).slice(1_501))
  })
})
