// Exchanging by settle-quick.lua: what it takes and where it puts it; and that it does nothing at all when the hand is
// not just as the process left it.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Outcome, Reserved } from '../../src/running/exchange.ts'
import { isPlain, slotRanges } from '../../src/running/quick-exchange.ts'
import type { Exchanged } from '../../src/running/running.ts'
import { inOrderTaken } from '../../src/worker/outcomes.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { joinProcess, outcome, type Process, type QuickParts, recordsAhead } from '../support/process.ts'
import { snapshot } from '../support/snapshot.ts'
import { type World, world } from '../support/world.ts'

const queues = ['mail']

async function fill({ redis, keys }: World, queue: string, names: readonly string[]): Promise<void> {
  await redis.rpush(keys.queue(queue), ...names.map((name) => `{"class":"${name}","args":[]}`))
}

function named(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`)
}

function slots(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

function classes(jobs: readonly Pick<Reserved, 'payload'>[]): string[] {
  return jobs.map(({ payload }) => (JSON.parse(payload) as { class: string }).class)
}

function complete(jobs: readonly Reserved[]): Outcome[] {
  return jobs.map((job) => outcome(job, 'complete'))
}

/** A process whose hand is known. */
async function known(here: World, count = 3): Promise<Process> {
  const process = await joinProcess(here, 'mail', count)
  await process.exchange({})
  return process
}

async function quickly(process: Process, parts: QuickParts): Promise<Exchanged> {
  const reply = await process.quickly(parts)
  if (reply === null) throw new Error('the hand is not known')
  return reply
}

async function expectRefused(here: World, process: Process, parts: QuickParts): Promise<void> {
  const before = await snapshot(here)
  expect(await process.quickly(parts)).toBeNull()
  expect(await snapshot(here)).toEqual(before)
}

describe('the ranges of slots', () => {
  const expanded = (text: string): number[] =>
    text.split(',').flatMap((range) => {
      const [from, to] = range.split('-').map(Number)
      return text === '' ? [] : slots(from ?? 0, to ?? 0)
    })

  it('say each slot once, in order', () => {
    const some = fc.uniqueArray(fc.integer({ min: 1, max: 60 })).map((list) => list.sort((a, b) => a - b))
    fc.assert(fc.property(some, (list) => void expect(expanded(slotRanges(list))).toEqual(list)))
  })

  it('are as few as can be', () => {
    expect(slotRanges([1, 2, 3, 7, 9, 10])).toBe('1-3,7-7,9-10')
    expect(slotRanges([])).toBe('')
  })
})

it('what is complete at its first attempt is plain, and nothing else', () => {
  const job: Reserved = { slot: 1, token: 't.1', queue: 'q', failures: 0, deaths: 0, payload: '{}' }
  const kinds = ['complete', 'back', 'failed', 'poison', 'retry'] as const
  expect(kinds.map((kind) => isPlain(outcome(job, kind)))).toEqual([true, false, false, false, false])
  expect(isPlain(outcome({ ...job, failures: 1 }, 'complete'))).toBe(false)
  expect(isPlain(outcome({ ...job, deaths: 1 }, 'complete'))).toBe(false)
})

describe('jobs are taken', () => {
  it('in the order of the queues, into the slots in ascending order, shown or not', async () => {
    const here = world()
    await fill(here, 'low', ['l1', 'l2'])
    await fill(here, 'high', ['h1', 'h2'])
    const process = await known(here, 3)
    const parts = { freeSlots: [2, 3, 5, 9], queues: ['high', 'empty', 'low'] }
    const { jobs, most } = await quickly(process, parts)
    expect(jobs.map(({ slot, queue }) => [slot, queue])).toEqual([
      [2, 'high'],
      [3, 'high'],
      [5, 'low'],
      [9, 'low'],
    ])
    expect([classes(jobs), most]).toEqual([['h1', 'h2', 'l1', 'l2'], 4])
    expect(await here.redis.get(here.keys.worker(process.worker(3)))).toContain('"class":"h2"')
    expect(await here.redis.exists(here.keys.worker(process.worker(5)))).toBe(0)
    const ahead = await recordsAhead(here, process.holder.token)
    expect([...ahead.keys()]).toEqual([5, 9])
    expect(ahead.get(9)).toMatch(`{"token":"${process.holder.token}.2","queue":"low","run_at":"`)
    expect(ahead.get(9)).toMatch(/,"payload":\{"class":"l2","args":\[\]\}\}$/)
  })

  it('into slots that are freed in the same call, and the others are emptied', async () => {
    const here = world()
    await fill(here, 'mail', named('j', 7))
    const process = await known(here, 2)
    const first = await quickly(process, { freeSlots: [1, 2, 3, 4], queues })
    const parts = { outcomes: complete(first.jobs), freeSlots: [2, 4, 5], queues }
    expect(classes((await quickly(process, parts)).jobs)).toEqual(['j5', 'j6', 'j7'])
    expect(await here.redis.exists(here.keys.worker(process.worker(1)))).toBe(0)
    expect(await here.redis.get(here.keys.worker(process.worker(2)))).toContain('"class":"j5"')
    const ahead = await recordsAhead(here, process.holder.token)
    expect([...ahead.keys()]).toEqual([4, 5])
    expect(ahead.get(4)).toContain('"class":"j6"')
    expect(await here.redis.get(here.keys.processed)).toBe('4')
    expect(await here.redis.get(`${here.keys.processed}:${process.worker(1)}`)).toBe('4')
  })

  it('a thousand in one call', async () => {
    const here = world()
    const ids = await here.resque.enqueueBulk(named('j', 1_001).map((job) => ({ job, queue: 'mail' })))
    const process = await known(here, 100)
    const { jobs } = await quickly(process, { freeSlots: slots(1, 1_000), queues })
    expect(classes(jobs)).toEqual(named('j', 1_000))
    const members = ',"result":null'
    const outcomes = jobs.map((job, index): Outcome => {
      const status = { name: String(ids[index]), onlyIfTracked: false, members }
      return { kind: 'complete', job, status }
    })
    const { jobs: rest } = await quickly(process, { outcomes, freeSlots: slots(1, 1_000), queues })
    expect(classes(rest)).toEqual(['j1001'])
    expect(await here.redis.hlen(here.keys.hand(process.holder.token))).toBe(1)
    expect(await here.redis.get(here.keys.processed)).toBe('1000')
    expect((await here.resque.status(String(ids[999])))?.state).toBe('complete')
  })

  it('no more than there are slots for', async () => {
    const here = world()
    await fill(here, 'mail', ['a', 'b', 'c'])
    const process = await known(here)
    await process.quickly({ freeSlots: [1], queues, most: 3 }).catch(() => undefined)
    expect(await here.resque.queues.size('mail')).toBe(2)
  })

  it('from other queues when one holds something else than a list', async () => {
    const here = world()
    await here.redis.set(here.keys.queue('bad'), 'no list')
    await fill(here, 'mail', ['a'])
    const { jobs } = await quickly(await known(here), { freeSlots: [1], queues: ['bad', 'mail'] })
    expect(classes(jobs)).toEqual(['a'])
    expect(await here.redis.get(here.keys.queue('bad'))).toBe('no list')
  })

  it('with how often they failed and were orphaned', async () => {
    const here = world()
    await fill(here, 'mail', ['a'])
    const id = String(await here.resque.enqueueTo('mail', 'b'))
    const process = await known(here)
    await here.redis.hset(here.keys.attempts, id, 2)
    const { jobs } = await quickly(process, { freeSlots: [1, 2], queues })
    expect(jobs.map(({ failures, deaths }) => [failures, deaths])).toEqual([
      [0, 0],
      [2, 0],
    ])
  })
})

describe('while there are jobs that a worker died with', () => {
  it('fewer are taken, and it is told how many it would have been', async () => {
    const here = world({ clock: new ManualClock() })
    await fill(here, 'mail', named('j', 9))
    const dead = await known(here)
    await quickly(dead, { freeSlots: [1, 2, 7], queues })
    await here.rooms.running.bury(dead.holder.token)
    const process = await known(here)
    const reply = await quickly(process, { freeSlots: slots(1, 8), queues, mostAfterDeaths: 2 })
    expect([classes(reply.jobs), reply.most]).toEqual([['j1', 'j2'], 2])
    expect(reply.jobs.map(({ deaths }) => deaths)).toEqual([1, 1])
    expect((await quickly(process, { freeSlots: [3], queues, mostAfterDeaths: 0 })).jobs).toEqual([])
  })
})

describe('no jobs are taken', () => {
  it('while all workers are paused', async () => {
    const here = world()
    await fill(here, 'mail', ['a'])
    const process = await known(here)
    await here.redis.set(here.keys.pauseAll, ' True\n')
    expect((await quickly(process, { freeSlots: [1], queues })).jobs).toEqual([])
    await here.redis.set(here.keys.pauseAll, 'no')
    expect((await quickly(process, { freeSlots: [1], queues })).jobs).toHaveLength(1)
  })

  it('from a paused queue', async () => {
    const here = world()
    await fill(here, 'mail', ['a'])
    await fill(here, 'low', ['b'])
    const process = await known(here)
    await here.resque.queues.pause('mail')
    expect(classes((await quickly(process, { freeSlots: [1, 2], queues: ['mail', 'low'] })).jobs)).toEqual([
      'b',
    ])
  })

  it('when there is no slot for one', async () => {
    const here = world()
    await fill(here, 'mail', ['a'])
    expect((await quickly(await known(here), { queues })).jobs).toEqual([])
    expect(await here.resque.queues.size('mail')).toBe(1)
  })
})

describe('nothing is done', () => {
  const parts: QuickParts = { freeSlots: [1, 4], queues }

  async function waiting(): Promise<World> {
    const here = world({ clock: new ManualClock() })
    await fill(here, 'mail', named('j', 9))
    return here
  }

  it('for a process whose hand was never seen', async () => {
    const here = await waiting()
    await expectRefused(here, await joinProcess(here), parts)
  })

  it('when another call was the last one', async () => {
    const here = await waiting()
    const process = await known(here)
    await expectRefused(here, process, { ...parts, lastReservation: 7 })
  })

  it('when the same call comes a second time', async () => {
    const here = await waiting()
    const process = await known(here)
    const first = await quickly(process, { freeSlots: [1, 2, 5], queues })
    const outcomes = complete(first.jobs)
    const again = { ...parts, outcomes, reservation: 9, lastReservation: process.reservation }
    expect(classes((await quickly(process, again)).jobs)).toEqual(['j4', 'j5'])
    await expectRefused(here, process, again)
    expect(await here.redis.get(here.keys.processed)).toBe('3')
  })

  it('when the process was taken for dead, or has left', async () => {
    for (const end of ['bury', 'leave'] as const) {
      const here = await waiting()
      const process = await known(here)
      const { jobs } = await quickly(process, parts)
      if (end === 'bury') await here.rooms.running.bury(process.holder.token)
      else await here.rooms.running.leave(process.holder)
      await expectRefused(here, process, { ...parts, outcomes: complete(jobs) })
    }
  })

  it('when the hand is gone', async () => {
    const here = await waiting()
    const process = await known(here)
    await here.redis.del(here.keys.hand(process.holder.token))
    await expectRefused(here, process, parts)
  })
})

it('a call with care that comes late makes the next quick one be refused, and its jobs are told', async () => {
  const here = world()
  await fill(here, 'mail', named('j', 5))
  const process = await known(here, 3)
  await quickly(process, { freeSlots: [1, 4], queues })
  const late = { outcomes: [], freeSlots: [2, 3], queues, reservation: 1 }
  expect(classes((await here.rooms.running.exchange(process.holder, late)).jobs)).toEqual(['j3', 'j4'])
  await expectRefused(here, process, { freeSlots: [2, 3], queues })
  const careful = await process.exchange({ freeSlots: [2, 3], queues })
  expect(classes(careful.jobs)).toEqual(['j3', 'j4'])
  expect(classes((await quickly(process, { freeSlots: [5], queues })).jobs)).toEqual(['j5'])
})

it('jobs of lost replies are told again, and in which order they were taken', async () => {
  const here = world()
  await fill(here, 'mail', named('j', 6))
  const process = await known(here, 2)
  await quickly(process, { freeSlots: [4, 5, 6], queues }) // whose reply is lost, as that of the next one
  await quickly(process, { freeSlots: [1, 2, 3], queues })
  const again = await process.exchange({ freeSlots: slots(1, 6), queues, shownSlots: 2, most: 2 })
  expect(classes([...again.jobs].sort(inOrderTaken))).toEqual(named('j', 6))
})
