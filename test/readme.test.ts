// The examples of the README are run as they stand there.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, it, onTestFinished } from 'vitest'
import { Resque } from '../src/client/resque.ts'
import { loadSchedule } from '../src/recurring/file.ts'
import { ensureBuilt, repository, runNode, runProgram } from './support/child.ts'
import { freshNamespace } from './support/namespace.ts'
import { read } from './support/source-files.ts'

/** The code blocks of one language, in order. */
function blocks(language: string): string[] {
  return [...read('README.md').matchAll(/```(\w+)\n(.*?)```/gs)]
    .filter(([, found]) => found === language)
    .map(([, , code = '']) => code)
}

/** A user's folder in which the package is installed. */
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'readme-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  mkdirSync(join(made, 'node_modules'))
  mkdirSync(join(made, 'jobs'))
  symlinkSync(repository, join(made, 'node_modules', 'resque-scheduler'))
  writeFileSync(join(made, 'package.json'), '{"type":"module"}')
  return made
}

it('the first job is enqueued, delayed and performed as the README says', async () => {
  ensureBuilt()
  const [job = '', producer = ''] = blocks('js')
  const home = folder()
  const redis = inject('redisUrl')
  const namespace = freshNamespace()
  const configured = producer.replace(
    "new Resque({ redis: 'redis://127.0.0.1:6379' })",
    `new Resque({ redis: '${redis}', namespace: '${namespace}' })`,
  )
  expect(configured).toContain(namespace)
  writeFileSync(join(home, 'jobs', 'send-email.js'), job)
  writeFileSync(join(home, 'main.js'), configured)
  const program = runNode([join(home, 'main.js')], { cwd: home })
  expect(await program.exit).toMatchObject({ code: 0 })
  const id = /id: '([0-9a-f]{32})'/.exec(program.stdout())?.[1] ?? ''

  const worker = runProgram('resque-worker', ['--queue', 'mail', '--jobs', './jobs'], {
    cwd: home,
    env: { REDIS_URL: redis, RESQUE_NAMESPACE: namespace },
  })
  const resque = new Resque({ redis, namespace })
  onTestFinished(() => resque.close())
  expect(await resque.waitFor(id, { timeoutSeconds: 20 })).toMatchObject({
    state: 'complete',
    class: 'SendEmail',
  })
  expect(await resque.delayed.count()).toBe(2)
  worker.kill('SIGTERM')
  expect(await worker.exit).toMatchObject({ code: 0 })
})

it('the TypeScript example compiles, and its wrong call does not', () => {
  const [example = ''] = blocks('ts')
  const shown = example.replace("'resque-scheduler'", "'../src/index.ts'").trim()
  const checked = readFileSync(join(repository, 'test', 'readme-example.ts'), 'utf8')
  expect(checked.slice(checked.indexOf('import')).trim()).toBe(shown)
})

it('the schedule is a good one', () => {
  const [schedule = ''] = blocks('yaml')
  const { entries, problems } = loadSchedule(schedule)
  expect(problems).toEqual([])
  expect(entries.map(({ name }) => name)).toEqual(['nightly_report', 'heartbeat'])
})
