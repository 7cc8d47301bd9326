// resque-scheduler calendar: 24 hours at a glance, and herds.

import { expect, test } from 'vitest'
import { main } from '../../src/cli/scheduler-program.ts'
import { type Answer, callProgram } from '../support/call-program.ts'
import { scheduleFile } from '../support/daemons.ts'

const herd = Array.from(
  { length: 12 },
  (_, index) => `job_${index}: { cron: "0 6 * * *", class: Job, queue: low }\n`,
)
const schedule = `often: { cron: "*/20 * * * *", class: Often, queue: low }\n${herd.join('')}`

async function calendar(text: string, ...argv: string[]): Promise<Answer> {
  const from = ['--from', '2026-01-01T00:30', '--timezone', 'Europe/Berlin']
  return callProgram(main, ['calendar', await scheduleFile(text), ...from, ...argv])
}

test('shows each hour with its runs, a bar and its busiest minute', async () => {
  const { code, stdout } = await calendar(schedule)
  expect(code).toBe(0)
  expect(stdout).toContain('84 runs of 13 entries in 24 hours from 2026-01-01 00:00 +01:00 (Europe/Berlin)')
  expect(stdout).toMatch(/^Thu 00:00 \+01:00 {3}3 {4}█{6} +00:00 \(1\)$/m)
  expect(stdout).toMatch(/^Thu 06:00 \+01:00 {2}15 {4}█{30} {2}06:00 \(13\)$/m)
  expect(stdout.match(/^Thu /gm)).toHaveLength(24)
  expect(stdout).toMatch(/MOST RUNS\s+often +72\n/)
})

test('tells of a herd and which jitter scatters it', async () => {
  const { stdout } = await calendar(schedule)
  expect(stdout).toMatch(/13 entries in one second: 2026-01-01 06:00 \+01:00 \(often, job_0, .* and 8 more\)/)
  expect(stdout).toMatch(/With "jitter: 30s" on each, at most \d would share a second/)
  expect((await calendar(schedule, '--herd', '13')).stdout).not.toContain('in one second')
})

test('--json has hours, entries and herds', async () => {
  const answer = JSON.parse((await calendar(schedule, '--json')).stdout)
  expect(answer).toMatchObject({
    from: '2025-12-31T23:00:00Z',
    to: '2026-01-01T23:00:00Z',
    timezone: 'Europe/Berlin',
  })
  expect(answer.hours).toHaveLength(24)
  expect(answer.hours[6]).toMatchObject({ runs: 15, busiestMinute: { at: '2026-01-01T05:00:00Z', runs: 13 } })
  expect(answer.entries[0]).toEqual({ name: 'often', runs: 72 })
  expect(answer.herds).toMatchObject([
    { at: '2026-01-01T05:00:00Z', times: 1, advice: { jitterSeconds: 30 } },
  ])
})

test('24 hours are 24 hours on a day with 23 as well', async () => {
  const { stdout } = await calendar(schedule, '--from', '2026-03-29', '--json')
  const locals = JSON.parse(stdout).hours.map(({ local }: { local: string }) => local)
  expect(locals.slice(1, 3)).toEqual(['2026-03-29 01:00 +01:00', '2026-03-29 03:00 +02:00'])
  expect(locals.at(-1)).toBe('2026-03-30 00:00 +02:00')
})

test('a schedule without runs, and a wrong number', async () => {
  const { code, stdout } = await calendar('by_hand: { class: Index, queue: low }\n')
  expect(code).toBe(0)
  expect(stdout).toContain('0 runs of 0 entries')
  expect(await calendar(schedule, '--herd', 'many')).toMatchObject({ code: 2 })
})
