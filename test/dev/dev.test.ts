// `resque dev` as a stranger starts it: what it tells, how it ends, and that it leaves nothing behind.

import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, inject, onTestFinished, test } from 'vitest'
import { Resque } from '../../src/client/resque.ts'
import { type Program, runProgram } from '../support/child.ts'
import { eventually } from '../support/eventually.ts'
import { isRunning } from '../support/watchdog.ts'

interface Started {
  readonly pid: number
  readonly port: number
  readonly dir: string
}

/** The redis-server that the program says it has started. */
async function redisOf(program: Program): Promise<Started> {
  const line = await program.waitForLine(/^ {2}redis /)
  const [, pid, port, dir = ''] = /pid (\d+), 127\.0\.0\.1:(\d+), in (\S+)/.exec(line) ?? []
  return { pid: Number(pid), port: Number(port), dir }
}

function expectNothingLeft({ pid, dir }: Started): void {
  expect([isRunning(pid), existsSync(dir)]).toEqual([false, false])
}

/** The state words of the lines about one job, in order. */
function statesOf(program: Program, job: string): string[] {
  const lines = program.lines.filter((line) => line.includes(`  ${job}`) && /^\d\d:/.test(line))
  return lines.map((line) => line.split(/ +/)[1] ?? '')
}

test('--for shows every fate of a job, recurring ones too, sums up and ends with 0', async () => {
  const program = runProgram('resque', ['dev', '--schedule', 'schedules/app.json', '--for', '6s'])
  const redis = await redisOf(program)
  expect(isRunning(redis.pid)).toBe(true)
  expect(await program.exit).toEqual({ code: 0, signal: null })
  const out = program.stdout()
  expect(statesOf(program, 'SendEmail("ann@example.com", "welcome"')).toEqual([
    'waiting',
    'running',
    'complete',
  ])
  const followUp = ['delayed', 'waiting', 'running', 'complete']
  expect(statesOf(program, 'SendEmail("bob@example.com", "follow-up"')).toEqual(followUp)
  expect(statesOf(program, 'SendEmail("eve@example.com", "regrets"')).toEqual(['delayed', 'cancelled'])
  expect(statesOf(program, 'FlakyUpload(')).toEqual([
    'waiting',
    'running',
    'delayed',
    'waiting',
    'running',
    'complete',
  ])
  expect(out).toMatch(/ failed .*ImportPrices\(.*Error: 503 Service Unavailable/)
  expect(out).toMatch(/ fired .*Heartbeat\(\) .*by heartbeat, planned for/)
  expect(out).toMatch(/^ {2}SendEmail +2 +0 +1 +0$/m)
  expect(out).toMatch(/processed \d+ in all, \d+ of them failed\nredis-server stopped, its folder removed\n$/)
  expect(out).not.toContain('\u001b')
  expect(program.stderr()).toBe('')
  expectNothingLeft(redis)
})

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends it with 0 and leaves nothing behind',
  async (signal) => {
    const program = runProgram('resque', ['dev'])
    const redis = await redisOf(program)
    await program.waitForLine(/ complete /)
    program.kill(signal)
    expect(await program.exit).toEqual({ code: 0, signal: null })
    expect(program.stdout()).toMatch(/summary of .*redis-server stopped/s)
    expectNothingLeft(redis)
  },
)

test('kill -9 leaves nothing behind either', async () => {
  const program = runProgram('resque', ['dev'])
  const redis = await redisOf(program)
  await program.waitForLine(/ complete /)
  program.kill('SIGKILL')
  await eventually(() => expectNothingLeft(redis))
})

test('when its redis-server is killed it says so and ends with 1', async () => {
  const program = runProgram('resque', ['dev'])
  const redis = await redisOf(program)
  await program.waitForLine(/ complete /)
  process.kill(redis.pid, 'SIGKILL')
  expect(await program.exit).toEqual({ code: 1, signal: null })
  expect(program.stdout()).toMatch(/redis-server has ended/)
  expectNothingLeft(redis)
})

test('what is done from another terminal is told as well', async () => {
  const program = runProgram('resque', ['dev'])
  const { port } = await redisOf(program)
  const resque = new Resque({ redis: `redis://127.0.0.1:${port}` })
  onTestFinished(() => resque.close())
  await program.waitForLine(/ delayed .*bob@example\.com/)
  const bob = (await resque.delayed.list()).find(({ args }) => args[0] === 'bob@example.com')
  expect(await resque.cancel(bob?.id ?? '')).toBe(true)
  await program.waitForLine(/ cancelled .*bob@example\.com/)
  const id = (await resque.enqueueTo('low', 'Heartbeat')) ?? ''
  await program.waitForLine(new RegExp(`complete   ${id.slice(-8)}  Heartbeat`))
})

test('in a project it runs the jobs and the schedule of the project, with no jobs of its own', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'resque-project-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  await mkdir(join(cwd, 'jobs'))
  await writeFile(join(cwd, 'jobs', 'mine.mjs'), "export class Mine { static queue = 'q'; perform() {} }")
  await writeFile(join(cwd, 'schedule.yml'), 'mine:\n  every: 1s\n  class: Mine\n')
  const program = runProgram('resque', ['dev'], { cwd })
  await program.waitForLine(/ complete .* Mine\(\)/)
  program.kill('SIGINT')
  await program.exit
  expect(program.stdout()).toMatch(/^ {2}scheduler {2}schedule\.yml, 1 recurring entry$/m)
  expect(program.stdout()).not.toContain('SendEmail')
})

test('on a Redis that runs already it uses a namespace of its own and removes it', async () => {
  const redis = new Redis(inject('redisUrl'))
  onTestFinished(() => redis.disconnect())
  const program = runProgram('resque', ['dev'], { env: { REDIS_URL: inject('redisUrl') } })
  const line = await program.waitForLine(/which runs already/)
  const namespace = /namespace (resque-dev-[0-9a-f]+)$/.exec(line)?.[1] ?? ''
  await program.waitForLine(/ complete /)
  expect(await redis.exists(`${namespace}:queues`)).toBe(1)
  program.kill('SIGINT')
  expect(await program.exit).toEqual({ code: 0, signal: null })
  expect(program.stdout()).toMatch(new RegExp(`^[1-9]\\d* keys of namespace ${namespace} removed$`, 'm'))
  expect(await redis.keys(`${namespace}:*`)).toEqual([])
})

test.each([
  [['--for', 'soon'], 2, /--for: "soon" is no duration/],
  [['--schedule', 'nowhere.yml'], 2, /nowhere\.yml.* does not exist/],
  [['--jobs', 'nowhere'], 2, /nowhere/],
  [['--redis', 'redis://:secret@127.0.0.1:1'], 1, /Redis at redis:\/\/127\.0\.0\.1:1 failed/],
])('%j ends at once with exit code %i and the reason', async (flags, code, reason) => {
  const program = runProgram('resque', ['dev', ...flags])
  expect(await program.exit).toEqual({ code, signal: null })
  expect(program.stderr()).toMatch(reason)
  expect(program.stderr()).not.toMatch(/secret|\n {4}at /)
})
