// resque-scheduler explain: all of one entry.

import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/scheduler-program.ts'
import { type Answer, callProgram } from '../support/call-program.ts'
import { scheduleFile } from '../support/daemons.ts'

const schedule = `nightly:
  cron: "30 2 * * * Europe/Berlin"
  class: ReportJob
  queue: reports
  args: [daily, 3, { to: ann }]
  description: Mails yesterday's numbers
  env: production, staging
  overlap: skip
  catch_up: none
pulse:
  every: 1h30m
  class: Pulse
  queue: low
  jitter: 30s
  limit: 7
by_hand: { class: Index }
broken: { cron: "99 * * * *" }
`

async function explain(name: string, ...argv: string[]): Promise<Answer> {
  return callProgram(main, ['explain', await scheduleFile(schedule), name, '--from', '2026-03-28', ...argv])
}

test('tells job, timing, settings, the next ten runs and the days when clocks change', async () => {
  const { code, stdout } = await explain('nightly', '--environment', 'development')
  expect(code).toBe(0)
  for (const line of [
    "description  Mails yesterday's numbers",
    'class        ReportJob',
    'performs     perform("daily", 3, {"to":"ann"})',
    'queue        reports',
    'runs         at 02:30 every day, Berlin time',
    'kind         cron 30 2 * * * Europe/Berlin',
    'environment  production, staging only; not in development',
    'Sat 2026-03-28 02:30 +01:00  2026-03-28T01:30:00Z',
    'Sun 2026-03-29 03:00 +02:00  2026-03-29T01:00:00Z  shifted: 02:30 does not exist that day',
    '2026-10-25 03:00 → 02:00: 02:30 comes twice: runs the first time only, at 2026-10-25 02:30 +02:00',
  ])
    expect(stdout).toContain(`  ${line}`)
  expect(stdout).toMatch(/missed {7}not made up.*catch_up: none/)
  expect(stdout).toMatch(/overlap {6}left out while .* waits or is running/)
  expect(stdout.match(/^ {2}... 2026-\d\d-\d\d /gm)).toHaveLength(10)
})

test('tells what limits, jitter and intervals mean', async () => {
  const { stdout } = await explain('pulse')
  expect(stdout).toMatch(/runs {9}every 1 hour 30 minutes/)
  expect(stdout).toMatch(/when {9}7 runs at most/)
  expect(stdout).toMatch(/jitter {7}always \d+s after .*jitter: 30s/)
  expect(stdout).toMatch(/every 1h30m, counted from its last run/)
})

test('an entry that runs by hand has no runs, and a missing queue is told', async () => {
  const { stdout } = await explain('by_hand')
  expect(stdout).toMatch(/queue {8}none: its class must name one/)
  expect(stdout).not.toMatch(/next|clocks/)
})

test('--json has the same for programs', async () => {
  const { stdout } = await explain('nightly', '--json')
  const answer = JSON.parse(stdout)
  expect(answer).toMatchObject({
    ...{
      name: 'nightly',
      class: 'ReportJob',
      queue: 'reports',
      args: ['daily', 3, { to: 'ann' }],
      kind: 'cron',
    },
    ...{ timezone: 'Europe/Berlin', env: ['production', 'staging'], overlap: 'skip', catchUp: 'none' },
    inWords: { runs: 'at 02:30 every day, Berlin time' },
  })
  expect(answer.next).toHaveLength(10)
  expect(answer.next[1]).toEqual({
    at: '2026-03-29T01:00:00Z',
    local: '2026-03-29T03:00:00+02:00',
    note: 'shifted: 02:30 does not exist that day',
  })
  expect(answer.clockChanges[0]).toMatchObject({
    ...{ at: '2026-03-29T01:00:00Z', effect: 'shifted', run: '2026-03-29T01:00:00Z' },
    step: '2026-03-29 02:00 → 03:00',
  })
  expect(answer.clockChanges.map(({ effect }: { effect: string }) => effect)).toContain('kept once')
})

describe('an entry that is not there', () => {
  test.each([
    ['nightyl', /no entry "nightyl"\. Did you mean "nightly"\?/],
    ['quite_another', /no entry "quite_another"\. Known are nightly, pulse, by_hand/],
    ['broken', /"broken" has errors/],
  ])('%s', async (name, pattern) => {
    const { code, stdout, stderr } = await explain(name)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(pattern)
  })

  test('no name at all is wrong usage', async () => {
    expect(await callProgram(main, ['explain', await scheduleFile(schedule)])).toMatchObject({ code: 2 })
  })
})
