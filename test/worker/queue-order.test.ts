// The order of queues: strict, fair, or by lot.

import { describe, expect, it } from 'vitest'
import { ConfigurationError, InvalidArgumentError } from '../../src/errors.ts'
import { QueueList } from '../../src/worker/queue-list.ts'
import { checkOrder, type QueueOrder, Turns } from '../../src/worker/queue-order.ts'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'

function turns(text: string, order?: QueueOrder): { next: () => string[] } {
  const list = new QueueList(text)
  const all = new Turns(list, checkOrder(order, list))
  return { next: () => [...all.next(list.names(['a', 'b', 'c']))] }
}

describe('the order of queues', () => {
  it('is always the same unless told otherwise', () => {
    const { next } = turns('b,a,*')
    expect([next(), next()]).toEqual([
      ['b', 'a', 'c'],
      ['b', 'a', 'c'],
    ])
  })

  it('is each in turn when it is fair', () => {
    const { next } = turns('*', 'fair')
    expect([next(), next(), next(), next()]).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c', 'a'],
      ['c', 'a', 'b'],
      ['a', 'b', 'c'],
    ])
  })

  it.each<[string, Record<string, number>]>([
    ['a:5,b:3,c:2', { a: 0.5, b: 0.3, c: 0.2 }],
    ['a:3,b', { a: 0.75, b: 0.25 }],
    ['a,b:1', { a: 0.5, b: 0.5 }],
    ['a:8,*', { a: 0.8, b: 0.1, c: 0.1 }],
    ['[ab]:2,c:1', { a: 0.4, b: 0.4, c: 0.2 }],
  ])('of %s is drawn by weight, and no queue is left out', (list, shares) => {
    const { next } = turns(list)
    const draws = 20_000
    const first = new Map<string, number>()
    for (let draw = 0; draw < draws; draw++) {
      const order = next()
      if (order.length !== Object.keys(shares).length) throw new Error(`left out: ${order.join()}`)
      first.set(order[0] ?? '', (first.get(order[0] ?? '') ?? 0) + 1)
    }
    for (const [name, share] of Object.entries(shares))
      expect(Math.abs((first.get(name) ?? 0) / draws - share)).toBeLessThan(0.03)
  })

  it('cannot be fair and by weight', () => {
    expect(() => turns('a:5,b', 'fair')).toThrow(InvalidArgumentError)
    expect(() => turns('a:5,b', 'fair')).toThrow(/weights draw lots, fair takes turns/)
  })

  it('has a name', () => {
    expect(() => turns('a', 'fiar' as QueueOrder)).toThrow(
      /"strict" or "fair", got "fiar"\. Did you mean "fair"/,
    )
  })
})

describe('a weight', () => {
  it('is no part of the worker’s id, nor of the name', () => {
    const list = new QueueList('critical:5,mail_*:2,low:1,!mail_test')
    expect(list.text).toBe('critical,mail_*,low')
    expect(list.names(['mail_fast', 'mail_test'])).toEqual(['critical', 'mail_fast', 'low'])
  })

  it('is what stands behind the last colon: a queue whose name ends so is written with a weight, or as a pattern', () => {
    expect(new QueueList('shard:7:1').names([])).toEqual(['shard:7'])
    const list = new QueueList('shard[:]7')
    expect({ names: list.names(['shard:7']), hasWeights: list.hasWeights }).toEqual({
      names: ['shard:7'],
      hasWeights: false,
    })
    expect(new QueueList('a:b').names([])).toEqual(['a:b'])
  })

  it.each<[string, RegExp]>([
    ['a:0', /"a:0": a weight is a whole number from 1 to 1000.*"a:0:1"/],
    ['a:1001', /from 1 to 1000/],
    ['*,!a:5', /what is left out has none.*"!a\[:\]5"/],
  ])('must be right: %s', (list, message) => {
    expect(() => new QueueList(list)).toThrow(ConfigurationError)
    expect(() => new QueueList(list)).toThrow(message)
  })

  it.each(['high:5,low:1', 'fair'])(
    'lets no queue starve, while another one never gets empty (%s)',
    async (how) => {
      const here = world()
      let low = 0
      class Busy {
        async perform(): Promise<void> {
          if (low === 0) await here.resque.enqueueTo('high', 'Busy')
        }
      }
      class Low {
        perform(): void {
          low++
        }
      }
      await here.resque.enqueueBulk([1, 2, 3, 4].map(() => ({ job: 'Busy', queue: 'high' })))
      await here.resque.enqueueTo('low', 'Low')
      const order = how === 'fair' ? ({ queues: 'high,low', order: 'fair' } as const) : { queues: how }
      await here.worker({ ...order, jobs: { Busy, Low }, concurrency: 1 }).start()
      await eventually(() => expect(low).toBe(1))
    },
  )
})
