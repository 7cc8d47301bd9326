// node-resque as producer, canceller, worker and scheduler, all at once with ours, on some hundreds of jobs at random:
// each is performed once, or was cancelled; never both, never neither.
//
// Nobody is killed here: node-resque's scheduler takes a job out of its bucket in one step and puts it into its queue
// in another, so that one which dies in between loses it, and that is not ours to prevent. Each job has arguments of
// its own, because node-resque refuses equal jobs for the same second.

import { expect, it, onTestFailed } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { nodeErrors, nodeQueue, nodeWorker } from '../support/node-resque.ts'
import { live, type Parties, passTheLead, randomOf } from '../support/peer-race.ts'
import { tally } from '../support/tally.ts'
import { world } from '../support/world.ts'

const jobCount = 500

it('each job is performed once or cancelled, whoever made, promoted, performed and meddled', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  onTestFailed(() => void process.stderr.write(`the seed of the race was ${seed}\n`))
  nodeErrors.length = 0
  const here = world()
  const [counted, random, race] = [tally(), randomOf(seed), new AbortController()]
  const node = await nodeQueue(here)
  const parties: Parties = { here, ruby: here.client({ payload: 'ruby' }), node, counted, random }
  for (let index = 0; index < 3; index++) await nodeWorker(here, ['counts'], counted.nodeJobs)
  await here.worker({ queues: 'counts', jobs: counted.jobs, concurrency: 2 }).start()
  const passing = passTheLead(here, race.signal)
  const names = Array.from({ length: jobCount }, (_, name) => name)
  const taken = await Promise.all(names.map((name) => live(parties, name)))
  const cancelled = taken.reduce((sum, times) => sum + times, 0)
  // By count: a job that node-resque's scheduler is about to put into its queue is nowhere for a moment.
  await eventually(() => expect(counted.total() + cancelled).toBeGreaterThanOrEqual(jobCount))
  await eventually(async () =>
    expect(await here.resque.stats()).toMatchObject({ waiting: 0, delayed: 0, running: 0 }),
  )
  race.abort()
  expect(await passing).toBeGreaterThanOrEqual(2)

  const ends = names.map((name) => [counted.of(name).length, taken[name]].join(' performed, taken out '))
  const wrong = ends.filter((end) => end !== '1 performed, taken out 0' && end !== '0 performed, taken out 1')
  expect(wrong).toEqual([])
  expect(counted.total()).toBeGreaterThan(jobCount / 2)
  expect(cancelled).toBeGreaterThan(0)
  expect(await here.resque.failed.count()).toBe(0)
  expect(nodeErrors).toEqual([])
}, 90_000)
