// `this.job`: what a job may know and say of itself while it runs.

import { describe, expect, it } from 'vitest'
import { JobTimeoutError } from '../../src/errors.ts'
import { Job } from '../../src/job/job.ts'
import { eventually } from '../support/eventually.ts'
import { Gate } from '../support/gate.ts'
import { world } from '../support/world.ts'

describe('a job', () => {
  it('knows its id, class, queue, args, attempt and the run of the recurring entry it belongs to', async () => {
    const here = world()
    const known: object[] = []
    class Curious extends Job {
      perform(): void {
        const { id, className, queue, args, attempt, recurring } = this.job
        known.push({ id, className, queue, args, attempt, recurring })
      }
    }
    const mark = '{"name":"tea","planned_ms":1795399800000,"previous_ms":null}'
    await here.redis.rpush(
      here.keys.queue('q'),
      `{"class":"Curious","args":[1],"recurring":${mark},"id":"x"}`,
    )
    const id = await here.resque.enqueueTo('q', 'Curious', 'a', { b: 1 })
    await here.worker({ queues: 'q', jobs: [Curious], concurrency: 1 }).start()
    await eventually(() => expect(known).toHaveLength(2))
    const recurring = { name: 'tea', plannedMs: 1_795_399_800_000, previousMs: null }
    expect(known).toEqual([
      { id: 'x', className: 'Curious', queue: 'q', args: [1], attempt: 1, recurring },
      { id, className: 'Curious', queue: 'q', args: ['a', { b: 1 }], attempt: 1, recurring: null },
    ])
  })

  it('says how far it is, and logs, to be read while it runs', async () => {
    const here = world()
    const gate = new Gate()
    class Chatty extends Job {
      async perform(): Promise<void> {
        this.job.log('begun')
        this.job.progress(Number.NaN)
        this.job.progress(150)
        this.job.progress(42.5)
        await gate.pass()
        this.job.log('ended')
      }
    }
    const lines: string[] = []
    const worker = here.worker({ queues: 'q', jobs: [Chatty] })
    worker.on('logged', ({ line }) => lines.push(line))
    await worker.start()
    const id = (await here.resque.enqueueTo('q', 'Chatty')) ?? ''
    await eventually(async () =>
      expect(await here.resque.status(id)).toMatchObject({ state: 'running', progress: 42.5 }),
    )
    expect(await here.rooms.statuses.log(id)).toEqual(['begun'])
    gate.open()
    expect(await here.resque.waitFor(id)).toMatchObject({ state: 'complete', progress: 42.5 })
    expect(await here.rooms.statuses.log(id)).toEqual(['begun', 'ended'])
    expect(lines).toEqual(['begun', 'ended'])
  })

  it('without an id may log all the same', async () => {
    const here = world()
    const lines: string[] = []
    class Chatty extends Job {
      perform(): void {
        this.job.log('from Ruby')
        this.job.progress(5)
      }
    }
    const worker = here.worker({ queues: 'q', jobs: [Chatty] })
    worker.on('logged', ({ line, id }) => lines.push(`${id} ${line}`))
    await here.redis.rpush(here.keys.queue('q'), '{"class":"Chatty","args":[]}')
    await worker.start()
    await eventually(() => expect(lines).toEqual(['null from Ruby']))
    await eventually(async () => expect((await here.resque.stats()).processed).toBe(1))
    expect((await here.allKeys()).filter((key) => key.startsWith('job:'))).toEqual([])
  })

  it('is set up before and torn down after, and its result is kept', async () => {
    const here = world()
    const steps: string[] = []
    class Stepwise {
      async setUp(): Promise<void> {
        steps.push('setUp')
      }
      async perform(n: number): Promise<object> {
        steps.push('perform')
        return { n: n + 1, list: [null] }
      }
      tearDown(): void {
        steps.push('tearDown')
      }
    }
    const id = (await here.resque.enqueueTo('q', 'Stepwise', 1)) ?? ''
    await here.worker({ queues: 'q', jobs: [Stepwise] }).start()
    expect(await here.resque.waitFor(id)).toMatchObject({ state: 'complete', result: { n: 2, list: [null] } })
    expect(steps).toEqual(['setUp', 'perform', 'tearDown'])
  })

  it.each(['setUp', 'tearDown'] as const)('fails when its %s fails', async (step) => {
    const here = world()
    const performed: string[] = []
    class Stepwise {
      setUp(): void {
        if (step === 'setUp') throw new Error('no set-up')
      }
      perform(): void {
        performed.push('perform')
      }
      async tearDown(): Promise<void> {
        if (step === 'tearDown') throw new Error('no tear-down')
      }
    }
    const id = (await here.resque.enqueueTo('q', 'Stepwise')) ?? ''
    await here.worker({ queues: 'q', jobs: [Stepwise] }).start()
    expect((await here.resque.waitFor(id))?.state).toBe('failed')
    expect(performed).toEqual(step === 'setUp' ? [] : ['perform'])
  })

  it.each<[string, () => unknown, unknown]>([
    ['undefined', () => undefined, null],
    [
      'a cycle',
      () => {
        const a: unknown[] = []
        a.push(a)
        return a
      },
      null,
    ],
    ['a BigInt', () => 1n, null],
    ['a function', () => () => 1, null],
    ['a Date', () => new Date(0), '1970-01-01T00:00:00.000Z'],
    ['more than 100 kB', () => 'x'.repeat(200_000), null],
    ['false', () => false, false],
  ])('may return %s', async (_what, result, kept) => {
    const here = world()
    class Returning {
      perform(): unknown {
        return result()
      }
    }
    const id = (await here.resque.enqueueTo('q', 'Returning')) ?? ''
    await here.worker({ queues: 'q', jobs: [Returning] }).start()
    expect(await here.resque.waitFor(id)).toMatchObject({ state: 'complete', result: kept })
  })
})

describe('a job that takes too long', () => {
  it('fails, its signal aborts, and its slot is free again', async () => {
    const here = world()
    const gate = new Gate()
    const reasons: unknown[] = []
    class Slow extends Job {
      static timeoutSeconds = 0.05
      async perform(): Promise<void> {
        const { signal } = this.job
        signal.addEventListener('abort', () => reasons.push(signal.reason))
        await gate.pass()
      }
    }
    const worker = here.worker({ queues: 'q', jobs: [Slow], concurrency: 1 })
    await worker.start()
    const ids = [await here.resque.enqueueTo('q', 'Slow'), await here.resque.enqueueTo('q', 'Slow')]
    for (const id of ids) {
      const status = await here.resque.waitFor(id ?? '')
      expect(status).toMatchObject({ state: 'failed', error: { name: 'JobTimeoutError' } })
      expect(status?.error?.message).toMatch(/longer than its timeout of 0\.05 s\. Make it faster/)
    }
    gate.open()
    expect(reasons).toHaveLength(2)
    expect(reasons[0]).toBeInstanceOf(JobTimeoutError)
    expect(await here.resque.failed.count()).toBe(2)
  })

  it('may fail after its time is over: that is no failure more', async () => {
    const here = world()
    const gate = new Gate()
    class Slow {
      static timeoutSeconds = 0.02
      async perform(): Promise<void> {
        await gate.pass()
        throw new Error('too late')
      }
    }
    await here.worker({ queues: 'q', jobs: [Slow] }).start()
    const id = (await here.resque.enqueueTo('q', 'Slow')) ?? ''
    await here.resque.waitFor(id)
    gate.open()
    expect((await here.resque.failed.list()).map(({ exception }) => exception)).toEqual(['JobTimeoutError'])
  })

  it('fails when it waits for its signal and throws the reason', async () => {
    const here = world()
    class Polite extends Job {
      static timeoutSeconds = 0.02
      perform(): Promise<void> {
        const { signal } = this.job
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      }
    }
    await here.worker({ queues: 'q', jobs: [Polite] }).start()
    const id = (await here.resque.enqueueTo('q', 'Polite')) ?? ''
    expect(await here.resque.waitFor(id)).toMatchObject({ error: { name: 'JobTimeoutError' } })
  })
})
