// The measuring process: told what to measure, it loads that work and system, measures, and reports.

import { adapterOf, systems } from './systems.mjs'
import { loadWork } from './works/index.mjs'

/** What a work's `run` and `prepare` are given. */
async function contextOf({ caseName, system, port, pid, quick, size, prepared }, work) {
  const { adapter, options } = systems[system]
  const loaded = adapter === null ? undefined : await adapterOf(system)
  return {
    case: work.cases.find(({ name }) => name === caseName),
    system,
    port,
    redisPid: pid,
    quick,
    size,
    prepared,
    producer: () => loaded.openProducer({ port, ...options }),
    worker: (concurrency, perform) => loaded.startWorker({ port, concurrency, perform, ...options }),
    track: options.track,
  }
}

async function carryOut(task) {
  const work = await loadWork(task.work)
  const context = await contextOf(task, work)
  if (task.phase === 'prepare') return (await work.prepare(context)) ?? {}
  return context.system === 'limit' ? work.limit(context) : work.run(context)
}

process.once('disconnect', () => process.exit(1))
process.once('message', async (task) => {
  const answer = await carryOut(task).then(
    (result) => ({ result }),
    (error) => ({ error: error?.stack ?? String(error) }),
  )
  // Some systems leave timers or sockets behind; what was asked for has been measured.
  process.send(answer, () => process.exit(0))
})
