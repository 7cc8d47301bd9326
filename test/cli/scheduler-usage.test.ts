// What resque-scheduler says to wrong usage, and in its help.

import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/scheduler-program.ts'
import { callProgram } from '../support/call-program.ts'
import { scheduleFile } from '../support/daemons.ts'

describe('wrong usage ends with exit code 2', () => {
  const wrong: readonly [string, readonly string[], RegExp][] = [
    ['an unknown flag', ['--schedul', 'a.yml'], /--schedul.*--schedule/],
    ['an unknown command', ['chekc', 'a.yml'], /no command "chekc".*"check"/],
    ['an unknown flag of a command', ['check', 'a.yml', '--jsn'], /--jsn.*--json/],
    ['a command without its file', ['check'], /missing required argument 'file'/],
    ['an interval of nothing', ['--interval', '0'], /--interval is "0".*seconds/],
    ['a format that is none', ['--logformat', 'xml'], /text, json, logfmt/],
    ['a schedule that is not there', ['--schedule', '/nowhere.yml'], /nowhere\.yml.*does not exist/s],
    ['a flag without its value', ['--schedule'], /argument missing/],
  ]

  test.each(wrong)('%s', async (_, argv, pattern) => {
    const { code, stderr } = await callProgram(main, argv)
    expect(code).toBe(2)
    expect(stderr).toMatch(pattern)
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  test('--strict and a schedule with errors: all of them are told', async () => {
    const file = await scheduleFile('a: { cron: "99 * * * *", queue: q }\nb: { every: soon, queue: q }\n')
    const { code, stderr } = await callProgram(main, ['--schedule', file, '--strict'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/2 errors/)
    expect(stderr).toMatch(/:1:\d+: error: a\.cron/)
    expect(stderr).toMatch(/:2:\d+: error: b\.every/)
  })
})

test('--help names the commands, the signals, and each flag with its variables', async () => {
  const { code, stdout } = await callProgram(main, ['--help'])
  expect(code).toBe(0)
  const words = stdout.replace(/\s+/g, ' ')
  for (const name of [
    'RESQUE_SCHEDULER_INTERVAL; default: 1',
    'RAILS_ENV, NODE_ENV',
    'APP_NAME',
    'DYNAMIC_SCHEDULE',
  ])
    expect(words).toContain(`env: ${name}`)
  for (const word of ['check [options]', 'next [options]', 'HUP, USR2', 'USR1']) expect(words).toContain(word)
})

test('the help of a command is its own', async () => {
  const { code, stdout } = await callProgram(main, ['next', '--help'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/--from <time>/)
  expect(stdout).not.toMatch(/RAILS_ENV/)
})
