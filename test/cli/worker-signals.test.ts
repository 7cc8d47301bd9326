// What signals do to resque-worker, with real processes.

import { expect, test } from 'vitest'
import { startWorker } from '../support/daemons.ts'
import { eventually } from '../support/eventually.ts'
import { type World, world } from '../support/world.ts'

const longMs = 600_000

async function stateOf({ resque }: World, id: string | null): Promise<string | undefined> {
  return (await resque.status(id ?? ''))?.state
}

async function leftBehind(home: World): Promise<string[]> {
  return (await home.allKeys()).filter((key) => /^(worker|processes|process_ids|stat:\w+:)/.test(key))
}

test('a job is performed; TERM ends an idle worker at once, and nothing of it stays', async () => {
  const home = world()
  const worker = await startWorker(home)
  const id = await home.resque.enqueueTo('notes', 'Note', 'hello')
  await worker.waitForLine(/performed Note from notes/)
  worker.kill()
  expect(await worker.exit).toEqual({ code: 0, signal: null })
  expect(await stateOf(home, id)).toBe('complete')
  expect(await leftBehind(home)).toEqual([])
})

test('QUIT waits for the jobs in hand, however long the term timeout', async () => {
  const home = world()
  const worker = await startWorker(home, ['--term-timeout', '0'])
  const id = await home.resque.enqueueTo('waits', 'Wait', 1_000)
  await worker.waitForLine(/Wait: waiting/)
  worker.kill('SIGQUIT')
  expect(await worker.exit).toEqual({ code: 0, signal: null })
  expect(await stateOf(home, id)).toBe('complete')
})

test('TERM lets a job end within the term timeout', async () => {
  const home = world()
  const worker = await startWorker(home, ['--term-timeout', '60'])
  const id = await home.resque.enqueueTo('waits', 'Wait', 500)
  await worker.waitForLine(/Wait: waiting/)
  worker.kill()
  expect(await worker.exit).toEqual({ code: 0, signal: null })
  expect(await stateOf(home, id)).toBe('complete')
})

test('after the term timeout a job is put back at the head of its queue', async () => {
  const home = world()
  const worker = await startWorker(home, ['--term-timeout', '0.1', '--concurrency', '1'])
  const first = await home.resque.enqueueTo('waits', 'Deaf', longMs)
  await home.resque.enqueueTo('waits', 'Deaf', longMs)
  await worker.waitForLine(/Deaf: deaf/)
  worker.kill()
  expect(await worker.exit).toEqual({ code: 0, signal: null })
  const [head] = await home.resque.queues.peek('waits', 0, 1)
  expect(JSON.stringify(head)).toContain(first)
  expect(await home.resque.queues.size('waits')).toBe(2)
  expect(await leftBehind(home)).toEqual([])
})

test('a second TERM puts the jobs in hand back at once', async () => {
  const home = world()
  const worker = await startWorker(home, ['--term-timeout', '600'])
  const id = await home.resque.enqueueTo('waits', 'Deaf', longMs)
  await worker.waitForLine(/Deaf: deaf/)
  worker.kill()
  await worker.waitForLine(/told to stop/)
  worker.kill('SIGINT')
  expect(await worker.exit).toEqual({ code: 0, signal: null })
  expect(await stateOf(home, id)).toBe('waiting')
})

test('USR1 ends the jobs in hand, and the worker goes on', async () => {
  const home = world()
  const worker = await startWorker(home)
  const id = await home.resque.enqueueTo('waits', 'Wait', longMs)
  await worker.waitForLine(/Wait: waiting/)
  worker.kill('SIGUSR1')
  await worker.waitForLine(/Wait from waits failed/)
  await eventually(async () => expect(await stateOf(home, id)).toBe('failed'))
  await home.resque.enqueueTo('notes', 'Note', 'still here')
  await worker.waitForLine(/Note: still here/)
})

test('USR2 pauses, CONT goes on', async () => {
  const home = world()
  const worker = await startWorker(home, ['--interval', '0.05'])
  worker.kill('SIGUSR2')
  await worker.waitForLine(/USR2/)
  const id = await home.resque.enqueueTo('notes', 'Note', 'later')
  // It looks for jobs twenty times a second: another worker's job is done long after it would have had this one.
  const other = await startWorker(home, ['--queue', 'others'])
  await home.resque.enqueueTo('others', 'Note', 'elsewhere')
  await other.waitForLine(/performed Note from others/)
  expect(await stateOf(home, id)).toBe('waiting')
  worker.kill('SIGCONT')
  await worker.waitForLine(/Note: later/)
  await eventually(async () => expect(await stateOf(home, id)).toBe('complete'))
})

test.each(['SIGHUP', 'SIGTTIN', 'SIGTTOU'] as const)(
  '%s without a master changes nothing, and says what would',
  async (signal) => {
    const home = world()
    const worker = await startWorker(home)
    worker.kill(signal)
    await worker.waitForLine(/nothing changes\. Start with --processes/)
    await home.resque.enqueueTo('notes', 'Note', 'still here')
    await worker.waitForLine(/performed Note/)
  },
)

test('with GRACEFUL_TERM, TERM waits for the jobs in hand as QUIT does; a second one puts them back', async () => {
  const home = world()
  const options = { env: { GRACEFUL_TERM: '1', RESQUE_TERM_TIMEOUT: '0' } }
  const worker = await startWorker(home, [], options)
  const id = await home.resque.enqueueTo('waits', 'Wait', 1_000)
  await worker.waitForLine(/Wait: waiting/)
  worker.kill()
  expect(await worker.exit).toEqual({ code: 0, signal: null })
  expect(await stateOf(home, id)).toBe('complete')

  const again = await startWorker(home, [], options)
  const deaf = await home.resque.enqueueTo('waits', 'Deaf', longMs)
  await again.waitForLine(/Deaf: deaf/)
  again.kill()
  await again.waitForLine(/finishing the jobs in hand/)
  again.kill()
  expect(await again.exit).toEqual({ code: 0, signal: null })
  expect(await stateOf(home, deaf)).toBe('waiting')
})

test("Ruby's and PHP's variables that have nothing to change here are taken, and told once", async () => {
  const env = { BLOCKING: '1', TERM_CHILD: '1', FORK_PER_JOB: 'false', RESQUE_PROCLINE_PREFIX: 'shop: ' }
  const worker = await startWorker(world(), ['--processes', '2'], { env })
  await worker.waitForLine(/BLOCKING has no effect here: producers wake/)
  await eventually(() => expect(worker.lines.filter((line) => line.includes(' has started'))).toHaveLength(2))
  const told = worker.lines.filter((line) => line.includes('has no effect'))
  expect(told.map((line) => /(\w+) has no effect/.exec(line)?.[1]).sort()).toEqual(['BLOCKING', 'TERM_CHILD'])
})
