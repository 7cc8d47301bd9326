// Taking jobs in hand: by priority, never while paused, never twice, and told again when the reply was lost.

import { describe, expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { joinProcess, outcome } from '../support/process.ts'
import { type World, world } from '../support/world.ts'

async function fill({ redis, keys }: World, queue: string, ...names: string[]): Promise<void> {
  await redis.rpush(keys.queue(queue), ...names.map((name) => `{"class":"${name}","args":[]}`))
}

function classes(jobs: readonly { readonly payload: string }[]): string[] {
  return jobs.map(({ payload }) => (JSON.parse(payload) as { class: string }).class)
}

describe('jobs are taken', () => {
  it('in the order of the queues, as many as there are free slots', async () => {
    const here = world()
    await fill(here, 'low', 'l1', 'l2')
    await fill(here, 'high', 'h1', 'h2')
    const process = await joinProcess(here, 'high,low', 5)
    const queues = ['high', 'empty', 'low']
    const first = await process.exchange({ freeSlots: [2, 4, 5], queues })
    expect(first.jobs.map(({ slot, queue }) => [slot, queue])).toEqual([
      [2, 'high'],
      [4, 'high'],
      [5, 'low'],
    ])
    expect(classes(first.jobs)).toEqual(['h1', 'h2', 'l1'])
    const second = await process.exchange({ freeSlots: [1, 3], queues })
    expect(classes(second.jobs)).toEqual(['l2'])
    expect(await here.allKeys()).not.toContain('queue:low')
  })

  it('into the slots that are freed in the same call', async () => {
    const here = world()
    await fill(here, 'mail', 'a', 'b')
    const process = await joinProcess(here, 'mail', 1)
    const [a] = await process.take('mail')
    const outcomes = a === undefined ? [] : [outcome(a, 'complete')]
    const reply = await process.exchange({ outcomes, freeSlots: [1], queues: ['mail'] })
    expect(classes(reply.jobs)).toEqual(['b'])
    expect(await here.redis.get(here.keys.worker(process.worker(1)))).toContain('"class":"b"')
  })

  it('by no two processes', async () => {
    const here = world()
    const names = Array.from({ length: 200 }, (_, index) => `j${index}`)
    await fill(here, 'mail', ...names)
    const processes = await Promise.all([1, 2, 3, 4].map(() => joinProcess(here, 'mail', 50)))
    const taken = await Promise.all(processes.map((process) => process.take('mail')))
    expect(classes(taken.flat()).sort()).toEqual([...names].sort())
  })

  it('from other queues when one holds something else than a list', async () => {
    const here = world()
    await here.redis.set(here.keys.queue('bad'), 'no list')
    await fill(here, 'mail', 'a')
    const process = await joinProcess(here)
    const reply = await process.exchange({ freeSlots: [1], queues: ['bad', 'mail'] })
    expect(classes(reply.jobs)).toEqual(['a'])
  })
})

describe('no jobs are taken', () => {
  it('by a process that is not registered', async () => {
    const here = world()
    await fill(here, 'mail', 'a')
    const process = await joinProcess(here)
    await here.redis.zrem(here.keys.processes, process.holder.token)
    const reply = await process.exchange({ freeSlots: [1], queues: ['mail'] })
    expect(reply).toMatchObject({ registered: false, jobs: [] })
    expect(await here.resque.queues.size('mail')).toBe(1)
  })

  it.each(['true', ' TRUE\n', 'True'])('by anyone while pause-all-workers is %j', async (value) => {
    const here = world()
    await fill(here, 'mail', 'a')
    const process = await joinProcess(here)
    await here.redis.set(here.keys.pauseAll, value)
    expect(await process.take('mail')).toEqual([])
    await here.resque.workers.resumeAll()
    expect(await process.take('mail')).toHaveLength(1)
  })

  it.each(['1', 'yes', 'false', '', 'untrue'])('but they are when it is %j', async (value) => {
    const here = world()
    await fill(here, 'mail', 'a')
    const process = await joinProcess(here)
    await here.redis.set(here.keys.pauseAll, value)
    expect(await process.take('mail')).toHaveLength(1)
  })

  it('from a paused queue, until it is resumed', async () => {
    const here = world()
    await fill(here, 'mail', 'a')
    await fill(here, 'low', 'b')
    const process = await joinProcess(here)
    await here.resque.queues.pause('mail')
    const queues = ['mail', 'low']
    expect(classes((await process.exchange({ freeSlots: [1, 2], queues })).jobs)).toEqual(['b'])
    await here.resque.queues.resume('mail')
    expect(classes((await process.exchange({ freeSlots: [2], queues })).jobs)).toEqual(['a'])
  })
})

describe('after a lost reply', () => {
  it('the same jobs are told again, and no others are taken into their slots', async () => {
    const here = world()
    await fill(here, 'mail', 'a', 'b', 'c')
    const process = await joinProcess(here, 'mail', 2)
    const lost = await process.take('mail', 2)
    const again = await process.take('mail', 2)
    expect(again.map(({ slot, token, payload }) => ({ slot, token, payload }))).toEqual(
      lost.map(({ slot, token, payload }) => ({ slot, token, payload })),
    )
    expect(await here.resque.queues.size('mail')).toBe(1)
    const reply = await process.exchange({ outcomes: again.map((job) => outcome(job, 'complete')) })
    expect(reply.refusedSlots).toEqual([])
  })

  it('an outcome is not applied twice, and the slot is not handed out for it', async () => {
    const here = world({ clock: new ManualClock() })
    await fill(here, 'mail', 'a', 'b', 'c')
    const process = await joinProcess(here, 'mail', 1)
    const [a] = await process.take('mail')
    const parts = {
      outcomes: a === undefined ? [] : [outcome(a, 'failed')],
      freeSlots: [1],
      queues: ['mail'],
    }
    const lost = await process.exchange(parts)
    const again = await process.exchange(parts)
    expect(again.jobs).toEqual(lost.jobs)
    expect(classes(again.jobs)).toEqual(['b'])
    expect(again.refusedSlots).toEqual([1])
    expect(await here.resque.failed.count()).toBe(1)
    expect(await here.redis.mget(here.keys.processed, here.keys.failedCount)).toEqual(['1', '1'])
    expect(await here.resque.queues.size('mail')).toBe(1)
  })

  it('that told of no jobs, what came meanwhile is taken', async () => {
    const here = world()
    const process = await joinProcess(here, 'mail', 1)
    expect(await process.take('mail')).toEqual([])
    await fill(here, 'mail', 'a')
    expect(classes(await process.take('mail'))).toEqual(['a'])
  })

  it('how often a job failed and was orphaned is told again too', async () => {
    const here = world()
    await fill(here, 'mail', 'a')
    const process = await joinProcess(here, 'mail', 1)
    const [job] = await process.take('mail')
    await process.exchange({
      outcomes: job === undefined ? [] : [{ ...outcome(job, 'retry'), dueSeconds: 1 } as never],
    })
    await here.rooms.delayed.promote({ limit: 10, leader: null })
    const [lost] = await process.take('mail')
    const [again] = await process.take('mail')
    expect(again).toEqual(lost)
    expect(again?.failures).toBe(1)
  })
})
