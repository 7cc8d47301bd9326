// Jobs that were taken ahead, in slots that nobody is shown: they are as safe as all others in hand, and known as such.

import { describe, expect, it } from 'vitest'
import { Job } from '../../src/job/job.ts'
import type { Reserved } from '../../src/running/running.ts'
import { visit } from '../doctor/patient.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { joinProcess, outcome, type Process, type QuickParts, recordsAhead } from '../support/process.ts'
import { calls, proxyOf } from '../support/quick-calls.ts'
import { desk, entriesOf } from '../support/recurring.ts'
import { type World, world } from '../support/world.ts'

const deadAfterMs = 30_000

function setUp(): World & { readonly moving: ManualClock } {
  const moving = new ManualClock()
  return { ...world({ clock: moving, keepStatusSeconds: 60 }), moving }
}

async function enqueue({ resque }: World, names: readonly string[], queue = 'mail'): Promise<string[]> {
  return (await resque.enqueueBulk(names.map((job) => ({ job, queue })))).map(String)
}

/** A process with two shown slots that has taken jobs by one call for each of these. */
async function holding(here: World, ...calls: readonly QuickParts[]): Promise<Process> {
  const process = await joinProcess(here, 'mail', 2)
  await process.exchange({})
  for (const call of calls) expect(await process.quickly({ queues: ['mail'], ...call })).not.toBeNull()
  return process
}

async function classes({ resque }: World, queue = 'mail'): Promise<string[]> {
  return (await resque.queues.peek(queue)).map((text) => (JSON.parse(text) as { class: string }).class)
}

async function stateOf({ resque }: World, id: string | undefined): Promise<string | undefined> {
  return (await resque.status(id ?? ''))?.state
}

describe('when a process dies', () => {
  it('they return with the others to the heads of their queues, in the order in which they were taken', async () => {
    const here = setUp()
    const ids = await enqueue(here, ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
    await enqueue(here, ['x', 'y', 'z'], 'low')
    const process = await holding(
      here,
      { freeSlots: [2, 4, 9] },
      { freeSlots: [1, 3, 5] },
      { freeSlots: [6, 7, 8], queues: ['low'], most: 2 },
    )
    here.moving.advance(deadAfterMs)
    const found = await here.rooms.running.requeueOrphans(deadAfterMs)
    expect(found).toEqual({ processes: 1, requeued: 8, failed: 0 })
    expect(await classes(here)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
    expect(await classes(here, 'low')).toEqual(['x', 'y', 'z'])
    expect(await stateOf(here, ids[2])).toBe('waiting')
    expect(await here.redis.exists(here.keys.hand(process.holder.token), here.keys.processIds)).toBe(0)
    expect(await here.redis.hlen(here.keys.deaths)).toBe(8)
  })

  it('those that are complete do not, and those of the last call do', async () => {
    const here = setUp()
    await enqueue(here, ['a', 'b', 'c', 'd', 'e'])
    const process = await holding(here)
    const first = await process.quickly({ freeSlots: [1, 2, 3], queues: ['mail'] })
    const outcomes = (first?.jobs ?? []).map((job) => outcome(job, 'complete'))
    await process.quickly({ outcomes, freeSlots: [2, 3], queues: ['mail'] })
    await here.rooms.running.bury(process.holder.token)
    expect(await classes(here)).toEqual(['d', 'e'])
  })

  it('for the third time, they fail as the others do', async () => {
    const here = setUp()
    const [id = ''] = await enqueue(here, ['Killer'])
    for (let death = 0; death < 3; death++) {
      const process = await holding(here, { freeSlots: [7] })
      await here.rooms.running.bury(process.holder.token)
    }
    const [failure] = await here.resque.failed.list()
    expect(failure).toMatchObject({ class: 'Killer', exception: 'DirtyExit', queue: 'mail', id })
    expect(failure?.worker).toMatch(/:mail$/)
    expect(await stateOf(here, id)).toBe('failed')
    expect(await here.redis.exists(here.keys.deaths, here.keys.queue('mail'))).toBe(0)
  })

  it('one that was to be cancelled is, and the others come back', async () => {
    const here = setUp()
    const ids = await enqueue(here, ['a', 'b', 'c'])
    const process = await holding(here, { freeSlots: [1, 3, 4] })
    expect(await here.resque.cancel(ids[1] ?? '')).toBe(true)
    await here.rooms.running.bury(process.holder.token)
    expect(await Promise.all(ids.map((id) => stateOf(here, id)))).toEqual(['waiting', 'cancelled', 'waiting'])
    expect(await classes(here)).toEqual(['a', 'c'])
  })
})

it('when a process leaves, they return without a death', async () => {
  const here = setUp()
  await enqueue(here, ['a', 'b', 'c'])
  const process = await holding(here, { freeSlots: [2, 3, 4] })
  expect(await here.rooms.running.leave(process.holder)).toMatchObject({ requeued: 3, failed: 0 })
  expect(await classes(here)).toEqual(['a', 'b', 'c'])
  expect(await here.redis.exists(here.keys.deaths, here.keys.hand(process.holder.token))).toBe(0)
})

it('what a process was taken for dead with is refused when it hands it in later', async () => {
  const here = setUp()
  await enqueue(here, ['a', 'b'])
  const process = await holding(here)
  const jobs: readonly Reserved[] =
    (await process.quickly({ freeSlots: [1, 3], queues: ['mail'] }))?.jobs ?? []
  await here.rooms.running.bury(process.holder.token)
  const outcomes = jobs.map((job) => outcome(job, 'complete'))
  const reply = await process.exchange({ outcomes, freeSlots: [1, 2, 3], queues: ['mail'], shownSlots: 2 })
  expect(reply).toMatchObject({ registered: false, refusedSlots: [1, 3], jobs: [] })
  expect(await classes(here)).toEqual(['a', 'b'])
  expect(await here.redis.exists(here.keys.hand(process.holder.token), here.keys.processed)).toBe(0)
})

it('a process that was buried in part has nothing to say any more, though it lives and whoever buried it has died', async () => {
  const here = setUp()
  const names = Array.from({ length: 700 }, (_, index) => `j${index}`)
  await enqueue(here, names)
  const process = await holding(here)
  const freeSlots = names.map((_, index) => index + 1)
  const jobs = (await process.quickly({ freeSlots, queues: ['mail'] }))?.jobs ?? []
  const proxy = await proxyOf(here)
  proxy.trap({ match: calls('requeue-orphans'), when: 'after', action: () => 'drop' })
  const { running } = here.client({ redis: proxy.url }).rooms
  await running.bury(process.holder.token).catch(() => undefined)
  expect(await here.resque.queues.size('mail')).toBeGreaterThan(0)
  expect((await process.exchange({ shownSlots: 2 })).registered).toBe(false)
  const outcomes = jobs.map((job) => outcome(job, 'complete'))
  expect(await process.quickly({ outcomes })).toBeNull()
  expect(await here.redis.exists(here.keys.processed)).toBe(0)
  here.moving.advance(deadAfterMs)
  await here.rooms.running.requeueOrphans(deadAfterMs)
  expect(await here.resque.queues.peek('mail', 0, 1_000)).toHaveLength(700)
  expect(await here.redis.exists(here.keys.hand(process.holder.token), here.keys.processIds)).toBe(0)
})

describe('while they wait in hand', () => {
  it('one can be cancelled: the mark names its slot', async () => {
    const here = setUp()
    const ids = await enqueue(here, ['a', 'b'])
    const process = await holding(here, { freeSlots: [1, 5] })
    expect(await here.resque.cancel(ids[1] ?? '')).toBe(true)
    const marks = await here.rooms.running.cancelling.marks(process.worker(1))
    expect(marks).toEqual([{ token: `${process.holder.token}.2`, slot: 5 }])
  })

  it('one that goes back although it was to be cancelled is cancelled', async () => {
    const here = setUp()
    const ids = await enqueue(here, ['a', 'b', 'c'])
    const process = await holding(here)
    const jobs = (await process.quickly({ freeSlots: [1, 5, 6], queues: ['mail'] }))?.jobs ?? []
    await here.resque.cancel(ids[1] ?? '')
    const members = ',"result":null'
    const outcomes = [...jobs].reverse().map((job) => {
      const name = String((JSON.parse(job.payload) as { id: string }).id)
      return { kind: 'back', job, status: { name, onlyIfTracked: false, members } } as const
    })
    const reply = await process.exchange({ outcomes, shownSlots: 2 })
    expect(reply.refusedSlots).toEqual([])
    expect(await classes(here)).toEqual(['a', 'c'])
    expect(await Promise.all(ids.map((id) => stateOf(here, id)))).toEqual(['waiting', 'cancelled', 'waiting'])
    expect(await here.redis.hkeys(here.keys.hand(process.holder.token))).toEqual(['call'])
  })

  it('a unique job goes on, and there is no second one', async () => {
    const here = setUp()
    class Import extends Job {
      static queue = 'mail'
      static unique = true
      perform(_name: string): void {}
    }
    const id = await here.resque.enqueue(Import, 'users')
    await holding(here, { freeSlots: [8] })
    expect(await here.resque.enqueue(Import, 'users')).toBe(id)
    expect(await here.resque.uniqueHolder(Import, 'users')).toBe(id)
    expect(await here.resque.queues.size('mail')).toBe(0)
  })

  it('a recurring run that does not overlap is left out', async () => {
    const here = desk()
    const beat = here.ticked({ entries: entriesOf({ tidy: { every: '1m', overlap: 'skip' } }) })
    await beat.tick()
    await beat.after(60)
    const process = await holding(here, { freeSlots: [9], queues: ['reports'] })
    expect((await recordsAhead(here, process.holder.token)).size).toBe(1)
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([])
    expect(beat.told.filter(({ event }) => event === 'skipped')).toHaveLength(1)
  })

  it('the doctor finds nothing wrong with them', async () => {
    const here = world()
    await enqueue(here, ['a', 'b', 'c'])
    await holding(here, { freeSlots: [1, 3, 4] })
    expect(await visit(here)).toEqual([])
  })
})
