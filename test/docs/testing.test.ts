// The examples of docs/testing.md are run as they stand there: whole files by the runners they are written for, the
// others here, where what they print stands behind it.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, it } from 'vitest'
import { loadSchedule } from '../../src/recurring/file.ts'
import { testKit } from '../../src/testing.ts'
import { ensureBuilt, repository, runNode } from '../support/child.ts'
import { freshFolder } from '../support/daemons.ts'
import { read } from '../support/source-files.ts'
import { kit } from '../testing/kit.ts'

const blocks = [...read('docs/testing.md').matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code)
const fileName = /^\/\/ file: (\S+)/
const files = blocks.flatMap((code) => {
  const name = fileName.exec(code)?.[1]
  return name === undefined ? [] : [{ name, code }]
})
const snippets = blocks.filter((code) => !fileName.test(code)).map((code, index) => ({ index, code }))

/** A user's folder in which the packages are installed. */
async function folder(...packages: string[]): Promise<string> {
  const made = await freshFolder()
  mkdirSync(join(made, 'node_modules'))
  symlinkSync(repository, join(made, 'node_modules', 'resque-scheduler'))
  for (const name of packages)
    symlinkSync(join(repository, 'node_modules', name), join(made, 'node_modules', name))
  writeFileSync(join(made, 'package.json'), '{"type":"module"}')
  return made
}

async function runFile(name: string, code: string, args: readonly string[]): Promise<string> {
  ensureBuilt()
  const home = await folder('vitest')
  writeFileSync(join(home, name), code)
  const program = runNode(args, { cwd: home, env: { REDIS_URL: inject('redisUrl') } })
  const { code: exitCode } = await program.exit
  expect(`${exitCode}\n${program.lines.join('\n')}`).toMatch(/^0\n/)
  return program.stdout()
}

it('the page has a file for each runner', () => {
  expect(files.map(({ name }) => name)).toEqual(['signup.test.js', 'signup.vitest.test.js'])
  expect(snippets.length).toBeGreaterThan(3)
})

it('the example for node:test passes', async () => {
  const { name = '', code = '' } = files[0] ?? {}
  expect(await runFile(name, code, ['--test', '--test-reporter=tap', name])).toMatch(/^# pass 1$/m)
}, 30_000)

it('the example for vitest passes', async () => {
  const { name = '', code = '' } = files[1] ?? {}
  const vitest = join(repository, 'node_modules', 'vitest', 'vitest.mjs')
  expect(await runFile(name, code, [vitest, 'run', '--root', '.', name])).toMatch(/1 passed/)
}, 30_000)

it.each(snippets)('example $index prints what it says', async ({ code }) => {
  const expected = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)/g)].map(([, text = '']) => text)
  const printed: string[] = []
  const console = { log: (...values: unknown[]) => printed.push(values.map(String).join(' ')) }
  const place = { redis: inject('redisUrl') }
  const given = {
    console,
    loadSchedule,
    testKit,
    place,
    ...(code.includes('const kit =') ? {} : { kit: kit() }),
  }
  const AsyncFunction = (async () => undefined).constructor as FunctionConstructor
  await AsyncFunction(...Object.keys(given), code)(...Object.values(given))
  expect(expected.length).toBeGreaterThan(0)
  expect(printed).toEqual(expected)
})
