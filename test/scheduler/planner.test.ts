// Which recurring entries are due and what becomes of missed runs: pure, with times as numbers.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEntry, type ScheduleEntry } from '../../src/recurring/entry.ts'
import type { Standing } from '../../src/recurring/standing.ts'
import { type DueRun, judge, Planner, type SkippedRuns } from '../../src/scheduler/planner.ts'

const startMs = Date.parse('2027-01-01T00:00:00Z')
const second = 1_000
const hour = 3_600 * second
const day = 24 * hour

function entryOf(config: object): ScheduleEntry {
  const { entry, problems } = parseEntry('tea', { class: 'Tea', queue: 'kitchen', ...config })
  if (entry === null) throw new Error(JSON.stringify(problems))
  return entry
}

function registered(atMs = startMs): Standing {
  return { hasRun: false, atMs, sinceMs: atMs, runs: 0 }
}

function lastRun(atMs: number): Standing {
  return { hasRun: true, atMs, sinceMs: startMs, runs: 0 }
}

function plannerOf(config: object, standing: Standing = registered()): Planner {
  const planner = new Planner()
  planner.put(entryOf(config), standing)
  return planner
}

interface Done {
  readonly runs: DueRun[]
  readonly skipped: SkippedRuns[]
}

/** What is fired and skipped at that time; all of it counts as claimed afterwards. */
function claimAll(planner: Planner, nowMs: number): Done {
  const done: Done = { runs: [], skipped: [] }
  for (let due = planner.due(nowMs); due.length > 0; due = planner.due(nowMs)) {
    for (const planned of due) {
      const { runs, skipped } = judge(planned, nowMs)
      if (skipped !== null) {
        done.skipped.push(skipped)
        planner.ran('tea', skipped.lastPlannedMs, false)
      }
      for (const run of runs) planner.ran('tea', run.plannedMs, true)
      done.runs.push(...runs)
    }
  }
  return done
}

/** Planned times of the runs, as seconds since the start. */
function seconds({ runs }: Done): number[] {
  return runs.map(({ plannedMs }) => (plannedMs - startMs) / second)
}

describe('an interval', () => {
  it('runs first after one interval, then every interval', () => {
    const planner = plannerOf({ every: '30s' })
    expect(planner.nextMs).toBe(startMs + 30 * second)
    expect(planner.due(startMs + 29_999)).toEqual([])
    expect(seconds(claimAll(planner, startMs + 30 * second))).toEqual([30])
    expect(planner.nextMs).toBe(startMs + 60 * second)
  })

  it('runs first after first_in, which holds once', () => {
    const planner = plannerOf({ every: ['30s', { first_in: '10s' }] })
    expect(seconds(claimAll(planner, startMs + 10 * second))).toEqual([10])
    expect(seconds(claimAll(planner, startMs + 40 * second))).toEqual([40])
    expect(plannerOf({ every: ['30s', { first_in: '10s' }] }, lastRun(startMs + 40 * second)).nextMs).toBe(
      startMs + 70 * second,
    )
  })

  it('counts on from its last run after a restart, not from the restart', () => {
    const planner = plannerOf({ every: '1h' }, lastRun(startMs + hour))
    expect(planner.nextMs).toBe(startMs + 2 * hour)
    expect(plannerOf({ every: '1h' }, registered(startMs - 40 * 60 * second)).nextMs).toBe(
      startMs + 20 * 60 * second,
    )
  })

  it('stays on its grid however late it is fired, and its jitter does not add up', () => {
    for (const jitter of ['0s', '20s']) {
      const planner = plannerOf({ every: '1m', jitter })
      const offset = ((planner.nextMs - startMs) / second) % 60
      const planned: number[] = []
      let nowMs = startMs
      for (let pass = 0; pass < 50; pass++) {
        nowMs = planner.nextMs + (pass % 3) * 900
        planned.push(...seconds(claimAll(planner, nowMs)))
      }
      expect(planned).toEqual(Array.from({ length: 50 }, (_, index) => (index + 1) * 60 + offset))
      const restarted = plannerOf({ every: '1m', jitter }, lastRun(startMs + (planned.at(-1) ?? 0) * second))
      expect(restarted.nextMs).toBe(planner.nextMs)
    }
  })
})

describe('missed runs', () => {
  const nowMs = startMs + 3_605 * second

  it.each<[string, object, number[]]>([
    ['none are made up', { catch_up: 'none' }, []],
    ['the last is made up, unless it is said otherwise', {}, [3_600]],
    [
      'all within the window are made up',
      { catch_up: 'all' },
      [3_060, 3_120, 3_180, 3_240, 3_300, 3_360, 3_420, 3_480, 3_540, 3_600],
    ],
    ['all within a shorter window', { catch_up: 'all', catch_up_window: '2m' }, [3_540, 3_600]],
    ['the last is not made up when it is older than the window', { catch_up_window: '4s' }, []],
  ])('%s', (_what, policy, made) => {
    const planner = plannerOf({ every: '1m', ...policy })
    const done = claimAll(planner, nowMs)
    expect(seconds(done)).toEqual(made)
    expect(done.runs.every(({ caughtUp }) => caughtUp)).toBe(true)
    const skipped = done.skipped.reduce((sum, { count }) => sum + count, 0)
    expect(skipped).toBe(60 - made.length)
    expect(done.skipped[0]).toMatchObject({ firstPlannedMs: startMs + 60 * second })
    expect(planner.nextMs).toBe(startMs + 3_660 * second)
  })

  it('are none when a run is only a little late', () => {
    for (const policy of ['none', 'last', 'all']) {
      const done = claimAll(plannerOf({ every: '1m', catch_up: policy }), startMs + 64_900)
      expect(seconds(done)).toEqual([60])
      expect(done.runs[0]?.caughtUp).toBe(false)
      expect(done.skipped).toEqual([])
    }
  })

  it('of a very long time are passed over without counting them all', () => {
    const yearsLater = startMs + 3 * 365 * day
    for (const config of [
      { every: '1s' },
      { cron: '* * * * * *' },
      { cron: '30 2 * * *' },
      { every: '1s', catch_up_window: '1000d' },
    ]) {
      const planner = plannerOf(config, lastRun(startMs))
      const done = claimAll(planner, yearsLater)
      expect(done.runs.length).toBeLessThanOrEqual(1)
      expect(planner.nextMs).toBeGreaterThan(yearsLater)
      expect(done.skipped.length).toBe(1)
    }
  })

  it('know the planned time of the run before them', () => {
    const { runs } = claimAll(
      plannerOf({ every: '1m', catch_up: 'all' }, lastRun(startMs)),
      startMs + 190 * second,
    )
    expect(runs.map(({ previousMs }) => (Number(previousMs) - startMs) / second)).toEqual([0, 60, 120])
    const [first] = claimAll(plannerOf({ every: '1m' }), startMs + 60 * second).runs
    expect(first?.previousMs).toBeNull()
  })
})

describe('what is due', () => {
  it('stays due until it was claimed, by whomever', () => {
    const planner = plannerOf({ every: '1m' })
    const nowMs = startMs + 60 * second
    expect(planner.due(nowMs)).toHaveLength(1)
    expect(planner.due(nowMs)).toHaveLength(1)
    planner.ran('tea', nowMs, true)
    expect(planner.due(nowMs)).toEqual([])
    planner.ran('tea', startMs, true)
    planner.ran('unknown', nowMs, true)
    expect(planner.nextMs).toBe(startMs + 120 * second)
  })

  it('is never an entry that runs by hand, is disabled, has ended or was taken out', () => {
    for (const config of [
      {},
      { every: '1m', enabled: false },
      { every: '1m', ends_at: '2026-12-31T00:00:00Z' },
    ]) {
      const planner = plannerOf(config)
      expect(planner.nextMs).toBe(Number.POSITIVE_INFINITY)
      expect(planner.due(startMs + day)).toEqual([])
    }
    const planner = plannerOf({ every: '1m' })
    planner.remove('tea')
    expect([planner.nextMs, planner.size]).toEqual([Number.POSITIVE_INFINITY, 0])
  })

  it('comes longest overdue first, out of any number of entries', () => {
    const many = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(many, fc.integer({ min: 1, max: 600 }), (everySeconds, now) => {
        const planner = new Planner()
        everySeconds.forEach((every, index) => {
          planner.put({ ...entryOf({ every: `${every}s` }), name: `e${index}` }, registered())
        })
        const due = planner.due(startMs + now * second).map(({ nextMs }) => (nextMs - startMs) / second)
        expect(due).toEqual(everySeconds.filter((every) => every <= now).sort((a, b) => a - b))
        expect(planner.nextMs).toBe(startMs + Math.min(...everySeconds) * second)
      }),
    )
  })

  it('is the same whether it was prepared or not, also of an entry that changes after it', async () => {
    const [prepared, plain] = [
      { every: '30s', limit: 3 },
      { every: '30s', limit: 3 },
    ].map((config) => plannerOf(config))
    for (const now of [30, 60, 90, 120]) {
      await prepared?.prepare(startMs + now * second)
      const [one, other] = [prepared, plain].map((planner) =>
        claimAll(planner ?? new Planner(), startMs + now * second),
      )
      expect(one).toEqual(other)
      expect(prepared?.nextMs).toBe(plain?.nextMs)
    }
    const planner = plannerOf({ cron: '0 4 * * *', timezone: 'UTC' })
    await planner.prepare(startMs + day)
    planner.put(entryOf({ cron: '0 5 * * *', timezone: 'UTC' }), registered())
    expect(seconds(claimAll(planner, startMs + 5 * hour))).toEqual([5 * 3_600])
    expect(planner.nextMs).toBe(startMs + 29 * hour)
  })

  it('is the same whether one looks every second or rarely', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 90 }), (looks, every) => {
        const planner = plannerOf({ every: `${every}s`, catch_up: 'all' })
        let nowMs = startMs
        const planned = looks.flatMap((gap) => {
          nowMs += gap * second
          return seconds(claimAll(planner, nowMs))
        })
        const expected = Array.from(
          { length: Math.floor((nowMs - startMs) / second / every) },
          (_, n) => (n + 1) * every,
        )
        expect(planned).toEqual(expected)
      }),
    )
  })
})
