// The history of an entry: what is written is read back, and what became of each job is found.

import { describe, expect, it } from 'vitest'
import { readRun, skippedText } from '../../src/recurring/history.ts'
import { desk, entriesOf, startMs } from '../support/recurring.ts'

describe('a line of the history', () => {
  it('is read back as what fire.lua wrote', () => {
    const at = { plannedMs: 60_000, writtenMs: 60_003 }
    expect(readRun('E 60000 60003 abc')).toEqual({
      ...at,
      outcome: 'enqueued',
      jobId: 'abc',
      count: 1,
      reason: null,
    })
    expect(readRun('C 60000 60003 -')).toMatchObject({ outcome: 'caught up', jobId: null })
    expect(readRun('M 60000 60003 abc')).toMatchObject({ outcome: 'manual', jobId: 'abc' })
    expect(readRun(`S 60000 60003 - ${skippedText(12, 'catch_up: none')}`)).toMatchObject({
      outcome: 'skipped',
      count: 12,
      reason: 'catch_up: none',
    })
    expect(readRun('O 60000 60003 abc skip')).toMatchObject({
      outcome: 'overlapping',
      jobId: null,
      reason: 'overlap: skip, and job abc had not ended',
    })
  })

  it('is left out when somebody else wrote it', () => {
    for (const line of ['', 'hello', 'E 1', 'X 1 2 -', 'E one 2 -']) expect(readRun(line)).toBeNull()
  })
})

describe('resque.recurring.history', () => {
  it('tells of runs, of those made up and of those passed over, newest first', async () => {
    const here = desk()
    const beat = here.ticked({ entries: entriesOf({ tidy: { every: '1m' } }) })
    await beat.tick()
    await beat.after(60)
    await beat.after(300)
    const runs = await here.resque.recurring.history('tidy')
    expect(runs.map(({ outcome, count }) => [outcome, count])).toEqual([
      ['enqueued', 1],
      ['skipped', 4],
      ['enqueued', 1],
    ])
    expect(runs[0]).toMatchObject({
      plannedAt: new Date(startMs + 360_000),
      enqueuedAt: new Date(startMs + 360_000),
      status: 'waiting',
    })
    expect(runs[1]?.reason).toMatch(/^catch_up: last/)
    expect(runs[1]).toMatchObject({ plannedAt: new Date(startMs + 300_000), enqueuedAt: null, jobId: null })
  })

  it('says that a run was made up when it is late', async () => {
    const here = desk()
    const beat = here.ticked({ entries: entriesOf({ tidy: { every: '1h' } }) })
    await beat.tick()
    await beat.after(3_630)
    expect(await here.resque.recurring.history('tidy')).toMatchObject([
      {
        outcome: 'caught up',
        plannedAt: new Date(startMs + 3_600_000),
        enqueuedAt: new Date(startMs + 3_630_000),
      },
    ])
  })

  it('tells when the job of a run began and ended', async () => {
    const here = desk()
    const beat = here.ticked({ entries: entriesOf({ tidy: { every: '1m' } }) })
    await beat.tick()
    await beat.after(60)
    const worker = here.worker({
      queues: 'reports',
      jobs: {
        Report: class {
          perform(): void {}
        },
      },
    })
    const ended = new Promise((resolve) => worker.on('completed', resolve))
    await worker.start()
    await ended
    await worker.stop()
    const [run] = await here.resque.recurring.history('tidy')
    expect(run).toMatchObject({ outcome: 'enqueued', status: 'complete', finishedAt: expect.any(Date) })
  })

  it('tells at most as many runs as asked for, and refuses a count that is none', async () => {
    const here = desk()
    const beat = here.ticked({ entries: entriesOf({ tidy: { every: '1s' } }) })
    await beat.tick()
    await beat.through(5)
    expect(await here.resque.recurring.history('tidy', 2)).toHaveLength(2)
    expect(await here.resque.recurring.history('tidy')).toHaveLength(5)
    expect(await here.resque.recurring.history('other')).toEqual([])
    await expect(here.resque.recurring.history('tidy', 0)).rejects.toThrow(/count must be a whole number/)
  })
})
