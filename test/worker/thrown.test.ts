// Whatever a job throws, it fails, and the worker goes on: with hooks, sinks and a tracer that look at it as well.

import { expect, it } from 'vitest'
import { world } from '../support/world.ts'
import { tracing } from '../trace/tracing.ts'

function refusing(): never {
  throw new Error('not to be read')
}

/** It throws at every touch. */
const untouchable = new Proxy(() => undefined, {
  get: refusing,
  has: refusing,
  getPrototypeOf: refusing,
  ownKeys: refusing,
  getOwnPropertyDescriptor: refusing,
})

const revoked = Proxy.revocable({}, {})
revoked.revoke()

const thrown: readonly [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['a number', Number.NaN],
  ['a symbol', Symbol('s')],
  ['a BigInt', 7n],
  ['a function', () => 1],
  ['a class', class Late {}],
  ['a proxy that throws at every touch', untouchable],
  ['a revoked proxy', revoked.proxy],
  ['an object whose toString throws', { toString: refusing, toJSON: refusing }],
  ['an Error whose name throws', Object.defineProperty(new Error('x'), 'name', { get: refusing })],
  ['an Error whose stack is huge', Object.assign(new Error('x'), { stack: `    at ${'y'.repeat(1e6)}` })],
  ['an AggregateError of odd things', new AggregateError([undefined, untouchable], 'odd')],
  ['a cycle of causes', Object.assign(new Error('a'), { cause: new Error('b', { cause: untouchable }) })],
]

it.each(thrown)('%s', async (_what, value) => {
  const here = world()
  const { named } = tracing()
  const heard: unknown[] = []
  class Throwing {
    static onFailure(error: unknown): void {
      heard.push(error)
    }
    async perform(): Promise<void> {
      throw value
    }
  }
  class Fine {
    perform(): string {
      return 'fine'
    }
  }
  const failureSinks = [(failure: object) => JSON.stringify(failure)]
  const worker = here.worker({ queues: 'q', jobs: [Throwing, Fine], failureSinks, concurrency: 1 })
  const sinksFailed: unknown[] = []
  worker.on('sinkFailed', (event) => sinksFailed.push(event))
  await worker.start()
  const id = (await here.resque.enqueueTo('q', 'Throwing')) ?? ''
  expect(await here.resque.waitFor(id)).toMatchObject({
    state: 'failed',
    error: { name: expect.any(String) },
  })
  const next = (await here.resque.enqueueTo('q', 'Fine')) ?? ''
  expect(await here.resque.waitFor(next)).toMatchObject({ result: 'fine' })
  expect(heard).toHaveLength(1)
  expect(Object.is(heard[0], value)).toBe(true)
  expect(sinksFailed).toEqual([])
  expect(named('process q')).toHaveLength(2)
  const [failure] = await here.resque.failed.list()
  expect(failure?.record.length).toBeLessThan(100_000)
})
