// This library, through its public API. Every adapter offers the same:
//
//   name, settings          for the report: what was set, and why
//   openProducer({ port, track }) -> { enqueue(args), enqueueIn(seconds, args), enqueueAt(dueMs, args),
//                                      bulk([{ dueMs?, args }]) -> handles, cancel(handle), reschedule(handle, dueMs), close() }
//                           and of ours: cancelByArgs(args), sortIndex()
//   startWorker({ port, track, concurrency, perform(args) }) -> { stop() }
//                           performs jobs, and moves delayed jobs into their queue when they are due

import { Resque, Scheduler, Worker } from '../../dist/index.js'
import { jobName, queueName } from '../payloads.mjs'

export const name = 'resque-scheduler'
export const settings =
  'defaults; Scheduler and Worker in one process. "untracked": track: false (no status is kept, as the peers are set to)'

const url = (port) => `redis://127.0.0.1:${port}`

/** The classes that workers know; `perform` gets the arguments as a list. */
export function jobClasses(perform) {
  class SendEmail {
    static queue = queueName
    perform(...args) {
      return perform(args)
    }
  }
  return { [jobName]: SendEmail }
}

export async function openProducer({ port, track = true }) {
  const resque = await new Resque({ redis: url(port), track, defaultQueue: queueName }).connect()
  const item = ({ dueMs, args }) =>
    dueMs === undefined ? { job: jobName, args } : { job: jobName, args, at: new Date(dueMs) }
  return {
    enqueue: (args) => resque.enqueue(jobName, ...args),
    enqueueIn: (seconds, args) => resque.enqueueIn(seconds, jobName, ...args),
    enqueueAt: (dueMs, args) => resque.enqueueAt(new Date(dueMs), jobName, ...args),
    bulk: (items) => resque.enqueueBulk(items.map(item)),
    cancel: (id) => resque.cancel(id),
    reschedule: (id, dueMs) => resque.reschedule(id, new Date(dueMs)),
    /** What a scheduler does beside its ticks: sorts the hints of jobs that were added into the index of class and args. */
    async sortIndex() {
      while (await resque.rooms.delayed.index.sort());
    },
    cancelByArgs: async (args) => (await resque.delayed.remove(jobName, ...args)) === 1,
    close: () => resque.close(),
  }
}

export async function startWorker({ port, concurrency, perform, prefetch = 'auto' }) {
  const jobs = jobClasses(perform)
  const worker = new Worker({ redis: url(port), queues: queueName, jobs, concurrency, prefetch })
  const scheduler = new Scheduler({ redis: url(port) })
  worker.on('failed', ({ error }) => console.error(error))
  await Promise.all([scheduler.start(), worker.start()])
  return { stop: () => Promise.all([scheduler.stop(), worker.stop()]) }
}
