// How many jobs are taken ahead: by the pace at which jobs end, and none where that says nothing.

import { describe, expect, it } from 'vitest'
import { InvalidArgumentError } from '../../src/errors.ts'
import { workerNumbers } from '../../src/worker/options.ts'
import { aheadMs, mostAhead, Prefetch } from '../../src/worker/prefetch.ts'
import { Worker } from '../../src/worker/worker.ts'

/** So many jobs end in each 10 ms in which there are any. */
function paced(each: number, most: number = mostAhead): Prefetch {
  const prefetch = new Prefetch(most)
  for (let call = 0; call < 5; call++) prefetch.noteEnded(each, 10)
  return prefetch
}

describe('what is taken ahead', () => {
  it('is nothing before a pace is known', () => {
    const prefetch = new Prefetch(mostAhead)
    expect(prefetch.depth).toBe(0)
    prefetch.noteEnded(3, 0.1)
    expect(prefetch.depth).toBe(0)
  })

  it('is what ends in a few milliseconds', () => {
    expect(paced(100).depth).toBe(10 * aheadMs)
    expect(paced(7).depth).toBe(Math.floor(0.7 * aheadMs))
  })

  it('is nothing where a job takes longer than that', () => {
    expect(paced(1).depth).toBe(0)
  })

  it('is never more than it may be', () => {
    expect(paced(100_000).depth).toBe(mostAhead)
    expect(paced(100_000, 20).depth).toBe(20)
    expect(paced(100_000, 0).depth).toBe(0)
  })

  it('goes by the time that many calls took together', () => {
    const prefetch = new Prefetch(mostAhead)
    for (let call = 0; call < 10; call++) prefetch.noteEnded(2, 0.25)
    expect(prefetch.depth).toBe(8 * aheadMs)
  })

  it('goes by the time in which there were jobs, and not by that in which there were none', () => {
    const prefetch = new Prefetch(mostAhead)
    prefetch.noteEnded(0, 0)
    prefetch.noteEnded(50, 1)
    expect(prefetch.depth).toBe(50 * aheadMs)
  })

  it('is nothing any more when the jobs in hand do not end', () => {
    const prefetch = paced(100)
    prefetch.noteEnded(0, 30)
    expect(prefetch.depth).toBe(0)
  })

  it('is nothing once it was reset, until there is a new pace', () => {
    const prefetch = paced(100)
    prefetch.reset()
    expect(prefetch.depth).toBe(0)
    prefetch.noteEnded(100, 10)
    expect(prefetch.depth).toBe(10 * aheadMs)
  })

  it('is a number even when no time has passed', () => {
    const prefetch = new Prefetch(mostAhead)
    prefetch.noteEnded(50, 0)
    expect(prefetch.depth).toBe(mostAhead)
  })
})

describe('the option', () => {
  const options = { queues: 'q', jobs: [], redis: 'redis://127.0.0.1:1' } as const

  it('lets jobs be taken ahead unless it says none, or each job has a process of its own', () => {
    expect(workerNumbers(options).mostAhead).toBe(mostAhead)
    expect(workerNumbers({ ...options, prefetch: 'auto' }).mostAhead).toBe(mostAhead)
    expect(workerNumbers({ ...options, prefetch: 'none' }).mostAhead).toBe(0)
    expect(workerNumbers({ ...options, isolation: 'process' }).mostAhead).toBe(0)
  })

  it.each(['some', 7, null, true])('is refused when it is %j', (prefetch) => {
    const make = () => new Worker({ ...options, prefetch: prefetch as 'auto' })
    expect(make).toThrow(InvalidArgumentError)
    expect(make).toThrow(`prefetch must be "auto" or "none", got ${JSON.stringify(prefetch)}.`)
  })
})
