// Cancelling: a job is taken out of its place by its id, or it is said that it cannot be.

import { describe, expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { joinProcess, outcome } from '../support/process.ts'
import { type World, world } from '../support/world.ts'

class Tick {
  static queue = 'ticks'
  perform(_name: string): void {}
}

function setUp(): World & { readonly moving: ManualClock } {
  const moving = new ManualClock()
  return { ...world({ clock: moving }), moving }
}

async function delayed({ resque }: World, seconds: number, name = 'x'): Promise<string> {
  return (await resque.enqueueIn(seconds, Tick, name)) ?? ''
}

describe('a job is cancelled', () => {
  it('while it is delayed, and nothing of it is left but its status', async () => {
    const here = setUp()
    const id = await delayed(here, 60)
    expect(await here.resque.cancel(id)).toBe(true)
    expect(await here.resque.status(id)).toMatchObject({
      state: 'cancelled',
      code: 64,
      class: 'Tick',
      queue: 'ticks',
    })
    expect(await here.allKeys()).toEqual([`job:${id}:status`])
  })

  it('although another program has written its payload anew, with the id elsewhere', async () => {
    const here = setUp()
    const id = await delayed(here, 60)
    const [bucket = ''] = await here.redis.keys(`${here.namespace}:delayed:*`)
    const { id: _, ...job } = JSON.parse((await here.redis.lindex(bucket, 0)) ?? '') as object & {
      id: string
    }
    await here.redis.lset(bucket, 0, JSON.stringify({ id, ...job, note: 'x'.repeat(100) }))
    expect(await here.resque.cancel(id)).toBe(true)
    expect(await here.redis.exists(bucket)).toBe(0)
  })

  it('from among many of its second', async () => {
    const here = setUp()
    const items = Array.from({ length: 150 }, (_, index) => ({
      job: Tick,
      args: [`${index}`] as const,
      in: 60,
    }))
    const ids = await here.resque.enqueueBulk(items)
    for (const index of [0, 31, 32, 33, 100, 149])
      expect(await here.resque.cancel(ids[index] ?? ''), `${index}`).toBe(true)
    expect(await here.resque.cancel(ids[100] ?? '')).toBe(false)
    expect(await here.resque.delayed.count()).toBe(144)
  })

  it('while it waits in its queue', async () => {
    const here = setUp()
    const [first, second] = [await here.resque.enqueue(Tick, 'a'), await here.resque.enqueue(Tick, 'b')]
    expect(await here.resque.cancel(second ?? '')).toBe(true)
    const left = await here.resque.queues.peek('ticks')
    expect(left.map((text) => (JSON.parse(text) as { id: string }).id)).toEqual([first])
    expect((await here.resque.status(second ?? ''))?.state).toBe('cancelled')
    expect((await here.resque.status(first ?? ''))?.state).toBe('waiting')
  })

  it('after it was promoted', async () => {
    const here = setUp()
    const id = await delayed(here, 60)
    here.moving.advance(60_000)
    await here.rooms.delayed.promote({ limit: 10, leader: null })
    expect(await here.resque.cancel(id)).toBe(true)
    expect(await here.allKeys()).toEqual([`job:${id}:status`, 'queues'])
  })

  it('after it was rescheduled, once or twice', async () => {
    const here = setUp()
    for (const times of [[120], [120, 30], [30, 7_200]]) {
      const id = await delayed(here, 60)
      for (const seconds of times) await here.resque.reschedule(id, here.moving.nowMs() / 1000 + seconds)
      expect(await here.resque.cancel(id)).toBe(true)
      expect(await here.resque.delayed.count()).toBe(0)
      expect((await here.resque.status(id))?.state).toBe('cancelled')
    }
    expect((await here.allKeys()).every((key) => key.startsWith('job:'))).toBe(true)
  })

  it('while it waits for its next attempt, and its attempts are forgotten', async () => {
    const here = setUp()
    const process = await joinProcess(here, 'ticks', 1)
    const id = (await here.resque.enqueue(Tick, 'x')) ?? ''
    const [job] = await process.take('ticks')
    if (job === undefined) throw new Error('no job was reserved')
    const dueSeconds = here.moving.nowMs() / 1000 + 45
    const status = { name: id, onlyIfTracked: false, members: ',"class":"Tick","queue":"ticks"' }
    await process.exchange({ outcomes: [{ kind: 'retry', job, status, dueSeconds }] })
    expect(await here.resque.status(id)).toMatchObject({
      state: 'delayed',
      dueAt: new Date(dueSeconds * 1000),
    })
    expect(await here.resque.cancel(id)).toBe(true)
    await here.rooms.running.leave(process.holder)
    expect(await here.allKeys()).toEqual([`job:${id}:status`, 'queues', 'stat:processed'])
  })

  it('although its status is not tracked, as long as it is delayed', async () => {
    const here = world({ clock: new ManualClock(), track: false })
    const id = (await here.resque.enqueueIn(60, Tick, 'x')) ?? ''
    expect((await here.resque.status(id))?.state).toBe('delayed')
    expect(await here.resque.cancel(id)).toBe(true)
    expect(await here.resque.delayed.count()).toBe(0)
    expect((await here.resque.status(id))?.state).toBe('cancelled')
  })

  it('wherever it stands among 5,000 that are due in the same second', async () => {
    const here = setUp()
    const items = Array.from({ length: 5_000 }, (_, index) => ({ job: Tick, args: [String(index)], in: 60 }))
    const ids = await here.resque.enqueueBulk(items)
    const chosen = [0, 1, 1_999, 2_000, 2_001, 3_999, 4_000, 4_999].map((index) => ids[index] ?? '')
    for (const id of chosen) {
      expect((await here.resque.status(id))?.state).toBe('delayed')
      expect(await here.resque.cancel(id)).toBe(true)
    }
    expect(await here.resque.delayed.count()).toBe(5_000 - chosen.length)
    here.moving.advance(60_000)
    for (let moved = 1; moved > 0; )
      moved = (await here.rooms.delayed.promote({ limit: 1_000, leader: null })).moved
    const left = (await here.resque.queues.peek('ticks', 0, 10_000)).map(
      (text) => (JSON.parse(text) as { id: string }).id,
    )
    expect(new Set(left)).toEqual(new Set(ids.filter((id) => !chosen.includes(id ?? ''))))
  })
})

describe('a job is not cancelled', () => {
  it('twice', async () => {
    const here = setUp()
    const id = await delayed(here, 60)
    const answers = await Promise.all([
      here.resque.cancel(id),
      here.resque.cancel(id),
      here.resque.cancel(id),
    ])
    expect(answers.filter(Boolean)).toEqual([true])
  })

  it('while it runs, when it completes although its worker was told, or after that', async () => {
    const here = setUp()
    const process = await joinProcess(here, 'ticks', 1)
    const id = (await here.resque.enqueue(Tick, 'x')) ?? ''
    const [job] = await process.take('ticks')
    if (job === undefined) throw new Error('no job was reserved')
    expect(await here.resque.cancel(id)).toBe(true) // its worker is told to end it
    expect(await here.resque.reschedule(id, new Date('2030-01-01'))).toBe(false)
    expect((await here.resque.status(id))?.state).toBe('running')
    const status = { name: id, onlyIfTracked: false, members: '' }
    await process.exchange({ outcomes: [{ kind: 'complete', job, status }] })
    expect(await here.resque.cancel(id)).toBe(false)
    expect(await here.resque.reschedule(id, new Date('2030-01-01'))).toBe(false)
    expect((await here.resque.status(id))?.state).toBe('complete')
  })

  it('when it has failed', async () => {
    const here = setUp()
    const process = await joinProcess(here, 'ticks', 1)
    const id = (await here.resque.enqueue(Tick, 'x')) ?? ''
    const [job] = await process.take('ticks')
    if (job === undefined) throw new Error('no job was reserved')
    const status = { name: id, onlyIfTracked: false, members: '' }
    await process.exchange({ outcomes: [{ ...outcome(job, 'failed'), status }] })
    expect(await here.resque.cancel(id)).toBe(false)
    expect(await here.resque.failed.count()).toBe(1)
  })

  it.each(['', 'unknown', 'f'.repeat(32), '0'.repeat(32), '-1', '%', 'zzzzzzzzzz'])(
    'when its id is unknown: %j',
    async (id) => {
      const here = setUp()
      await delayed(here, 60)
      const before = await here.allKeys()
      expect(await here.resque.cancel(id)).toBe(false)
      expect(await here.resque.reschedule(id, new Date('2030-01-01'))).toBe(false)
      expect(await here.resque.status(id)).toBeNull()
      expect(await here.allKeys()).toEqual(before)
    },
  )

  it('in another namespace', async () => {
    const [here, there] = [setUp(), setUp()]
    const id = await delayed(here, 60)
    expect(await there.resque.cancel(id)).toBe(false)
    expect(await there.resque.status(id)).toBeNull()
    expect(await there.allKeys()).toEqual([])
    expect(await here.resque.cancel(id)).toBe(true)
  })

  it('because another holds its id in the args', async () => {
    const here = setUp()
    const id = await delayed(here, 60)
    const decoy = await delayed(here, 60, id)
    expect(await here.resque.cancel(id)).toBe(true)
    expect((await here.resque.status(decoy))?.state).toBe('delayed')
    expect(await here.resque.delayed.count()).toBe(1)
  })
})
