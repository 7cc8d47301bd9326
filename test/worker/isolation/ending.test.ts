// Jobs in processes of their own that do not end by themselves: they are told, and killed after the grace.

import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { isAlive, isolated } from '../../support/isolated.ts'

test.each(['Spins', 'Deaf', 'Waits'])('a job is ended when its timeout is over: %s', async (job) => {
  const here = await isolated({ timeoutSeconds: 0.5 })
  const id = await here.enqueue(job)
  const pid = await here.pidOf()
  const failed = await here.resque.waitFor(id)
  expect(failed).toMatchObject({ state: 'failed', error: { name: 'JobTimeoutError' } })
  expect(failed?.error?.message).toContain('0.5 s')
  if (job !== 'Waits') expect(isAlive(pid)).toBe(false)
  expect((await here.resque.waitFor(await here.enqueue('Pid')))?.state).toBe('complete')
})

test('a job that ends within the grace is complete', async () => {
  const here = await isolated({ timeoutSeconds: 0.2, killGraceSeconds: 30 })
  const id = await here.enqueue('Waits', 'result')
  expect(await here.resque.waitFor(id)).toMatchObject({ state: 'complete', result: 'ended: JobTimeoutError' })
})

test.each(['Spins', 'Waits'])('a running job that is cancelled ends, and is cancelled: %s', async (job) => {
  const here = await isolated()
  const id = await here.enqueue(job)
  const pid = await here.pidOf()
  expect(await here.resque.cancel(id)).toBe(true)
  expect(await here.resque.waitFor(id)).toMatchObject({ state: 'cancelled', code: 64, attempts: 1 })
  if (job === 'Spins') expect(isAlive(pid)).toBe(false)
  expect(await here.resque.failed.count()).toBe(0)
})

test('a job that is given back is killed, with what it has started', async () => {
  const here = await isolated({ termTimeoutSeconds: 0 })
  const [spins, starts] = [await here.enqueue('Spins'), await here.enqueue('Starts')]
  const pids = [await here.pidOf(0), await here.pidOf(1)]
  await here.isolated.stop()
  await eventually(() => expect(pids.filter(isAlive)).toEqual([]))
  expect((await here.resque.status(spins))?.state).toBe('waiting')
  expect((await here.resque.status(starts))?.state).toBe('waiting')
  expect(await here.resque.queues.size('q')).toBe(2)
})

test('jobs that are told to end by the worker are killed after the grace, and the worker goes on', async () => {
  const here = await isolated()
  const id = await here.enqueue('Spins')
  const pid = await here.pidOf()
  here.isolated.abortJobs()
  expect(await here.resque.waitFor(id)).toMatchObject({ state: 'failed' })
  expect(isAlive(pid)).toBe(false)
  expect((await here.resque.waitFor(await here.enqueue('Pid')))?.state).toBe('complete')
})
