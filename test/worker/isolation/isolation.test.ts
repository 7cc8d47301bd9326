// Jobs in processes of their own: what goes in, and what comes out.

import { expect, test } from 'vitest'
import { Worker } from '../../../src/worker/worker.ts'
import { harmfulJobs, isAlive, isolated } from '../../support/isolated.ts'

test('a job has its args, its id and its attempt, and its result comes back', async () => {
  const here = await isolated()
  const id = await here.enqueue('Says', 'hello')
  const { state, result } = (await here.resque.waitFor(id)) ?? {}
  expect(state).toBe('complete')
  expect(result).toEqual({ text: 'hello', id, attempt: 1, queue: 'q' })
})

test('what a job logs, says of its progress and prints is told of it', async () => {
  const here = await isolated()
  const id = await here.enqueue('Says', 'hello')
  expect(await here.resque.waitFor(id)).toMatchObject({ state: 'complete', progress: 40 })
  expect(here.logged).toEqual(['set up', 'log hello'])
  expect(await here.rooms.statuses.log(id)).toEqual(['set up', 'log hello'])
  const lines = here.printed.map(({ id: of, class: by, line, stream }) => [of, by, line, stream])
  expect(lines).toContainEqual([id, 'Says', 'out hello', 'stdout'])
  expect(lines).toContainEqual([id, 'Says', 'err hello', 'stderr'])
})

test('a failure arrives with name, message, cause and the place where it was thrown', async () => {
  const here = await isolated()
  const id = await here.enqueue('Throws')
  expect(await here.resque.waitFor(id)).toMatchObject({
    state: 'failed',
    error: { name: 'TypeError', message: 'wrong' },
  })
  const failures = await here.resque.failed.list()
  expect(failures[0]).toMatchObject({ exception: 'TypeError', error: 'wrong', class: 'Throws', id })
  const backtrace = failures[0]?.backtrace.join('\n')
  expect(backtrace).toContain('isolated/jobs.mjs')
  expect(backtrace).toContain('RangeError: deeper')
})

test('a process performs one job after the other, until it has performed as many as it may', async () => {
  const pidsOf = async (jobsPerChild?: number): Promise<number> => {
    const here = await isolated({ concurrency: 1, ...(jobsPerChild === undefined ? {} : { jobsPerChild }) })
    const pids = new Set<unknown>()
    for (let count = 0; count < 4; count++) {
      const ended = await here.resque.waitFor(await here.enqueue('Pid'))
      pids.add(ended?.result)
    }
    expect(pids.has(process.pid)).toBe(false)
    return pids.size
  }
  expect(await pidsOf()).toBe(1)
  expect(await pidsOf(2)).toBe(2)
})

test('a worker that has stopped leaves no process behind', async () => {
  const here = await isolated({ concurrency: 3 })
  const ids = await Promise.all(Array.from({ length: 6 }, () => here.enqueue('Pid')))
  const ended = await Promise.all(ids.map((id) => here.resque.waitFor(id)))
  const pids = new Set(ended.map((status) => Number(status?.result)))
  expect(pids.size).toBeGreaterThan(0)
  await here.isolated.stop()
  expect([...pids].filter(isAlive)).toEqual([])
})

test('classes cannot be isolated, and the message says what to give', () => {
  class Here {
    perform(): void {}
  }
  const options = { queues: 'q', jobs: [Here], isolation: 'process' } as const
  expect(() => new Worker(options)).toThrow(/no job files.*Give jobFiles/)
  expect(() => new Worker({ queues: 'q', jobs: [Here], isolation: 'proces' as 'process' })).toThrow(
    /got "proces"\. Did you mean "process"/,
  )
})

test('job files that cannot be loaded are told when the worker runs', async () => {
  const worker = new Worker({ queues: 'q', jobFiles: `${harmfulJobs}/missing.mjs` })
  await expect(worker.run(new AbortController().signal)).rejects.toThrow(/missing\.mjs.*does not exist/)
})

test('a job enqueues other jobs as one that is not isolated does', async () => {
  const here = await isolated()
  const id = await here.enqueue('Enqueues', 'q')
  const ended = await here.resque.waitFor(id)
  expect(ended?.state).toBe('complete')
  const [next, later] = (ended?.result ?? []) as string[]
  expect(await here.resque.waitFor(next ?? '')).toMatchObject({ state: 'complete', class: 'Pid' })
  expect(await here.resque.status(later ?? '')).toMatchObject({ state: 'delayed', args: ['later'] })
  const refused = await here.resque.waitFor(await here.enqueue('Enqueues', ''))
  expect(refused).toMatchObject({ state: 'failed', error: { name: 'InvalidArgumentError' } })
})

test('an error from beside a job makes it fail, and its process takes no other', async () => {
  const here = await isolated({ concurrency: 1 })
  const before = await here.resque.waitFor(await here.enqueue('Pid'))
  const failed = await here.resque.waitFor(await here.enqueue('ThrowsBeside'))
  expect(failed).toMatchObject({ state: 'failed', error: { name: 'RangeError', message: 'from a timer' } })
  const after = await here.resque.waitFor(await here.enqueue('Pid'))
  expect(after?.state).toBe('complete')
  expect(after?.result).not.toBe(before?.result)
})
