// What happens when a run is due while an earlier one has not ended.

import { describe, expect, it } from 'vitest'
import { type Desk, desk, entriesOf, type Ticked } from '../support/recurring.ts'

function minutely(here: Desk, overlap: string, more: object = {}): Ticked {
  return here.ticked({ entries: entriesOf({ tidy: { every: '1m', overlap, ...more } }) })
}

async function lastId({ rooms }: Desk): Promise<string> {
  return (await rooms.recurring('').lastJobs()).get('tidy') ?? ''
}

/** What a status record says of the entry's last job, as a worker would have written it. */
async function setStatus(here: Desk, code: number): Promise<string> {
  const id = await lastId(here)
  await here.redis.set(here.keys.status(id), JSON.stringify({ status: code, queue: 'reports' }))
  return id
}

/** A worker takes the job: it leaves the queue, and is in the worker's hands. */
async function take(here: Desk, code: number): Promise<void> {
  const id = await setStatus(here, code)
  const payload = await here.redis.lpop(here.keys.queue('reports'))
  await here.redis.sadd(here.keys.workers, 'web1:1:reports')
  await here.redis.set(here.keys.worker('web1:1:reports'), `{"queue":"reports","payload":${payload}}`)
  expect(payload).toContain(id)
}

const skippedOnce = [expect.objectContaining({ event: 'skipped', entry: 'tidy', count: 1 })]
function skips({ told }: Ticked): unknown[] {
  return told.filter(({ event }) => event === 'skipped')
}

describe('overlap: skip', () => {
  it('leaves a run out while the last job waits, and says so in the history', async () => {
    const here = desk()
    const beat = minutely(here, 'skip')
    await beat.tick()
    await beat.after(60)
    const id = await lastId(here)
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([60])
    expect(skips(beat)).toEqual(skippedOnce)
    const [run] = await here.resque.recurring.history('tidy')
    expect(run).toMatchObject({ outcome: 'overlapping', jobId: null, enqueuedAt: null })
    expect(run?.reason).toBe(`overlap: skip, and job ${id} had not ended`)
  })

  it('leaves a run out while a worker performs the last job', async () => {
    const here = desk()
    const beat = minutely(here, 'skip')
    await beat.tick()
    await beat.after(60)
    await take(here, 2)
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([])
  })

  it('sees a job in the hands of a Ruby worker, which writes no status, and sees it end', async () => {
    const here = desk()
    const beat = minutely(here, 'skip')
    await beat.tick()
    await beat.after(60)
    await take(here, 1)
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([])
    await here.redis.del(here.keys.worker('web1:1:reports'))
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([180])
  })

  it('goes on when the last job has ended, and when its status has expired', async () => {
    const here = desk()
    const beat = minutely(here, 'skip')
    await beat.tick()
    await beat.after(60)
    await here.redis.lpop(here.keys.queue('reports'))
    await setStatus(here, 4)
    await beat.after(60)
    await here.redis.lpop(here.keys.queue('reports'))
    await here.redis.del(here.keys.status(await lastId(here)))
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([180])
  })

  it('is not blocked for ever by a job whose queue was removed or whose worker is gone', async () => {
    const here = desk()
    const beat = minutely(here, 'skip')
    await beat.tick()
    await beat.after(60)
    await here.redis.del(here.keys.queue('reports'))
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([120])
    await here.redis.del(here.keys.queue('reports'))
    await setStatus(here, 2)
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([180])
  })

  it('waits for a retry of the last job', async () => {
    const here = desk()
    const beat = minutely(here, 'skip')
    await beat.tick()
    await beat.after(60)
    await here.redis.lpop(here.keys.queue('reports'))
    const due = here.clock.nowMs() / 1000 + 600
    await here.redis.set(
      here.keys.status(await lastId(here)),
      JSON.stringify({ status: 63, queue: 'reports', due }),
    )
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([])
    await beat.after(4_800)
    expect(await here.plannedSeconds()).toEqual([60 * 82])
  })

  it('makes up one run only, whatever catch_up says, when runs were missed', async () => {
    const here = desk()
    const beat = minutely(here, 'skip', { catch_up: 'all' })
    await beat.tick()
    await beat.after(300)
    expect(await here.plannedSeconds()).toEqual([60])
  })

  it('counts a run by hand as one that may be going on', async () => {
    const here = desk()
    const beat = minutely(here, 'skip')
    await beat.tick()
    await here.resque.recurring.enqueueNow('tidy')
    await beat.after(60)
    expect(skips(beat)).toEqual(skippedOnce)
  })
})

describe('overlap: queue_one', () => {
  it('lets one run wait while another is performed, and no more', async () => {
    const here = desk()
    const beat = minutely(here, 'queue_one')
    await beat.tick()
    await beat.after(60)
    await take(here, 2)
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([120])
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([120])
    expect(skips(beat)).toEqual(skippedOnce)
  })
})

describe('overlap: allow', () => {
  it('enqueues every run', async () => {
    const here = desk()
    const beat = minutely(here, 'allow')
    await beat.tick()
    await beat.after(60)
    await beat.after(60)
    expect(await here.plannedSeconds()).toEqual([60, 120])
  })
})
