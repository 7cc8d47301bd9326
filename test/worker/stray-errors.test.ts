// Errors from beside a job, in a worker process: named, and no end of the worker.

import { expect, test } from 'vitest'
import { repository } from '../support/child.ts'
import { startWorker } from '../support/daemons.ts'
import { type World, world } from '../support/world.ts'

const strayJobs = `${repository}test/fixtures/jobs/stray`

function strayWorker(here: World) {
  return startWorker(here, ['--queue', 'stray', '--jobs', strayJobs, '--concurrency', '3'])
}

async function stillWorks(here: World): Promise<void> {
  const id = (await here.resque.enqueueTo('stray', 'Fine', 'still here')) ?? ''
  expect(await here.resque.waitFor(id)).toMatchObject({ state: 'complete', result: 'still here' })
}

test('what the timer of a job throws makes it fail, and no other', async () => {
  const here = world()
  const worker = await strayWorker(here)
  const id = (await here.resque.enqueueTo('stray', 'TimerThrows')) ?? ''
  expect(await here.resque.waitFor(id)).toMatchObject({
    state: 'failed',
    error: { name: 'RangeError', message: 'from a timer' },
  })
  await worker.waitForLine(/nobody caught it: RangeError: from a timer. It came from TimerThrows of stray/)
  await stillWorks(here)
})

test('a timer of a job that has ended is told with its name', async () => {
  const here = world()
  const worker = await strayWorker(here)
  const id = (await here.resque.enqueueTo('stray', 'LateTimer')) ?? ''
  await worker.waitForLine(/from a late timer. It came from LateTimer of stray. Catch what timers/)
  expect(await here.resque.waitFor(id)).toMatchObject({ state: 'complete' })
  await stillWorks(here)
})

test('a job that returns at once is named from the second error on', async () => {
  const here = world()
  const worker = await strayWorker(here)
  await here.resque.enqueueTo('stray', 'AtOnce', 'first')
  await worker.waitForLine(/nobody caught it: RangeError: left behind first/)
  await here.resque.enqueueTo('stray', 'AtOnce', 'second')
  await worker.waitForLine(/left behind second. It came from AtOnce of stray/)
  await stillWorks(here)
})

test('a rejected promise that nobody heard is told with its job, which goes on', async () => {
  const here = world()
  const worker = await strayWorker(here)
  const id = (await here.resque.enqueueTo('stray', 'Unawaited')) ?? ''
  await worker.waitForLine(/nobody heard it: TypeError: not awaited. It came from Unawaited of stray/)
  expect(await here.resque.waitFor(id)).toMatchObject({ state: 'complete', result: 'done' })
  await stillWorks(here)
})
