// A password of Redis is seen nowhere: not in what programs print and log, not in errors, not in `ps`.

import { spawnSync } from 'node:child_process'
import { inspect } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { Resque } from '../../src/client/resque.ts'
import { type Program, type ProgramName, type ProgramOptions, runProgram } from '../support/child.ts'
import { freshFolder, steeredJobs } from '../support/daemons.ts'
import { eventually } from '../support/eventually.ts'
import { freePort, type RedisServer, startRedis } from '../support/redis-server.ts'

const secret = 's3cr3t-Pa55'

async function lockedServer(): Promise<RedisServer> {
  const server = await startRedis({ args: ['--requirepass', secret] })
  onTestFinished(() => server.stop())
  return server
}

const withSecret = (url: string): string => url.replace('//', `//:${secret}@`)

/** The command lines of programs, as every user of the machine sees them. */
function shownByPs(...programs: readonly Program[]): string {
  const pids = programs.map(({ process }) => String(process.pid)).join(',')
  return spawnSync('ps', ['-ww', '-o', 'args=', '-p', pids], { encoding: 'utf8' }).stdout
}

function expectNoSecret(...texts: readonly string[]): void {
  for (const text of texts) expect(text).not.toContain(secret)
}

async function ended(program: Program): Promise<number | null> {
  const { code } = await program.exit
  expectNoSecret(program.stdout(), program.stderr())
  return code
}

/** Both ways in which a program is told where Redis is. */
async function codesOf(name: ProgramName, args: readonly string[], url: string): Promise<(number | null)[]> {
  const byFlag = runProgram(name, [...args, '--redis', url])
  const byVariable = runProgram(name, args, { env: { REDIS_URL: url } })
  return Promise.all([ended(byFlag), ended(byVariable)])
}

test('commands that succeed do not show it', async () => {
  const url = withSecret((await lockedServer()).url)
  for (const args of [
    ['enqueue', 'A', '--queue', 'mail'],
    ['stats', '--json'],
    ['queues'],
    ['workers', '--json'],
  ])
    expect(await codesOf('resque', args, url)).toEqual([0, 0])
  expect(await codesOf('resque', ['doctor', '--json'], url)).toEqual([1, 1])
  expect(await codesOf('resque', ['enqueue', '--help'], url)).toEqual([0, 0])
}, 60_000)

test('commands that fail do not show it', async () => {
  const { url } = await lockedServer()
  const nobody = `redis://:${secret}@127.0.0.1:${await freePort()}`
  const refused = url.replace('//', `//:${secret}x@`)
  for (const bad of [nobody, refused, `${withSecret(url)}/99`])
    expect(await codesOf('resque', ['stats', '--json'], bad)).toEqual([1, 1])
  const odd = [
    ...[`redis://:${secret}#x@127.0.0.1:1`, `redis://:${secret}@127.0.0.1:1/name`, `:${secret}@127.0.0.1:1`],
    ...[`redis-sentinel://${secret}@127.0.0.1:1`, `redis-cluster://:${secret}@127.0.0.1:1/7`],
    `redis-sentinel://127.0.0.1:x?name=a&sentinelPassword=${secret}`,
  ]
  for (const bad of odd) expect(await codesOf('resque', ['stats'], bad)).toEqual([2, 2])
  for (const name of ['resque-worker', 'resque-scheduler'] as const) {
    const args = name === 'resque-worker' ? ['--queue', 'mail', '--jobs', steeredJobs] : []
    for (const bad of [refused, odd[0] ?? ''])
      expect((await codesOf(name, [...args, '--logformat', 'json'], bad)).map((code) => code !== 0)).toEqual([
        true,
        true,
      ])
  }
}, 120_000)

const daemons: readonly [ProgramName, readonly string[]][] = [
  ['resque-worker', ['--queue', 'notes', '--jobs', steeredJobs]],
  ['resque-scheduler', ['--verbose']],
]

test.each(daemons)(
  '%s shows it neither at work, nor in trouble, nor to ps',
  async (name, args) => {
    const server = await lockedServer()
    const logs = ['json', 'logfmt', 'text'].map((format) => ['--logformat', format])
    const url = withSecret(server.url)
    const ways: readonly [readonly string[], ProgramOptions][] = [
      [['--redis', url], {}],
      [[], { env: { REDIS_URL: url } }],
      [['--redis', url], { cwd: await freshFolder() }],
    ]
    const programs = ways.map(([more, options], index) =>
      runProgram(name, [...args, ...(logs[index] ?? []), ...more], options),
    )
    for (const program of programs) await program.waitForLine(/has started/)
    expect(shownByPs(...programs)).toContain('resque-')
    expectNoSecret(shownByPs(...programs))
    await server.kill()
    for (const program of programs) await program.waitForLine(/ECONNREFUSED|ECONNRESET|Connection is closed/)
    await server.restart()
    for (const program of programs) {
      program.kill()
      expect(await ended(program)).toBe(0)
    }
  },
  60_000,
)

test('a program that waits for its Redis does not show it to ps', async () => {
  const url = `redis://user:${secret}@127.0.0.1:${await freePort()}`
  const program = runProgram('resque-scheduler', ['--redis', url])
  await program.waitForLine(/Waiting for it/)
  await eventually(() => expect(shownByPs(program)).toContain('redis://user:***@127.0.0.1'))
  expectNoSecret(shownByPs(program), program.stdout(), program.stderr())
})

test('errors of the library do not carry it, however deep one looks', async () => {
  const server = await lockedServer()
  const nobody = `redis://:${secret}@127.0.0.1:${await freePort()}`
  const urls = [
    nobody,
    server.url.replace('//', `//:${secret}x@`),
    server.url.replace('//', `//${secret}:${secret}@`),
  ]
  for (const redis of urls) {
    const resque = new Resque({ redis, commandTimeoutMs: 500 })
    onTestFinished(() => resque.close())
    for (const call of [() => resque.connect(), () => resque.status('a'), () => resque.stats()]) {
      const error = await call().catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(Error)
      expectNoSecret(inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error))
    }
  }
}, 60_000)
