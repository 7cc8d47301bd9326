// A job that takes its process with it fails alone, under the retry rules of its class.

import { expect, test } from 'vitest'
import type { JobStatus } from '../../../src/status/record.ts'
import { repository } from '../../support/child.ts'
import { eventually } from '../../support/eventually.ts'
import { type Isolated, isAlive, isolated } from '../../support/isolated.ts'

/** Performs a job that dies, between others that must not notice. */
async function between(here: Isolated, job: string, ...args: unknown[]): Promise<JobStatus | null> {
  const before = await Promise.all(Array.from({ length: 5 }, () => here.enqueue('Pid')))
  const id = await here.enqueue(job, ...args)
  const after = await Promise.all(Array.from({ length: 5 }, () => here.enqueue('Pid')))
  const others = await Promise.all([...before, ...after].map((other) => here.resque.waitFor(other)))
  expect(others.map((other) => other?.state)).toEqual(Array(10).fill('complete'))
  const ended = await here.resque.waitFor(id)
  expect((await here.resque.stats()).processed).toBe(11)
  return ended
}

test('process.exit() ends the job that calls it, whatever the code', async () => {
  const here = await isolated()
  const failed = await between(here, 'Exits', 3)
  expect(failed).toMatchObject({ state: 'failed', error: { name: 'JobProcessDied' } })
  expect(failed?.error?.message).toMatch(/ended with exit code 3.*\n.*about to go/s)
  const well = await here.resque.waitFor(await here.enqueue('Exits', 0))
  expect(well).toMatchObject({ state: 'failed' })
  expect(well?.error?.message).toMatch(/exit code 0\. A job must not call process\.exit/)
})

test('a crash fails the job and names the signal; the list of failures has it once', async () => {
  const here = await isolated()
  const failed = await between(here, 'Crashes')
  expect(failed?.error?.message).toMatch(/was ended by SIGSEGV/)
  const failures = await here.resque.failed.list()
  expect(failures).toHaveLength(1)
  expect(failures[0]).toMatchObject({ exception: 'JobProcessDied', class: 'Crashes', queue: 'q' })
})

test('a job that died with its process is tried again when its class says so', async () => {
  const here = await isolated()
  await here.scheduler().start()
  const id = await here.enqueue('CrashesOnce')
  expect(await here.resque.waitFor(id)).toMatchObject({
    state: 'complete',
    result: 'second time',
    attempts: 2,
  })
  expect(await here.resque.failed.count()).toBe(0)
})

test.each(['Leaks', 'FillsHeap'])('a job that takes too much memory is ended: %s', async (job) => {
  const here = await isolated({ maxMemoryMb: 150 })
  const failed = await between(here, job)
  expect(failed).toMatchObject({ state: 'failed', error: { name: 'JobProcessDied' } })
  expect(failed?.error?.message).toMatch(/memory/)
})

test('what a job has started goes with its process', async () => {
  const here = await isolated()
  const id = await here.enqueue('Starts', true)
  const pid = await here.pidOf()
  expect((await here.resque.waitFor(id))?.state).toBe('failed')
  await eventually(() => expect(isAlive(pid)).toBe(false))
})

test('a process that dies without a job is replaced', async () => {
  const here = await isolated({ concurrency: 1 })
  const first = Number((await here.resque.waitFor(await here.enqueue('Pid')))?.result)
  process.kill(first, 'SIGKILL')
  await eventually(() => expect(isAlive(first)).toBe(false))
  const next = await here.resque.waitFor(await here.enqueue('Pid'))
  expect(next?.state).toBe('complete')
  expect(next?.result).not.toBe(first)
})

test('when no process can begin, no job is lost: the worker says so, tries again, and puts the job back', async () => {
  const here = await isolated({ jobFiles: `${repository}test/fixtures/jobs/unstartable`, concurrency: 1 })
  const told: unknown[] = []
  here.isolated.on('processFailed', ({ error }) => told.push(error))
  const id = await here.enqueue('Unlucky')
  await eventually(() => expect(told.length).toBeGreaterThan(1))
  expect(told[0]).toMatchObject({
    name: 'JobProcessDied',
    message: expect.stringContaining('half of a deploy'),
  })
  expect((await here.resque.status(id))?.state).toBe('running')
  await here.isolated.stop({ withinSeconds: 0 })
  expect((await here.resque.status(id))?.state).toBe('waiting')
  expect(await here.resque.failed.count()).toBe(0)
})
