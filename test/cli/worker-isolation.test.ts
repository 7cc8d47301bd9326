// resque-worker --isolation process, with signals: which jobs end, which come back, and that no process stays.

import { expect, test } from 'vitest'
import { type Program, runProgram } from '../support/child.ts'
import { eventually } from '../support/eventually.ts'
import { harmfulJobs, isAlive } from '../support/isolated.ts'
import { type World, world } from '../support/world.ts'

const queue = 'q'

interface Started extends World {
  readonly program: Program
  enqueue(job: string, ...args: unknown[]): Promise<string>
}

async function start(...args: readonly string[]): Promise<Started> {
  const home = world()
  const flags = ['--queue', queue, '--jobs', harmfulJobs, '--isolation', 'process', '--concurrency', '2']
  const env = { REDIS_URL: home.url, RESQUE_NAMESPACE: home.namespace }
  const worker = runProgram('resque-worker', [...flags, ...args], { env })
  await worker.waitForLine(/worker \S+ has started/)
  const enqueue = async (job: string, ...of: unknown[]): Promise<string> =>
    String(await home.resque.enqueueTo(queue, job, ...of))
  return { ...home, program: worker, enqueue }
}

/** The processes that the worker has started and that are still there, performing jobs that say `pid <id>`. */
async function pidsOf(worker: Program, count: number): Promise<number[]> {
  const pids = (): number[] =>
    worker.lines.map((line) => Number(/: pid (\d+)/.exec(line)?.[1])).filter((pid) => pid > 0)
  await eventually(() => expect(pids().length).toBeGreaterThanOrEqual(count))
  return pids()
}

async function goneWith(worker: Program, pids: readonly number[]): Promise<void> {
  await worker.exit
  await eventually(() => expect(pids.filter(isAlive)).toEqual([]))
}

test('kill -9 of the worker ends the processes of its jobs, even one that never pauses', async () => {
  const here = await start()
  const ids = [await here.enqueue('Spins'), await here.enqueue('Starts')]
  const pids = await pidsOf(here.program, 2)
  here.program.kill('SIGKILL')
  await goneWith(here.program, pids)
  const states = await Promise.all(ids.map(async (id) => (await here.resque.status(id))?.state))
  expect(states).toEqual(['running', 'running'])
})

test('QUIT lets the jobs in hand end, and leaves no process', async () => {
  const here = await start('--term-timeout', '0')
  const id = await here.enqueue('Waits', 'result', 1_000)
  const pids = await pidsOf(here.program, 1)
  here.program.kill('SIGQUIT')
  expect(await here.program.exit).toEqual({ code: 0, signal: null })
  expect(await here.resque.status(id)).toMatchObject({ state: 'complete', result: 'by itself' })
  await goneWith(here.program, pids)
})

test('Ctrl-C reaches the whole group, and still the jobs in hand end within the term timeout', async () => {
  const here = await start('--term-timeout', '60')
  const id = await here.enqueue('Waits', 'result', 1_000)
  const [pid = 0] = await pidsOf(here.program, 1)
  process.kill(-(here.program.process.pid ?? 0), 'SIGINT')
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.kill(pid, signal)
  expect(await here.program.exit).toEqual({ code: 0, signal: null })
  expect(await here.resque.status(id)).toMatchObject({ state: 'complete', result: 'by itself' })
})

test.each([
  ['after the term timeout', ['--term-timeout', '0.2'], 1],
  ['at a second TERM', ['--term-timeout', '600'], 2],
] as const)('%s jobs are put back, and their processes are killed', async (_when, args, terms) => {
  const here = await start(...args)
  const ids = [await here.enqueue('Spins'), await here.enqueue('Deaf')]
  const pids = await pidsOf(here.program, 2)
  for (let term = 0; term < terms; term++) {
    here.program.kill()
    await here.program.waitForLine(term === 0 ? /told to stop/ : /told again/)
  }
  expect(await here.program.exit).toEqual({ code: 0, signal: null })
  const states = await Promise.all(ids.map(async (id) => (await here.resque.status(id))?.state))
  expect(states).toEqual(['waiting', 'waiting'])
  expect(await here.resque.queues.size(queue)).toBe(2)
  await goneWith(here.program, pids)
})

test('a job is ended by --timeout and --kill-grace, and the log says why', async () => {
  const here = await start('--timeout', '0.3', '--kill-grace', '0.1')
  const id = await here.enqueue('Spins')
  await here.program.waitForLine(/Spins from q failed: JobTimeoutError: .* timeout of 0\.3 s/)
  expect((await here.resque.waitFor(id))?.state).toBe('failed')
})

test('a worker without isolation ends, to be replaced, when --max-stuck jobs run on', async () => {
  const here = await start(
    '--isolation',
    'none',
    '--timeout',
    '0.2',
    '--kill-grace',
    '0.1',
    '--max-stuck',
    '1',
  )
  const id = await here.enqueue('Deaf')
  await here.program.waitForLine(/Deaf from q does not end/)
  expect(await here.program.exit).toEqual({ code: 1, signal: null })
  expect((await here.resque.status(id))?.state).toBe('failed')
})
