// A process of a growth measurement: a worker, a scheduler, or a scheduler whose clock is far ahead (promoter).
// It is told what to do over IPC, see crew.mjs.

import { Resque, Scheduler, Worker } from '../../dist/index.js'
import { jobClasses } from '../adapters/ours.mjs'
import { laterMs } from './load.mjs'

const url = (port) => `redis://127.0.0.1:${port}`

const roles = {
  async worker({ port, queues, concurrency }) {
    const jobs = jobClasses(() => undefined)
    const worker = new Worker({ redis: url(port), queues, jobs, concurrency })
    worker.on('failed', ({ error }) => console.error(error))
    await worker.start()
    return { pause: () => worker.pause(), resume: () => worker.resume() }
  },
  async scheduler({ port }) {
    const resque = await new Resque({ redis: url(port) }).connect()
    let scheduler
    return {
      start: () => {
        scheduler = new Scheduler({ resque })
        return scheduler.start()
      },
      stop: () => scheduler.stop(),
    }
  },
  async promoter({ port }) {
    const clock = { nowMs: () => laterMs, sleep: () => Promise.resolve() }
    const resque = await new Resque({ redis: url(port), clock }).connect()
    const scheduler = new Scheduler({ resque })
    return { tick: () => scheduler.tick() }
  },
}

let verbs = {
  begin: async ({ role, ...options }) => {
    verbs = { ...verbs, ...(await roles[role](options)) }
  },
  rest: () => globalThis.gc?.(),
  cpuMs: () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  },
}

process.once('disconnect', () => process.exit(1))
process.on('message', async ({ id, verb, told }) => {
  try {
    process.send({ id, result: (await verbs[verb](told)) ?? null })
  } catch (error) {
    process.send({ id, error: error?.stack ?? String(error) })
  }
})
