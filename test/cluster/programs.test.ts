// The programs, given the URL of a Cluster as users give it.

import { expect, it } from 'vitest'
import { runProgram } from '../support/child.ts'
import { steeredJobs } from '../support/daemons.ts'
import { atEnd } from '../support/journey.ts'
import { startCluster } from '../support/redis-cluster.ts'

it('enqueue, move and perform a job on a Cluster', async () => {
  const { url } = atEnd(await startCluster())
  const env = { REDIS_URL: url }
  const worker = runProgram('resque-worker', ['--queue', 'notes', '--jobs', steeredJobs], { env })
  const scheduler = runProgram('resque-scheduler', ['--redis', url])
  await Promise.all([worker.waitForLine(/worker \S+ has started/), scheduler.waitForLine(/leading as/)])
  const enqueue = runProgram('resque', ['enqueue', 'Note', '--queue', 'notes', '--in', '1'], { env })
  expect(await enqueue.exit).toEqual({ code: 0, signal: null })
  await scheduler.waitForLine(/moved 1 job that was due/)
  await worker.waitForLine(/performed Note from notes/)
  const refused = runProgram('resque', ['queues', '--redis', url, '--namespace', 'shop'])
  expect(await refused.exit).toEqual({ code: 2, signal: null })
  expect(refused.stderr()).toMatch(/"shop" has no hash tag.*Write \{shop\}/)
})
