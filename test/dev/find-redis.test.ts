// Finding redis-server, and what is said when there is none.

import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findRedisServer, installHint, redisMissing } from '../../src/dev/find-redis.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'resque-find-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

test('it is taken from the first folder of PATH that has it, then from the usual places', async () => {
  const [empty, first, second] = [await folder(), await folder(), await folder()]
  for (const path of [first, second])
    await writeFile(join(path, 'redis-server'), '#!/bin/sh\n', { mode: 0o755 })
  expect(findRedisServer([empty, first, second].join(delimiter), [])).toBe(join(first, 'redis-server'))
  expect(findRedisServer(empty, [second])).toBe(join(second, 'redis-server'))
  expect(findRedisServer(undefined, [second])).toBe(join(second, 'redis-server'))
})

test('a folder of that name, or a file that cannot be run, is not it', async () => {
  const [a, b] = [await folder(), await folder()]
  await mkdir(join(a, 'redis-server'))
  await writeFile(join(b, 'redis-server'), '')
  await chmod(join(b, 'redis-server'), 0o644)
  expect(findRedisServer([a, b].join(delimiter), [])).toBeUndefined()
})

test.each([
  ['darwin', [], 'brew install redis'],
  ['linux', ['ubuntu', 'debian'], 'sudo apt-get install redis-server'],
  ['linux', ['rocky', 'rhel', 'centos'], 'sudo dnf install redis'],
  ['linux', ['alpine'], 'apk add redis'],
  ['linux', ['arch'], 'sudo pacman -S redis'],
])('on %s %j it is installed by its package manager', (platform, names, command) => {
  expect(installHint(platform, names)).toBe(command)
})

test('what is missing is told with both ways out', () => {
  const text = redisMissing('brew install redis')
  expect(text).toMatch(/was not found.*\n {4}brew install redis\n.*\n.*REDIS_URL=/)
})
