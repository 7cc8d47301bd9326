// Many jobs at once.

import { describe, expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { world } from '../support/world.ts'

const now = 1_798_761_600

class Tick {
  static queue = 'ticks'
  perform(_n: number): void {}
}

describe('enqueueBulk', () => {
  it('enqueues 5,000 jobs now and later, and tells their ids in order', async () => {
    const { resque } = world({ clock: new ManualClock() })
    const when = [
      {},
      { in: 60 },
      { at: new Date((now + 60) * 1000) },
      { at: now + 120 },
      { in: 0 },
      { at: now },
    ]
    const items = Array.from({ length: 5_000 }, (_, index) => ({
      job: Tick,
      args: [index],
      ...when[index % when.length],
    }))
    const ids = await resque.enqueueBulk(items)
    expect(new Set(ids).size).toBe(5_000)
    const waiting = (await resque.queues.peek('ticks', 0, 5_000)).map(
      (text) => JSON.parse(text) as { id: string; args: [number] },
    )
    expect(waiting.every(({ id, args: [index] }) => ids[index] === id)).toBe(true)
    const due = await resque.delayed.peek(now + 60, 0, 5_000)
    expect(due.every(({ id, args }) => ids[args[0] as number] === id)).toBe(true)
    expect([waiting.length, due.length, await resque.delayed.sizeAt(now + 120)]).toEqual([2_500, 1_667, 833])
    const numbers = waiting.filter(({ args: [index] }) => index % 6 === 0).map(({ args: [index] }) => index)
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
  })

  it('takes names, queues of their own, and no args', async () => {
    const { resque } = world({ defaultQueue: 'low' })
    await resque.enqueueBulk([
      { job: 'A' },
      { job: Tick, queue: 'high', args: [1] },
      { job: 'B', queue: 'high' },
    ])
    expect((await resque.queues.list()).map(({ name, size }) => [name, size])).toEqual([
      ['high', 2],
      ['low', 1],
    ])
  })

  it('of nothing is nothing', async () => {
    const { resque, allKeys } = world()
    expect(await resque.enqueueBulk([])).toEqual([])
    expect(await allKeys()).toEqual([])
  })

  it("in Ruby's format tells no ids", async () => {
    const { resque } = world({ payload: 'ruby' })
    expect(
      await resque.enqueueBulk([
        { job: Tick, args: [1] },
        { job: Tick, args: [2], in: 60 },
      ]),
    ).toEqual([null, null])
    expect(await resque.delayed.count()).toBe(1)
  })
})
