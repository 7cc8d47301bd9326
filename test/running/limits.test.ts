// Limits in Redis: who has a place, who is parked, and what becomes of places when things go wrong.

import { describe, expect, it } from 'vitest'
import { deathsUntilFailed } from '../../src/running/running.ts'
import { exchange, one, parkedArgs, queuedArgs, stage, takeAndAsk } from '../support/limits.ts'
import { joinProcess, outcome } from '../support/process.ts'

describe('who asks', () => {
  it('is let in while there is room, else parked in order; the slots of the parked are free', async () => {
    const { here, process, ids } = await stage(3)
    const { args, parked } = await takeAndAsk(here, process, one, [1, 2, 3])
    expect({ args, parked }).toEqual({ args: [0], parked: true })
    expect(await parkedArgs(here, one)).toEqual([1, 2])
    const records = await here.redis.mget([1, 2, 3].map((slot) => here.keys.worker(process.worker(slot))))
    expect(records.map((record) => record === null)).toEqual([false, true, true])
    const states = await Promise.all(ids.map((id) => here.resque.status(id)))
    expect(states.map((status) => status?.state)).toEqual(['running', 'waiting', 'waiting'])
  })

  it('gets the same answer when the first one was lost', async () => {
    const { here, process } = await stage(2)
    const { taken } = await takeAndAsk(here, process, one, [1, 2])
    const again = await here.rooms.running.limits.admit(
      process.holder,
      taken.map((job) => ({ job, limit: one })),
    )
    expect(again.jobs.map(({ slot }) => slot)).toEqual([1])
    expect(await parkedArgs(here, one)).toEqual([1])
    expect((await exchange(here, process, { slots: [1, 2] })).jobs.map(({ slot }) => slot)).toEqual([1])
  })

  it('waits behind those that are parked, also when there is room', async () => {
    const { here, process } = await stage(3)
    const { jobs } = await takeAndAsk(here, process, one, [1, 2])
    await here.redis.del(`${here.keys.limitPrefix}holders:${one.name}`) // room that nobody told of
    const next = await takeAndAsk(here, process, one, [2])
    expect(next.args).toEqual([])
    expect(await parkedArgs(here, one)).toEqual([2])
    expect((await takeAndAsk(here, process, one, [2])).args).toEqual([1])
    expect(jobs).toHaveLength(1)
  })

  it('is let in under another limit of the same name as far as that one goes', async () => {
    const { here, process } = await stage(6, 6)
    const three = { ...one, concurrency: 3 }
    const { jobs } = await takeAndAsk(here, process, three, [1, 2, 3])
    expect(jobs).toHaveLength(3)
    expect((await takeAndAsk(here, process, one, [4])).args).toEqual([])
    await exchange(here, process, {
      outcomes: jobs.slice(0, 2).map((job) => outcome(job, 'complete')),
      slots: [],
    })
    expect((await takeAndAsk(here, process, { ...one, concurrency: 2 }, [1])).args).toEqual([3])
  })
})

describe('a place', () => {
  it('goes to the first parked job when its job ends, which comes to the head of its queue', async () => {
    const { here, process } = await stage(4)
    const { jobs } = await takeAndAsk(here, process, one, [1, 2, 3])
    await exchange(here, process, { outcomes: jobs.map((job) => outcome(job, 'complete')), slots: [] })
    expect(await queuedArgs(here)).toEqual([1, 3])
    expect(await parkedArgs(here, one)).toEqual([2])
    expect((await takeAndAsk(here, process, one, [1, 2])).args).toEqual([1])
    expect(await parkedArgs(here, one)).toEqual([2, 3])
  })

  it('is kept for a job that is put back, by its worker or when the worker died', async () => {
    for (const how of ['back', 'death'] as const) {
      const { here, process, clock } = await stage(3)
      const { jobs } = await takeAndAsk(here, process, one, [1, 2])
      clock.advance(1_000)
      if (how === 'back')
        await exchange(here, process, { outcomes: jobs.map((job) => outcome(job, 'back')), slots: [] })
      else await here.rooms.running.requeueOrphans(500)
      expect(await queuedArgs(here)).toEqual([0, 2])
      const other = await joinProcess(here, 'mail', 3)
      expect((await takeAndAsk(here, other, one, [1, 2])).args).toEqual([0])
      expect(await parkedArgs(here, one)).toEqual([1, 2])
    }
  })

  it('goes on when its job dies for the last time', async () => {
    const { here, process, clock } = await stage(2)
    await takeAndAsk(here, process, one, [1, 2])
    for (let deaths = 1; deaths < deathsUntilFailed; deaths++) {
      clock.advance(1_000)
      await here.rooms.running.requeueOrphans(500)
      expect((await takeAndAsk(here, await joinProcess(here), one)).args).toEqual([0])
    }
    clock.advance(1_000)
    await here.rooms.running.requeueOrphans(500)
    expect(await here.resque.failed.list()).toMatchObject([{ exception: 'DirtyExit', args: [0] }])
    expect((await takeAndAsk(here, await joinProcess(here), one)).args).toEqual([1])
  })

  it('is found to be nobody’s when the record of its job is gone', async () => {
    const { here, process, clock } = await stage(2)
    await takeAndAsk(here, process, one, [1, 2])
    await here.redis.del(here.keys.worker(process.worker(1)))
    await here.rooms.running.limits.unpark([{ limit: one, all: false }])
    expect(await parkedArgs(here, one)).toEqual([1])
    clock.advance(16_000)
    await here.rooms.running.limits.unpark([{ limit: one, all: false }])
    expect(await queuedArgs(here)).toEqual([1])
  })

  it('is not taken from a job that takes long', async () => {
    const { here, process, clock } = await stage(2)
    await takeAndAsk(here, process, one, [1, 2])
    for (let minutes = 0; minutes < 5; minutes++) {
      clock.advance(60_000)
      await here.rooms.running.limits.unpark([{ limit: one, all: false }])
    }
    expect(await parkedArgs(here, one)).toEqual([1])
  })

  it('that was promised to a job nobody takes is given to the next one after a minute', async () => {
    const { here, process, clock } = await stage(3)
    const { jobs } = await takeAndAsk(here, process, one, [1, 2, 3])
    await exchange(here, process, { outcomes: jobs.map((job) => outcome(job, 'complete')), slots: [] })
    await here.redis.lpop(here.keys.queue('mail'))
    clock.advance(61_000)
    await here.rooms.running.limits.unpark([{ limit: one, all: false }])
    expect(await queuedArgs(here)).toEqual([2])
  })
})

describe('parked jobs', () => {
  it('all go back in order when nobody limits them any more', async () => {
    const { here, process } = await stage(5, 5)
    await takeAndAsk(here, process, one, [1, 2, 3, 4, 5])
    await here.rooms.running.limits.unpark([{ limit: { ...one, concurrency: 0 }, all: true }])
    expect(await queuedArgs(here)).toEqual([1, 2, 3, 4])
    expect(await here.rooms.running.limits.parked()).toEqual([])
  })

  it('made by Ruby, without id and queue, come back byte for byte', async () => {
    const { here, process } = await stage(1)
    await takeAndAsk(here, process, one)
    const ruby = ['{"class":"One","args":[7]}', '{"class": "One", "args": [8], "queue": "elsewhere"}']
    await here.redis.rpush(here.keys.queue('mail'), ...ruby)
    expect((await takeAndAsk(here, process, one, [2, 3])).args).toEqual([])
    await here.rooms.running.limits.unpark([{ limit: one, all: true }])
    expect(await here.rooms.queues.peek('mail')).toEqual(ruby)
  })

  it('stay where they are while their queue is no list', async () => {
    const { here, process } = await stage(2)
    await takeAndAsk(here, process, one, [1, 2])
    await here.redis.set(here.keys.queue('mail'), 'no list')
    await here.rooms.running.limits.unpark([{ limit: one, all: true }])
    expect(await parkedArgs(here, one)).toEqual([1])
  })
})
