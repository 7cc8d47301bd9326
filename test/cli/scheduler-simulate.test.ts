// resque-scheduler simulate: every run of a span, in order, clocks included.

import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/scheduler-program.ts'
import { type Answer, callProgram } from '../support/call-program.ts'
import { runProgram } from '../support/child.ts'
import { scheduleFile } from '../support/daemons.ts'

const schedule = `nightly:
  cron: "30 2 * * * Europe/Berlin"
  class: ReportJob
  queue: reports
  args: [daily, 3]
pulse:
  cron: "0 * * * * Europe/Berlin"
  class: Pulse
  queue: low
by_hand: { class: Index, queue: low }
`

async function simulate(text: string, ...argv: string[]): Promise<Answer> {
  return callProgram(main, ['simulate', await scheduleFile(text), ...argv])
}

function jsonLines({ stdout }: Answer): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

const spring = ['--from', '2026-03-29', '--to', '2026-03-29 04:00']

test('runs are printed in order, the change of the clocks between them, and a summary at the end', async () => {
  const { code, stdout, stderr } = await simulate(schedule, ...spring)
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toBe(`2026-03-29 00:00 +01:00  pulse    Pulse() → low
2026-03-29 01:00 +01:00  pulse    Pulse() → low
── 2026-03-29 02:00 → 03:00 Europe/Berlin: clocks go forward ──
2026-03-29 03:00 +02:00  nightly  ReportJob("daily", 3) → reports  shifted: 02:30 does not exist that day
2026-03-29 03:00 +02:00  pulse    Pulse() → low

2026-03-29 00:00 +01:00 to 2026-03-29 04:00 +02:00 (Europe/Berlin)
4 runs of 2 entries; 1 shifted and 0 kept once by clocks; most in one minute: 2, at 2026-03-29 03:00 +02:00
without a run: by_hand
`)
})

test('--json prints one object per line', async () => {
  const lines = jsonLines(await simulate(schedule, ...spring, '--json'))
  expect(lines.map(({ type }) => type)).toEqual(['run', 'run', 'clocks', 'run', 'run', 'summary'])
  expect(lines[2]).toMatchObject({
    at: '2026-03-29T01:00:00Z',
    zones: ['Europe/Berlin'],
    offsetAfterSeconds: 7200,
  })
  expect(lines[3]).toEqual({
    ...{
      type: 'run',
      at: '2026-03-29T01:00:00Z',
      local: '2026-03-29T03:00:00+02:00',
      timezone: 'Europe/Berlin',
    },
    ...{ name: 'nightly', class: 'ReportJob', queue: 'reports', args: ['daily', 3] },
    ...{ mark: 'shifted', note: '02:30 does not exist that day' },
  })
  expect(lines[4]).toMatchObject({ name: 'pulse', mark: null })
  expect(lines.at(-1)).toMatchObject({
    ...{ from: '2026-03-28T23:00:00Z', to: '2026-03-29T02:00:00Z', runs: 4, shifted: 1, keptOnce: 0 },
    entries: { nightly: 1, pulse: 3, by_hand: 0 },
  })
})

test('--name picks entries, and says which is probably meant by a wrong name', async () => {
  const { stdout } = await simulate(schedule, ...spring, '--name', 'nightly', '--json')
  expect(stdout).not.toContain('pulse')
  const wrong = await simulate(schedule, '--name', 'nightyl')
  expect(wrong).toMatchObject({ code: 1, stdout: '' })
  expect(wrong.stderr).toContain('no entry "nightyl". Did you mean "nightly"?')
})

test('--timezone is the zone of entries that name none, and of the times', async () => {
  const text = 'noon: { cron: "0 12 * * *", class: Noon, queue: low }\n'
  const argv = ['--from', '2026-01-01', '--to', '2026-01-02', '--timezone', 'Asia/Tokyo', '--json']
  expect(jsonLines(await simulate(text, ...argv))[0]).toMatchObject({ at: '2026-01-01T03:00:00Z' })
  const { stdout } = await simulate(schedule, ...spring, '--timezone', 'UTC')
  expect(stdout).toContain(
    '2026-03-29 01:00 +00:00  nightly  ReportJob("daily", 3) → reports (03:00 Europe/Berlin)',
  )
})

test('entries with errors are told and left out, and the exit code is 1', async () => {
  const { code, stdout, stderr } = await simulate(
    `${schedule}bad: { cron: "99 * * * *", queue: low }\n`,
    ...spring,
  )
  expect(code).toBe(1)
  expect(stderr).toMatch(/schedule\.yml:11:\d+: error: bad\.cron/)
  expect(stdout).toContain('4 runs of 2 entries')
})

describe('wrong usage ends with exit code 2', () => {
  test.each([
    [['--from', 'soon'], /--from is "soon": this is no time.*2027-01-01T09:00:00Z/],
    [['--from', '2026-02-01', '--to', '2026-01-01'], /--to is not after --from/],
    [['--timezone', 'Europe/Berln'], /Did you mean "Europe\/Berlin"/],
  ])('%j', async (argv, pattern) => {
    const { code, stderr } = await simulate(schedule, ...argv)
    expect(code).toBe(2)
    expect(stderr).toMatch(pattern)
  })

  test('flags before the command, which would be passed over', async () => {
    const file = await scheduleFile(schedule)
    const { code, stderr } = await callProgram(main, ['--environment', 'production', 'simulate', file])
    expect(code).toBe(2)
    expect(stderr).toContain('--environment stands before "simulate"')
  })
})

const everySecond = 'tick: { cron: "* * * * * *", class: Tick, queue: low }\n'

test('the program ends when nobody reads any more, however much is left', async () => {
  const argv = ['simulate', await scheduleFile(everySecond), '--from', '2026-01-01', '--to', '2100-01-01']
  const program = runProgram('resque-scheduler', argv)
  await program.waitForLine(/Tick/)
  program.process.stdout?.destroy()
  expect(await program.exit).toEqual({ code: 0, signal: null })
})

test('a pipe gets everything, the summary included', async () => {
  const argv = [
    'simulate',
    await scheduleFile(everySecond),
    '--from',
    '2026-01-01',
    '--to',
    '2026-01-02',
    '--json',
  ]
  const program = runProgram('resque-scheduler', argv)
  expect(await program.exit).toEqual({ code: 0, signal: null })
  const lines = program.stdout().trimEnd().split('\n')
  expect(lines).toHaveLength(86_401)
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ type: 'summary', runs: 86_400 })
})
