// The worker at work: order, concurrency, failures, retries, and jobs of all systems.

import { describe, expect, it, onTestFinished } from 'vitest'
import type { Events } from '../../src/events.ts'
import { Job } from '../../src/job/job.ts'
import { eventually } from '../support/eventually.ts'
import { queuedArgs, queuedBy } from '../support/foreign-payloads.ts'
import { Gate } from '../support/gate.ts'
import { type World, world } from '../support/world.ts'

/** A job class that notes the args it was performed with. */
function noting(performed: unknown[][]) {
  return class Noted {
    perform(...args: unknown[]): void {
      performed.push(args)
    }
  }
}

async function allEnded({ resque }: World, processed: number): Promise<void> {
  await eventually(async () => expect((await resque.stats()).processed).toBe(processed))
}

describe('a worker', () => {
  it('performs jobs in the order of its queues, each queue in its own order', async () => {
    const here = world()
    const performed: unknown[][] = []
    await here.resque.enqueueBulk(
      ['low', 'high', 'low', 'high'].map((queue, index) => ({ job: 'Noted', queue, args: [queue, index] })),
    )
    const worker = here.worker({ queues: 'high,low', jobs: { Noted: noting(performed) }, concurrency: 1 })
    await worker.start()
    await allEnded(here, 4)
    expect(performed).toEqual([
      ['high', 1],
      ['high', 3],
      ['low', 0],
      ['low', 2],
    ])
  })

  it('never performs more jobs at a time than it may, and uses all its slots', async () => {
    const here = world()
    const gate = new Gate()
    onTestFinished(() => gate.open())
    let [now, most] = [0, 0]
    class Slow {
      async perform(): Promise<void> {
        most = Math.max(most, ++now)
        await gate.pass()
        now--
      }
    }
    await here.resque.enqueueBulk(Array.from({ length: 40 }, () => ({ job: 'Slow', queue: 'q' })))
    const worker = here.worker({ queues: 'q', jobs: [Slow], concurrency: 3 })
    await worker.start()
    await eventually(() => expect(gate.arrivals).toBe(3))
    expect(worker.busy).toBe(3)
    expect((await here.resque.workers.working()).length).toBe(3)
    gate.open()
    await allEnded(here, 40)
    expect(most).toBe(3)
    await eventually(() => expect(worker.busy).toBe(0))
  })

  it.each(Object.entries(queuedBy))(
    'performs jobs of other systems with their args: %s',
    async (system, payload) => {
      const here = world()
      const performed: unknown[][] = []
      const Noted = noting(performed)
      await here.redis.rpush(here.keys.queue('q'), payload)
      await here.worker({ queues: 'q', jobs: { InteropOk: Noted, OkJob: Noted, add: Noted } }).start()
      await allEnded(here, 1)
      expect(performed).toEqual([queuedArgs[system as keyof typeof queuedBy]])
      expect(await here.resque.failed.count()).toBe(0)
    },
  )

  it('tells what happens, in order', async () => {
    const here = world()
    const told: string[] = []
    const worker = here.worker({ queues: 'q', jobs: { Noted: noting([]) } })
    const names = [
      'started',
      'reserved',
      'completed',
      'stopped',
      'trouble',
    ] as const satisfies (keyof Events)[]
    for (const name of names) worker.on(name, () => told.push(name))
    await here.resque.enqueueTo('q', 'Noted')
    await worker.start()
    await allEnded(here, 1)
    await worker.stop()
    expect(told).toEqual(['started', 'reserved', 'completed', 'stopped'])
  })

  it('goes on when a listener throws', async () => {
    const here = world()
    const worker = here.worker({ queues: 'q', jobs: { Noted: noting([]) } })
    worker.on('completed', () => {
      throw new Error('listener')
    })
    await here.resque.enqueueBulk([
      { job: 'Noted', queue: 'q' },
      { job: 'Noted', queue: 'q' },
    ])
    await worker.start()
    await allEnded(here, 2)
    expect(await here.resque.failed.count()).toBe(0)
  })

  it('leaves nothing behind but what it has done', async () => {
    const here = world({ track: false })
    await here.resque.enqueueTo('q', 'Noted')
    const worker = here.worker({ queues: 'q', jobs: { Noted: noting([]) }, concurrency: 5 })
    await worker.start()
    await allEnded(here, 1)
    await worker.stop()
    expect(await here.allKeys()).toEqual(['queues', 'stat:processed'])
  })
})

describe('two workers in one process', () => {
  it('have ids of their own, and share the jobs', async () => {
    const here = world()
    const performed: unknown[][] = []
    const options = { queues: 'q', jobs: { Noted: noting(performed) }, concurrency: 2 }
    const workers = [here.worker(options), here.worker(options)]
    await Promise.all(workers.map((worker) => worker.start()))
    expect(new Set((await here.resque.workers.list()).map(({ id }) => id)).size).toBe(4)
    await here.resque.enqueueBulk(
      Array.from({ length: 100 }, (_, n) => ({ job: 'Noted', queue: 'q', args: [n] })),
    )
    await allEnded(here, 100)
    expect(performed.map(([n]) => n as number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, n) => n),
    )
    await workers[0]?.stop()
    expect((await here.resque.workers.list()).length).toBe(2)
  })
})

describe('a job that fails', () => {
  it('because nobody knows its class is told with the classes there are', async () => {
    const here = world()
    class SendEmail {
      perform(): void {}
    }
    for (const name of ['SendEmial', 'constructor', '__proto__', 'toString']) {
      await here.redis.rpush(here.keys.queue('q'), `{"class":"${name}","args":[]}`)
    }
    await here.worker({ queues: 'q', jobs: [SendEmail], concurrency: 1 }).start()
    await allEnded(here, 4)
    const failures = await here.resque.failed.list()
    expect(failures.map((failure) => failure.class)).toEqual([
      'SendEmial',
      'constructor',
      '__proto__',
      'toString',
    ])
    for (const failure of failures) {
      expect(failure.exception).toBe('UnknownJobError')
      expect(failure.error).toMatch(/this worker knows SendEmail/)
    }
  })

  it.each(['no json', 'null', '[]', '{}', '{"args":[]}', ''])(
    'because it is none (%j) does not stop the others',
    async (junk) => {
      const here = world()
      const performed: unknown[][] = []
      const good = '{"class":"Noted","args":[1]}'
      await here.redis.rpush(here.keys.queue('q'), good, junk, good)
      await here.worker({ queues: 'q', jobs: { Noted: noting(performed) } }).start()
      await allEnded(here, 3)
      expect(performed).toEqual([[1], [1]])
      expect(await here.resque.failed.list()).toMatchObject([
        { exception: 'InvalidPayloadError', queue: 'q' },
      ])
    },
  )

  it('is told with whatever it threw, in its record and its status', async () => {
    const here = world()
    const frozen = Object.freeze(Object.assign(new RangeError('frozen'), { stack: undefined }))
    const thrown = [
      'text',
      null,
      undefined,
      7n,
      { code: 1 },
      Symbol('s'),
      frozen,
      new Error('outer', { cause: new Error('inner') }),
    ]
    class Thrower {
      perform(index: number): void {
        throw thrown[index]
      }
    }
    const ids = await here.resque.enqueueBulk(
      thrown.map((_, index) => ({ job: 'Thrower', queue: 'q', args: [index] })),
    )
    await here.worker({ queues: 'q', jobs: [Thrower], concurrency: 1 }).start()
    await allEnded(here, thrown.length)
    const failures = await here.resque.failed.list()
    expect(failures.map(({ exception, error }) => `${exception}: ${error}`)).toEqual([
      'NonError: the job threw string: text',
      'NonError: the job threw null: null',
      'NonError: the job threw undefined: undefined',
      'NonError: the job threw bigint: 7',
      'NonError: the job threw object: {"code":1}',
      'NonError: the job threw symbol: Symbol(s)',
      'RangeError: frozen',
      'Error: outer',
    ])
    expect(failures.at(-1)?.backtrace.at(-1)).toBe('caused by Error: inner')
    const status = await here.resque.status(ids.at(-1) ?? '')
    expect(status).toMatchObject({ state: 'failed', error: { name: 'Error', message: 'outer' } })
  })

  it('in its constructor, or because it cannot be given its context, is a failure like any other', async () => {
    const here = world()
    class Unbuilt extends Job {
      constructor() {
        super()
        throw new Error('no table')
      }
      perform(): void {}
    }
    class Sealed {
      constructor() {
        Object.freeze(this)
      }
      perform(): void {}
    }
    await here.resque.enqueueBulk(['Unbuilt', 'Sealed'].map((job) => ({ job, queue: 'q' })))
    await here.worker({ queues: 'q', jobs: [Unbuilt, Sealed], concurrency: 1 }).start()
    await allEnded(here, 2)
    const failures = await here.resque.failed.list()
    expect(failures.map(({ exception }) => exception)).toEqual(['Error', 'TypeError'])
  })
})
