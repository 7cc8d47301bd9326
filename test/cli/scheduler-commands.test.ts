// check and next: answers about a schedule file, for people and for programs, without Redis.

import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/scheduler-program.ts'
import { type Answer, callProgram } from '../support/call-program.ts'
import { scheduleFile } from '../support/daemons.ts'

const good = `nightly:
  cron: "30 2 * * * Europe/Berlin"
  class: ReportJob
  queue: reports
  args: [daily]
  env: production, staging
pulse:
  every: [30s, { first_in: 10s }]
  class: Pulse
  queue: low
by_hand:
  class: Index
  queue: low
`

function call(...argv: string[]): Promise<Answer> {
  return callProgram(main, argv)
}

describe('check', () => {
  test('--json gives every entry and no problem for a good file', async () => {
    const file = await scheduleFile(good)
    const { code, stdout, stderr } = await call('check', file, '--json')
    expect([code, stderr]).toEqual([0, ''])
    const answer = JSON.parse(stdout)
    expect(Object.keys(answer)).toEqual(['file', 'entries', 'problems'])
    expect(answer).toMatchObject({ file, problems: [] })
    expect(answer.entries[0]).toEqual({
      name: 'nightly',
      kind: 'cron',
      cron: '30 2 * * * Europe/Berlin',
      everySeconds: null,
      firstInSeconds: null,
      timezone: 'Europe/Berlin',
      class: 'ReportJob',
      queue: 'reports',
      params: ['daily'],
      env: ['production', 'staging'],
      enabled: true,
      next: [expect.any(String), expect.any(String), expect.any(String)],
    })
    expect(answer.entries[1]).toMatchObject({
      kind: 'every',
      everySeconds: 30,
      firstInSeconds: 10,
      cron: null,
    })
    expect(answer.entries[2]).toMatchObject({ kind: 'manual', next: [] })
  })

  test('every problem is told with its place, and the exit code is 1', async () => {
    const file = await scheduleFile(
      'a:\n  cron: "99 * * * *"\n  class: A\n  queue: low\nb:\n  evry: 5m\n  queue: low\n',
    )
    const { code, stdout } = await call('check', file, '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout).problems).toEqual([
      expect.objectContaining({
        severity: 'error',
        line: 2,
        column: expect.any(Number),
        entry: 'a',
        field: 'cron',
      }),
      expect.objectContaining({
        severity: 'error',
        line: 6,
        entry: 'b',
        message: expect.stringContaining('every'),
      }),
    ])
    const people = await call('check', file)
    expect(people.code).toBe(1)
    expect(people.stdout).toMatch(new RegExp(`${file}:2:\\d+: error: a\\.cron`))
    expect(people.stdout).toMatch(/2 errors/)
  })

  test('an entry without a queue is an error until a queue is given, and is shown all the same', async () => {
    const file = await scheduleFile('a: { cron: "@daily", class: Note }\n')
    const answer = await call('check', file, '--json')
    expect(answer.code).toBe(1)
    expect(JSON.parse(answer.stdout).entries).toEqual([expect.objectContaining({ name: 'a', queue: null })])
    const withDefault = await call('check', file, '--json', '--default-queue', 'low')
    expect(JSON.parse(withDefault.stdout)).toMatchObject({ entries: [{ queue: 'low' }], problems: [] })
    const withJobs = await call('check', file, '--json', '--jobs', 'test/fixtures/jobs/cli')
    expect(JSON.parse(withJobs.stdout)).toMatchObject({ entries: [{ queue: 'notes' }], problems: [] })
  })

  test('several files make a list, and one that is not there is an error in it', async () => {
    const { code, stdout } = await call('check', await scheduleFile(good), '/nowhere.yml', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject([
      { problems: [] },
      { entries: [], problems: [{ severity: 'error' }] },
    ])
  })

  test('the variables of where it runs change nothing', async () => {
    const file = await scheduleFile(good)
    const answers = [{}, { NODE_ENV: 'test' }].map((env) => callProgram(main, ['check', file], { env }))
    const [plain, inTest] = await Promise.all(answers)
    expect(inTest?.stdout.split('\n').length).toBe(plain?.stdout.split('\n').length)
  })
})

describe('next', () => {
  const from = ['--from', '2026-12-01T00:00:00Z']

  test('--json gives the runs of each entry after a time', async () => {
    const { code, stdout } = await call('next', await scheduleFile(good), ...from, '--count', '2', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual([
      { name: 'nightly', occurrences: ['2026-12-01T01:30:00.000Z', '2026-12-02T01:30:00.000Z'] },
      { name: 'pulse', occurrences: ['2026-12-01T00:00:10.000Z', '2026-12-01T00:00:40.000Z'] },
      { name: 'by_hand', occurrences: [] },
    ])
  })

  test('people get the same, with the timing in words', async () => {
    const { stdout } = await call('next', await scheduleFile(good), ...from)
    expect(stdout).toMatch(/nightly {2}at 02:30 every day, Berlin time\n {2}2026-12-01T01:30:00\.000Z\n/)
    expect(stdout.match(/2026-12-0\dT01:30/g)).toHaveLength(5)
  })

  test('errors go to stderr and the exit code', async () => {
    const { code, stdout, stderr } = await call('next', await scheduleFile(`${good}bad: 5\n`), '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toHaveLength(3)
    expect(stderr).toMatch(/:14:\d+: error: bad/)
  })

  test.each([
    [['--from', 'tomorrow'], /--from is "tomorrow"/],
    [['--count', '0'], /--count is "0"/],
  ])('%j is wrong usage', async (flags, pattern) => {
    const { code, stderr } = await call('next', await scheduleFile(good), ...flags)
    expect(code).toBe(2)
    expect(stderr).toMatch(pattern)
  })
})
