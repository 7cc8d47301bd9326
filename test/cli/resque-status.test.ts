// resque status: one look, and following a job to its end.

import { expect, test } from 'vitest'
import { Job } from '../../src/job/job.ts'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'
import { callerOf, collector, Doomed } from './resque-call.ts'

class Slow extends Job {
  static queue = 'low'
  static until: Promise<void> = Promise.resolve()
  async perform(): Promise<string> {
    this.job.progress(40, 'page 2 of 5')
    this.job.log('page 2 is blank')
    await Slow.until
    return 'done'
  }
}

test('tells where a job is', async () => {
  const here = world()
  const id = (await here.resque.enqueueIn(3600, Doomed, 'why')) ?? ''
  const { code, out } = await callerOf(here)('status', id)
  expect(code).toBe(0)
  expect(out).toMatch(/^state {5}delayed$/m)
  expect(out).toMatch(/^class {5}Doomed$/m)
  expect(out).toMatch(/^due .*Z \(in (1h|59m \d+s)\)$/m)
})

test('as JSON it is the status of the library', async () => {
  const here = world()
  const id = (await here.resque.enqueue(Doomed, 'why')) ?? ''
  const { json } = await callerOf(here)('status', id, '--json')
  expect(json()).toEqual(JSON.parse(JSON.stringify(await here.resque.status(id))))
})

test('a job that nobody knows is exit code 1', async () => {
  const { code, out, err } = await callerOf(world())('status', 'nix')
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(/nothing is known of job nix/)
})

test('--follow prints each change until the job is complete', async () => {
  const here = world()
  let finish = (): void => undefined
  Slow.until = new Promise((resolve) => {
    finish = resolve
  })
  const id = (await here.resque.enqueue(Slow)) ?? ''
  const texts: string[] = []
  const ended = callerOf(here, { stdout: collector(texts) })('status', id, '--follow')
  await eventually(() => expect(texts.join('')).toMatch(/Z {2}waiting\n/))
  await here.worker({ queues: 'low', jobs: [Slow] }).start()
  await eventually(() => expect(texts.at(-1)).toMatch(/Z {2}running {4}40 %, page 2 of 5\n/))
  finish()
  expect(await ended).toMatchObject({ code: 0 })
  expect(texts.at(-1)).toMatch(/Z {2}complete\n$/)
  const { out } = await callerOf(here)('status', id)
  expect(out).toMatch(/^progress {2}40 %, page 2 of 5$/m)
  expect(out).toMatch(/^log {7}page 2 is blank$/m)
})

test('--follow ends with exit code 1 and the reason when the job fails', async () => {
  const here = world()
  const id = (await here.resque.enqueue(Doomed, 'no luck')) ?? ''
  await here.worker({ queues: 'low', jobs: [Doomed] }).start()
  const { code, out } = await callerOf(here)('status', id, '--follow')
  expect(code).toBe(1)
  expect(out).toMatch(/Z {2}failed {5}TypeError: no luck\n$/)
})

test('--follow ends when the program is told to stop', async () => {
  const here = world()
  const id = (await here.resque.enqueue(Slow)) ?? ''
  const stop = new AbortController()
  const ended = callerOf(here, { signal: stop.signal })('status', id, '--follow')
  stop.abort()
  expect(await ended).toMatchObject({ code: 1 })
})
