// Scripts: read from their files, run by their SHA, loaded again when Redis has forgotten them.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { defineScript, type Script, scripts } from '../../src/redis/script.ts'
import '../../src/rooms.ts'
import { world } from '../support/world.ts'

/** A script that no Redis has seen before. */
async function fresh(text: string): Promise<{ script: Script; name: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'resque-script-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const name = `fresh-${randomBytes(4).toString('hex')}`
  await writeFile(join(dir, `${name}.lua`), `-- ${name}\n${text}`)
  const script = defineScript(pathToFileURL(join(dir, `${name}.lua`)))
  onTestFinished(() => void scripts.delete(name))
  return { script, name }
}

it('runs a script that Redis does not know yet, or has forgotten', async () => {
  const { redis } = world()
  const { script } = await fresh('return { KEYS[1], ARGV[1] }')
  expect(await redis.script('EXISTS', script.sha)).toEqual([0])
  expect(await script.run(redis, ['key'], ['value'])).toEqual(['key', 'value'])
  expect(await redis.script('EXISTS', script.sha)).toEqual([1])
  expect(await script.run(redis, ['key'], ['value'])).toEqual(['key', 'value'])
})

it('puts shared functions where a line asks for them', async () => {
  const { redis } = world()
  const { script } = await fresh("-- @include now\nreturn digits((now('1795399796297')))")
  expect(script.text).not.toContain('@include')
  expect(await script.run(redis, [], [])).toBe('1795399796297')
})

it('refuses a line that asks for functions there are none of', async () => {
  await expect(fresh('-- @include nothing-of-the-kind\nreturn 1')).rejects.toThrow(/nothing-of-the-kind/)
})

it("passes a script's own error on, and does not run it twice", async () => {
  const { redis, keys } = world()
  const { script } = await fresh("redis.call('INCR', KEYS[1]) return redis.error_reply('OWN trouble')")
  await expect(script.run(redis, [keys.failedCount], [])).rejects.toThrow('OWN trouble')
  expect(await redis.get(keys.failedCount)).toBe('1')
})

it('knows every script by the name of its file', () => {
  const known = [
    'delay',
    'delay-one',
    'promote',
    'cancel',
    'reschedule',
    'locate',
    'push',
    'push-one',
    'settle',
    'requeue-orphans',
    'retry',
    'fire',
  ]
  expect([...scripts.keys()]).toEqual(expect.arrayContaining(known))
})
