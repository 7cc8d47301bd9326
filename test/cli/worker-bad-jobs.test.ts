// Job files that cannot be right end resque-worker and resque-scheduler at once: exit code 2, one line, the file's name.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main as scheduler } from '../../src/cli/scheduler-program.ts'
import { main as worker } from '../../src/cli/worker-program.ts'
import { callProgram } from '../support/call-program.ts'
import { runProgram } from '../support/child.ts'
import { freshFolder, scheduleFile } from '../support/daemons.ts'

const wrong: readonly [string, string, RegExp][] = [
  ['throws when it is imported', 'throw new RangeError("no prices")', /mail\.mjs:1.*RangeError: no prices/],
  ['throws something that is no error', 'throw undefined', /mail\.mjs cannot be loaded: undefined/],
  ['imports what is not there', 'import "./gone.mjs"', /mail\.mjs.* cannot be loaded.*gone\.mjs/],
  ['exports nothing', 'class Mail { perform() {} }', /mail\.mjs holds no job: it exports nothing/],
  ['has a perform that is no function', 'export class Mail {}\nMail.prototype.perform = 1', /no method/],
  ['has a static perform', 'export class Mail { static perform() {} }', /its perform is static/],
  ...[
    ['queue', '7'],
    ['track', '"yes"'],
    ['retry', '3'],
    ['timeoutSeconds', '"30"'],
    ['unique', '{ untill: "started" }'],
    ['limits', '{ concurrency: 0 }'],
    ['plugins', '{}'],
    ['scheduled', 'true'],
  ].map(([option, value]): [string, string, RegExp] => [
    `has a wrong ${option}`,
    `export class Mail { static ${option} = ${value}; perform() {} }`,
    new RegExp(`mail\\.mjs: the job class Mail: .*${option === 'queue' ? 'queue is named' : option}`),
  ]),
]

describe.each([
  ['resque-worker', worker, async () => ['--queue', 'mail']],
  [
    'resque-scheduler',
    scheduler,
    async () => ['--schedule', await scheduleFile('a:\n  every: 1h\n  queue: q\n')],
  ],
])('%s does not start with a job file that', (_, main, flags) => {
  test.each(wrong)('%s', async (_what, text, pattern) => {
    const path = join(await freshFolder(), 'mail.mjs')
    await writeFile(path, text)
    const { code, stderr } = await callProgram(main, [...(await flags()), '--jobs', path])
    expect([code, stderr]).toEqual([2, expect.stringMatching(pattern)])
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})

test.each([
  ['mail.mjs', 'export class Mail {', /mail\.mjs.* cannot be loaded: SyntaxError: Unexpected/],
  [
    'mail.cjs',
    "require('./gone.cjs')",
    /mail\.cjs:1:1 cannot be loaded: Error: Cannot find module '\.\/gone/,
  ],
])('%s that node itself refuses', async (name, text, pattern) => {
  const path = join(await freshFolder(), name)
  await writeFile(path, text)
  const program = runProgram('resque-worker', ['--queue', 'mail', '--jobs', path])
  expect(await program.exit).toMatchObject({ code: 2 })
  expect(program.stderr()).toMatch(pattern)
  expect(program.stderr().trim().split('\n')).toHaveLength(1)
})
