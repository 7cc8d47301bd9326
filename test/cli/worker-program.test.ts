// What resque-worker makes of its flags, its surroundings and a Redis that is not there.

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, inject, test } from 'vitest'
import { main } from '../../src/cli/worker-program.ts'
import { callProgram } from '../support/call-program.ts'
import { repository, runProgram } from '../support/child.ts'
import { freshFolder, startWorker, steeredJobs } from '../support/daemons.ts'
import { eventually } from '../support/eventually.ts'
import { freshNamespace } from '../support/namespace.ts'
import { freePort, startRedis } from '../support/redis-server.ts'
import { world } from '../support/world.ts'

const run = promisify(execFile)

describe('wrong usage ends with exit code 2', () => {
  const right = ['--queue', 'mail', '--jobs', steeredJobs]
  const wrong: readonly [string, readonly string[], RegExp][] = [
    ['an unknown flag', ['--quue', 'mail'], /--quue.*--queue/],
    ['a stray word', [...right, 'mail'], /too many arguments/],
    ['no queue', ['--jobs', steeredJobs], /no queue is named.*--queue.*QUEUE/],
    ['concurrency 0', [...right, '--concurrency', '0'], /--concurrency is "0"/],
    ['no jobs', ['--queue', 'mail'], /no jobs are named.*--jobs/],
    ['jobs that are not there', ['--queue', 'mail', '--jobs', 'nowhere'], /nowhere.*does not exist/],
    ['a folder without jobs', ['--queue', 'a', '--jobs', 'test/fixtures/jobs/none'], /no job was found in/],
    [
      'jobs that throw',
      ['--queue', 'a', '--jobs', 'test/fixtures/jobs/throwing.mjs'],
      /throwing\.mjs:5.*prices/,
    ],
    ['a log file in no folder', [...right, '--logfile', '/nowhere/at/all.log'], /all\.log.*--logfile/],
  ]

  test.each(wrong)('%s', async (_, argv, pattern) => {
    const { code, stderr, stdout } = await callProgram(main, argv)
    expect(code).toBe(2)
    expect(stderr).toMatch(pattern)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stdout).toBe('')
  })
})

test('--help names every flag with its variables and its default', async () => {
  const { code, stdout } = await callProgram(main, ['--help'])
  expect(code).toBe(0)
  const words = stdout.replace(/\s+/g, ' ')
  for (const name of [
    'QUEUE, QUEUES',
    'RESQUE_CONCURRENCY',
    'RESQUE_TERM_TIMEOUT',
    'REDIS_URL',
    'RESQUE_JOBS',
  ])
    expect(words).toContain(`env: ${name}`)
  for (const unset of ['10', '25', 'resque', 'redis://127.0.0.1:6379', 'text'])
    expect(words).toContain(`default: ${unset}`)
})

test('--version is the version of the package', async () => {
  const { version } = JSON.parse(await readFile(`${repository}package.json`, 'utf8'))
  expect(await callProgram(main, ['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

test('a wrong password ends it with exit code 1, a cure, and not a word of the password', async () => {
  const server = await startRedis({ args: ['--requirepass', 'opensesame'] })
  try {
    const redis = `redis://:sesame-of-mine@127.0.0.1:${server.port}`
    const argv = ['--queue', 'mail', '--jobs', steeredJobs, '--redis', redis]
    const { code, stdout, stderr } = await callProgram(main, argv)
    expect(code).toBe(1)
    expect(stderr).toMatch(/password into the URL/)
    expect(stdout + stderr).not.toContain('sesame-of-mine')
  } finally {
    await server.stop()
  }
})

test('it waits for a Redis that is not there yet, and goes on when it is', async () => {
  const port = await freePort()
  const argv = ['--queue', 'notes', '--jobs', steeredJobs, '--redis', `redis://127.0.0.1:${port}`]
  const worker = runProgram('resque-worker', argv)
  expect(await worker.waitForLine(/Waiting for it/)).toContain(`127.0.0.1:${port}`)
  const server = await startRedis({ port })
  try {
    await worker.waitForLine(/has started/, 20_000)
    worker.kill()
    expect(await worker.exit).toEqual({ code: 0, signal: null })
  } finally {
    await server.stop()
  }
})

test('it can be stopped while it waits for Redis', async () => {
  const argv = ['--queue', 'notes', '--jobs', steeredJobs, '--redis', `127.0.0.1:${await freePort()}`]
  const worker = runProgram('resque-worker', argv)
  await worker.waitForLine(/Waiting for it/)
  worker.kill('SIGINT')
  expect(await worker.exit).toEqual({ code: 0, signal: null })
})

test('variables do what flags do, ./jobs is where jobs are, and lines may be JSON', async () => {
  const folder = join(repository, 'test/fixtures/jobs/app')
  const namespace = freshNamespace()
  const env = {
    QUEUE: 'greetings',
    PREFIX: `${namespace}:`,
    REDIS_URL: inject('redisUrl'),
    LOGFORMAT: 'json',
  }
  const worker = runProgram('resque-worker', [], { cwd: folder, env: { ...env, QUEUES: '' } })
  await worker.waitForLine(/has started/)
  const home = world({ namespace })
  const id = await home.resque.enqueueTo('greetings', 'Greet', 'Ann')
  const line = await worker.waitForLine(/"event":"completed"/)
  expect(JSON.parse(line)).toMatchObject({ level: 'info', id, class: 'Greet', queue: 'greetings' })
})

test('the pid file and the title tell who it is', async () => {
  const pidfile = join(await freshFolder(), 'worker.pid')
  const worker = await startWorker(world(), [], { env: { PIDFILE: pidfile } })
  const { pid } = worker.process
  expect((await readFile(pidfile, 'utf8')).trim()).toBe(String(pid))
  await eventually(async () => {
    const { stdout } = await run('ps', ['-o', 'args=', '-p', String(pid)])
    expect(stdout).toMatch(/^resque-\d+\.\d+\.\d+: Waiting for/)
  })
  worker.kill()
  await worker.exit
  await expect(readFile(pidfile, 'utf8')).rejects.toThrow('ENOENT')
})

test('a promise that a job leaves behind is told, and ends nobody', async () => {
  const home = world()
  const worker = await startWorker(home)
  await home.resque.enqueueTo('notes', 'Careless')
  await worker.waitForLine(/nobody heard it: RangeError: left behind/)
  await home.resque.enqueueTo('notes', 'Note', 'still here')
  await worker.waitForLine(/performed Note/)
})
