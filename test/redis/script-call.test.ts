// Script calls that go the short way: their arguments, answers and errors, and what becomes of them in trouble.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { RedisError } from '../../src/errors.ts'
import { type Connection, connect } from '../../src/redis/connection.ts'
import { defineScript, type Script, type ScriptArgument, scripts } from '../../src/redis/script.ts'
import { startProxy } from '../support/chaos-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { atEnd } from '../support/journey.ts'
import { world } from '../support/world.ts'

/** A script that no Redis has seen before. */
async function fresh(text: string): Promise<Script> {
  const dir = await mkdtemp(join(tmpdir(), 'resque-call-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const name = `call-${randomBytes(4).toString('hex')}`
  await writeFile(join(dir, `${name}.lua`), `-- ${name}\n${text}`)
  onTestFinished(() => void scripts.delete(name))
  return defineScript(pathToFileURL(join(dir, `${name}.lua`)))
}

function open(source: Parameters<typeof connect>[0], commandTimeoutMs?: number): Connection {
  const connection = connect(source, commandTimeoutMs === undefined ? {} : { commandTimeoutMs })
  onTestFinished(() => connection.close())
  return connection
}

it('takes texts, numbers and bytes, and gives numbers, texts, lists and nothing', async () => {
  const { redis } = open(world().url)
  const script = await fresh(
    'return { KEYS[1], ARGV[1], ARGV[2], #ARGV[3], tonumber(ARGV[2]), { ARGV[1] }, false }',
  )
  const bytes = Buffer.from([0xff, 0x0d, 0x0a, 0x00])
  const reply = ['ключ', 'Grüße 漢 😀\r\n', '7', 4, 7, ['Grüße 漢 😀\r\n'], null]
  expect(await script.run(redis, ['ключ'], ['Grüße 漢 😀\r\n', 7, bytes])).toEqual(reply)
  expect(await (await fresh('return 42')).run(redis, [], [])).toBe(42)
  expect(await (await fresh('return false')).run(redis, [], [])).toBeNull()
})

it('sends any words as they are, whatever their length, ASCII or not, bytes among them or not', async () => {
  const { redis } = open(world().url)
  const echo = await fresh('return { KEYS[1], unpack(ARGV) }')
  const text = fc.oneof(
    fc.string({ unit: 'binary-ascii', size: 'large' }),
    fc.string({ unit: 'grapheme', size: 'large' }),
    fc.constantFrom('', 'x'.repeat(511), 'x'.repeat(512), 'ü'.repeat(256), 'x'.repeat(20_000)),
  )
  const bytes = fc.uint8Array().map((octets) => Buffer.from(octets))
  const words = fc.oneof(
    fc.array(fc.oneof(text, fc.integer())),
    fc.array(fc.oneof(text, fc.integer(), bytes)),
  )
  const run = async (key: string, given: readonly ScriptArgument[]): Promise<void> => {
    const reply = await echo.run(redis, [key], given)
    expect(reply).toEqual([key, ...given.map((word) => word.toString())])
  }
  await fc.assert(fc.asyncProperty(text, words, run), { numRuns: 200 })
})

it('loads a script again that Redis has forgotten, also when several calls are under way', async () => {
  const { redis } = open(world().url)
  const script = await fresh('return ARGV[1]')
  expect(await script.run(redis, [], ['first'])).toBe('first')
  await redis.script('FLUSH')
  const calls = ['a', 'b', 'c'].map((word) => script.run(redis, [], [word]))
  expect(await Promise.all(calls)).toEqual(['a', 'b', 'c'])
})

it("tells a script's error with where it happened, and waits for a connection that is not there yet", async () => {
  const { url } = world()
  const { redis, where } = open(url)
  const script = await fresh("return redis.error_reply('OWN trouble')")
  const error = await script.run(redis, [], []).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(RedisError)
  expect((error as Error).message).toContain(`Redis at ${where} failed: OWN trouble`)
})

it('puts the prefix before keys that a client was told to have', async () => {
  const { url, redis, namespace } = world()
  const { port, hostname } = new URL(url)
  const prefixed = open({ host: hostname, port: Number(port), keyPrefix: `${namespace}:` })
  await (await fresh("return redis.call('SET', KEYS[1], ARGV[1])")).run(prefixed.redis, ['key'], ['value'])
  expect(await redis.get(`${namespace}:key`)).toBe('value')
})

it('fails when no answer comes in time, and gives up the connection over which nothing comes', async () => {
  const { url } = world()
  const proxy = atEnd(await startProxy(url))
  const { redis } = open(proxy.url, 150)
  const script = await fresh('return ARGV[1]')
  expect(await script.run(redis, [], ['before'])).toBe('before')
  proxy.swallow(true)
  const calls = ['one', 'two'].map((word) => script.run(redis, [], [word]))
  for (const { status, reason } of (await Promise.allSettled(calls)) as PromiseRejectedResult[]) {
    expect(status).toBe('rejected')
    expect(String(reason)).toMatch(/timed out|Socket timeout|closed/)
  }
  proxy.swallow(false)
  await eventually(async () => expect(await script.run(redis, [], ['after'])).toBe('after'))
})
