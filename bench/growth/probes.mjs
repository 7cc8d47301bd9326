// How a work is measured at one point of its growth: { jobs, queues, processes, namespaces } -> figures per job.
// What runs has been warmed up before: otherwise a small point would measure how code is compiled.

import { runChild } from '../child.mjs'
import { startRedis } from '../redis.mjs'
import { withPlaces } from './crew.mjs'
import { loadAhead, loadOverdue, loadWaiting } from './load.mjs'

const concurrency = 50
const warmUpJobs = 20_000

function workersOf({ processes, queues }) {
  const names = queues === 1 ? 'q0' : '*'
  return Array.from({ length: processes }, () => ({ role: 'worker', queues: names, concurrency }))
}

/** The jobs of one namespace; together they are as many as the point says. */
function shareOf({ jobs, queues, namespaces }) {
  return { count: Math.round(jobs / namespaces), queues }
}

async function warmUp({ each, performed }, load, { processes, queues }) {
  const count = warmUpJobs * processes
  await each(({ port }) => load(port, { count, queues }))
  await performed(count)
}

/** Delayed jobs that are all due: from the start of the scheduler until the last one is performed. */
function dueAtOnce(point) {
  const share = shareOf(point)
  const members = [{ role: 'scheduler' }, ...workersOf(point)]
  return withPlaces(point.namespaces, members, async (means) => {
    const { each, tell, performed, timed } = means
    await tell('scheduler', 'start')
    await warmUp(means, loadOverdue, point)
    await tell('scheduler', 'stop')
    await each(({ port }) => loadOverdue(port, share))
    return timed(point.jobs, () => Promise.all([tell('scheduler', 'start'), performed(share.count)]))
  })
}

/** Waiting jobs: from the moment when the workers may take them until the last one is performed. */
function waiting(point) {
  const share = shareOf(point)
  return withPlaces(point.namespaces, workersOf(point), async (means) => {
    const { each, tell, performed, timed } = means
    await warmUp(means, loadWaiting, point)
    await tell('worker', 'pause')
    await each(({ port }) => loadWaiting(port, share))
    return timed(point.jobs, () => Promise.all([tell('worker', 'resume'), performed(share.count)]))
  })
}

/** One pass of the scheduler that finds all jobs due. */
function promote(point) {
  return withPlaces(point.namespaces, [{ role: 'promoter' }], async ({ each, tell, timed }) => {
    await each(({ port }) => loadAhead(port, { count: warmUpJobs, queues: point.queues }))
    await tell('promoter', 'tick')
    await each(({ port }) => loadAhead(port, shareOf(point)))
    const result = await timed(point.jobs, () => tell('promoter', 'tick'))
    await each(async ({ redis }) => {
      const left = await redis.zcard('resque:delayed_queue_schedule')
      if (left > 0) throw new Error(`${left} seconds were not promoted`)
    })
    return result
  })
}

/** A work of the bench at another size: as it is measured there, for peers too. */
async function sized(work, caseName, { jobs }, system) {
  const redis = await startRedis()
  const task = { work, caseName, system, quick: false, port: redis.port, pid: redis.pid, size: jobs }
  try {
    const prepared = work === 'W8' ? await runChild({ ...task, phase: 'prepare' }) : undefined
    return await runChild({ ...task, phase: 'run', prepared })
  } finally {
    await redis.stop()
  }
}

const usOf = (perSecond) => (perSecond === undefined ? undefined : 1_000_000 / perSecond)

export const probes = {
  W2: dueAtOnce,
  W4: waiting,
  W6: (point, system) => sized('W6', '100,000 spread over an hour', point, system),
  W7: promote,
  W8: async (point, system) => {
    const result = await sized('W8', 'in a set of 100,000', point, system)
    return { cancelUs: usOf(result.cancelPerSecond), rescheduleUs: usOf(result.reschedulePerSecond) }
  },
}
