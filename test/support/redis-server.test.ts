import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import ts from 'typescript'
import { expect, inject, onTestFinished, test } from 'vitest'
import { eventually } from './eventually.ts'
import { type RedisServer, type RedisServerOptions, startRedis } from './redis-server.ts'
import { isRunning } from './watchdog.ts'

const run = promisify(execFile)

async function start(options?: RedisServerOptions): Promise<RedisServer> {
  const server = await startRedis(options)
  onTestFinished(() => server.stop())
  return server
}

async function cli(server: RedisServer, ...args: string[]): Promise<string> {
  const { stdout } = await run('redis-cli', ['-p', String(server.port), ...args])
  return stdout.trim()
}

test('the shared server answers', async () => {
  const redis = new Redis(inject('redisUrl'))
  onTestFinished(() => redis.disconnect())
  expect(await redis.ping()).toBe('PONG')
})

test('a server is gone after stop, and its folder with it', async () => {
  const server = await startRedis()
  const { pid, dir } = server
  expect(await cli(server, 'ping')).toBe('PONG')
  await server.stop()
  expect(isRunning(pid)).toBe(false)
  expect(existsSync(dir)).toBe(false)
})

test('stop ends a server that is paused', async () => {
  const server = await startRedis()
  const { pid } = server
  server.pause()
  await server.stop()
  expect(isRunning(pid)).toBe(false)
})

test('several servers started at once each have a port of their own', async () => {
  const servers = await Promise.all([start(), start(), start()])
  expect(new Set(servers.map((server) => server.port)).size).toBe(3)
})

test('a port that is taken is said, not waited for', async () => {
  const taken = await start()
  await expect(startRedis({ port: taken.port })).rejects.toThrow(/did not start on port .*in use/s)
})

test('data outlives a kill and a restart on the same port when there is an append-only file', async () => {
  const server = await start({ appendonly: true, args: ['--appendfsync', 'always'] })
  const { port, pid } = server
  await cli(server, 'set', 'kept', 'yes')
  await server.kill()
  expect(existsSync(server.dir)).toBe(true)
  await server.restart()
  expect(server.port).toBe(port)
  expect(server.pid).not.toBe(pid)
  expect(await cli(server, 'get', 'kept')).toBe('yes')
})

test('data is gone after a restart without one', async () => {
  const server = await start()
  await cli(server, 'set', 'kept', 'yes')
  await server.restart()
  expect(await cli(server, 'exists', 'kept')).toBe('0')
})

test('a paused server accepts a connection and answers only once resumed', async () => {
  const server = await start()
  server.pause()
  const socket = connect(server.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let answer = ''
  socket.on('data', (piece) => {
    answer += String(piece)
  })
  await new Promise((resolve) => socket.write('PING\r\n', resolve))
  expect(answer).toBe('')
  server.resume()
  await eventually(() => expect(answer).toBe('+PONG\r\n'))
})

const compilerOptions: ts.CompilerOptions = {
  module: ts.ModuleKind.ES2022,
  target: ts.ScriptTarget.ES2022,
  rewriteRelativeImportExtensions: true,
}

/** A node process that starts a server by the very module under test and reports its pid and folder. */
async function strangerWithServer(): Promise<{ kill(): void; pid: number; dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'resque-stranger-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  for (const name of ['redis-server', 'watchdog']) {
    const source = await readFile(new URL(`${name}.ts`, import.meta.url), 'utf8')
    const { outputText } = ts.transpileModule(source, { compilerOptions })
    await writeFile(join(dir, `${name}.js`), outputText)
  }
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }')
  const main = `import { startRedis } from './redis-server.js'
const { pid, dir } = await startRedis()
console.log(JSON.stringify({ pid, dir }))
setInterval(() => {}, 1000)`
  await writeFile(join(dir, 'main.mjs'), main)
  const stranger = spawn(process.execPath, [join(dir, 'main.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: stranger.stdout })) {
    return { ...JSON.parse(line), kill: () => void stranger.kill('SIGKILL') }
  }
  throw new Error('the process ended without a word')
}

test('neither server nor folder outlives a test process that is killed', async () => {
  const stranger = await strangerWithServer()
  expect(isRunning(stranger.pid)).toBe(true)
  stranger.kill()
  await eventually(() => {
    expect(isRunning(stranger.pid)).toBe(false)
    expect(existsSync(stranger.dir)).toBe(false)
  })
})
