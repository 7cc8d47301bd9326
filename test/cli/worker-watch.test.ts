// resque-worker --watch: job files that change are in force at once, and no job is torn out of its hands.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Program, runProgram } from '../support/child.ts'
import { freshFolder } from '../support/daemons.ts'
import { type World, world } from '../support/world.ts'

/** A job that answers with the text of a file beside it, and one that ends when a key is set. */
async function write(folder: string, answer: string): Promise<void> {
  await mkdir(join(folder, 'parts'), { recursive: true })
  await writeFile(join(folder, 'parts', 'answer.mjs'), `export const answer = '${answer}'\n`)
}

const jobs = `
import { setTimeout as delay } from 'node:timers/promises'
import { existsSync } from 'node:fs'
import { answer } from './parts/answer.mjs'
export class Ask { perform() { return answer } }
export class Wait {
  async perform(file) {
    while (!existsSync(file)) await delay(20)
    return answer
  }
}
`

async function startWatching({ url, namespace }: World, folder: string): Promise<Program> {
  await write(folder, 'old')
  await writeFile(join(folder, 'jobs.mjs'), jobs)
  const env = { REDIS_URL: url, RESQUE_NAMESPACE: namespace }
  const program = runProgram('resque-worker', ['--queue', 'q', '--jobs', folder, '--watch'], { env })
  await program.waitForLine(/worker \S+ has started/, 20_000)
  return program
}

async function answerOf({ resque }: World): Promise<unknown> {
  const id = await resque.enqueueTo('q', 'Ask')
  return (await resque.waitFor(String(id), { timeoutSeconds: 20 }))?.result
}

test('what a job file imports changes, the new code runs, and the job in hand ends with the old', async () => {
  const here = world()
  const folder = await freshFolder()
  const program = await startWatching(here, folder)
  expect(await answerOf(here)).toBe('old')
  const door = join(await freshFolder(), 'open')
  const waiting = await here.resque.enqueueTo('q', 'Wait', door)

  await write(folder, 'new')
  await program.waitForLine(/a job file has changed: renewing 1 process/, 20_000)
  await program.waitForLine(/finishes its jobs and stops: a new process has taken its place/, 20_000)
  expect(await answerOf(here)).toBe('new')
  expect((await here.resque.status(String(waiting)))?.state).toBe('running')
  await writeFile(door, '')
  const ended = await here.resque.waitFor(String(waiting), { timeoutSeconds: 20 })
  expect(ended).toMatchObject({ state: 'complete', result: 'old', attempts: 1 })
  program.kill()
  expect(await program.exit).toMatchObject({ code: 0 })
}, 60_000)

test('a file that cannot be loaded leaves the old code in force, until it is mended', async () => {
  const here = world()
  const folder = await freshFolder()
  const program = await startWatching(here, folder)
  await writeFile(join(folder, 'jobs.mjs'), 'export class Ask { perform( }')
  await program.waitForLine(/the processes are not renewed: the old ones go on/, 20_000)
  expect(await answerOf(here)).toBe('old')
  await write(folder, 'mended')
  await writeFile(join(folder, 'jobs.mjs'), jobs)
  await program.waitForLine(/finishes its jobs and stops: a new process has taken its place/, 20_000)
  expect(await answerOf(here)).toBe('mended')
}, 60_000)
