// The script that claims a run, enqueues its job and writes both down.

import { describe, expect, it } from 'vitest'
import { newJob } from '../../src/job/new-job.ts'
import type { Occurrence } from '../../src/recurring/recurring.ts'
import { type Desk, desk, entriesOf, startMs } from '../support/recurring.ts'

function occurrence(seconds: number, more: Partial<Occurrence> = {}): Occurrence & { readonly id: string } {
  const plannedMs = startMs + seconds * 1000
  const job = newJob({
    className: 'Report',
    args: [],
    queue: 'reports',
    plannedSeconds: plannedMs / 1000,
    nowMs: plannedMs,
    format: 'php',
    tracked: true,
    recurring: { name: 'daily', plannedMs, previousMs: null },
  })
  const { payload } = job
  return { name: 'daily', plannedMs, overlap: 'allow', queue: 'reports', payload, ...more, id: job.id ?? '' }
}

/** Moves the clock on until all of them are due. */
function untilDue({ clock }: Desk, occurrences: readonly Occurrence[]): void {
  const lastMs = Math.max(...occurrences.map(({ plannedMs }) => plannedMs))
  clock.advance(Math.max(0, lastMs - clock.nowMs()))
}

async function fire(here: Desk, ...occurrences: Occurrence[]): Promise<readonly string[]> {
  const { rooms } = here
  untilDue(here, occurrences)
  return (await rooms.recurring('').fire(occurrences, null)).claims
}

describe('claiming', () => {
  it('enqueues a run once, however often it is asked to', async () => {
    const here = desk()
    const run = occurrence(60)
    const claims = await Promise.all([fire(here, run), fire(here, run), fire(here, run, run)])
    expect(claims.flat().sort()).toEqual(['claimed', 'left out', 'left out', 'left out'])
    expect(await here.plannedSeconds()).toEqual([60])
  })

  it('leaves a run alone whose time has not come by the clock of Redis, whatever the caller thinks', async () => {
    const here = desk()
    const recurring = here.rooms.recurring('')
    const run = occurrence(60)
    here.clock.advance(59_999)
    expect((await recurring.fire([run], null)).claims).toEqual(['early'])
    expect(await here.plannedSeconds()).toEqual([])
    here.clock.advance(1)
    expect((await recurring.fire([run], null)).claims).toEqual(['claimed'])
  })

  it('leaves an older run out once a later one was claimed', async () => {
    const here = desk()
    expect(await fire(here, occurrence(120), occurrence(60))).toEqual(['claimed', 'left out'])
  })

  it('does nothing for who does not lead', async () => {
    const here = desk()
    await here.redis.set(here.keys.leader, 'other:1')
    const fired = await here.rooms.recurring('').fire([occurrence(60)], 'me:1')
    expect(fired).toMatchObject({ leading: false, claims: [] })
    expect(await here.allKeys()).toEqual([here.keys.leader.slice(here.namespace.length + 1)])
  })

  it('refuses a run of an entry that is not what the caller thinks, and one from before its change', async () => {
    const here = desk()
    const recurring = here.rooms.recurring('')
    await recurring.register([{ name: 'daily', timing: 'new', published: null }], null)
    const claims = await fire(
      here,
      occurrence(60, { timing: 'old' }),
      occurrence(-60, { timing: 'new' }),
      occurrence(60, { timing: 'new' }),
    )
    expect(claims).toEqual(['changed', 'left out', 'claimed'])
  })

  it('puts a job that its queue cannot take on the failed list, and the others into theirs', async () => {
    const here = desk()
    await here.redis.set(here.keys.queue('reports'), 'no list')
    const other = occurrence(60, { name: 'other', queue: 'mail' })
    expect(await fire(here, occurrence(60), other)).toEqual(['claimed', 'claimed'])
    expect(await here.redis.llen(here.keys.failed)).toBe(1)
    expect(await here.resque.queues.size('mail')).toBe(1)
  })
})

describe('what is written', () => {
  it('writes claim, job, status, history and what Ruby shows, all in one script', async () => {
    const here = desk()
    const run = occurrence(60)
    await fire(here, run)
    expect(await here.allKeys()).toEqual([
      'delayed:last_enqueued_at',
      `job:${run.id}:status`,
      'queue:reports',
      'queues',
      'recurring_history::daily',
      'recurring_jobs:',
      'recurring_last:',
    ])
    expect(await here.redis.hget(here.keys.lastEnqueuedAt, 'daily')).toBe('2027-01-04 12:01:00 +0000')
  })

  it('leaves the times that Ruby shows alone for an application with a name', async () => {
    const here = desk()
    here.clock.advance(60_000)
    await here.rooms.recurring('shop').fire([occurrence(60)], null)
    expect(await here.redis.exists(here.keys.lastEnqueuedAt)).toBe(0)
    expect(await here.redis.exists(here.rooms.recurring('shop').keys.last)).toBe(1)
  })

  it('keeps the last hundred runs of an entry', async () => {
    const here = desk()
    await fire(here, ...Array.from({ length: 130 }, (_, index) => occurrence(index + 1)))
    const runs = await here.rooms.recurring('').history('daily', 1_000)
    expect(runs).toHaveLength(100)
    expect(runs[0]).toMatchObject({ outcome: 'enqueued', plannedMs: startMs + 130_000 })
  })
})

describe('a thousand entries at once', () => {
  it('are claimed by one of five schedulers each', async () => {
    const here = desk()
    const entries = entriesOf(
      Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`e${index}`, { every: '1m' }])),
    )
    const runs = entries.map(({ name }) => occurrence(60, { name }))
    const claims = await Promise.all(Array.from({ length: 5 }, () => fire(here, ...runs)))
    expect(claims.flat().filter((claim) => claim === 'claimed')).toHaveLength(200)
    expect(await here.resque.queues.size('reports')).toBe(200)
  })
})
