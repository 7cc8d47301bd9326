// bee-queue, with the settings its documentation recommends for speed and memory.

import BeeQueue from 'bee-queue'
import { chunks, inFlight, queueName } from '../payloads.mjs'

export const name = 'bee-queue'
export const settings =
  'getEvents, sendEvents, storeJobs: false; removeOnSuccess and removeOnFailure: true; activateDelayedJobs with delayedDebounce 10 ms (default 1,000 ms); saveAll 1,000 at a time, two calls under way'

function open(port, more) {
  return new BeeQueue(queueName, {
    redis: { host: '127.0.0.1', port },
    getEvents: false,
    sendEvents: false,
    storeJobs: false,
    removeOnSuccess: true,
    removeOnFailure: true,
    delayedDebounce: 10,
    ...more,
  })
}

export async function openProducer({ port }) {
  const queue = open(port, { isWorker: false })
  await queue.ready()
  const make = ({ dueMs, args }) => {
    const job = queue.createJob(args)
    return dueMs === undefined ? job : job.delayUntil(dueMs)
  }
  const save = async (dueMs, args) => (await make({ dueMs, args }).save()).id
  return {
    enqueue: (args) => save(undefined, args),
    enqueueIn: (seconds, args) => save(Date.now() + seconds * 1000, args),
    enqueueAt: save,
    bulk: async (items) => {
      const ids = []
      await inFlight(chunks(items, 1_000), 2, async (part) => {
        const jobs = part.map(make)
        const errors = await queue.saveAll(jobs)
        for (const error of errors.values()) throw error
        for (const { id } of jobs) ids.push(id)
      })
      return ids
    },
    cancel: async (id) => {
      await queue.removeJob(id)
      return true
    },
    close: () => queue.close(),
  }
}

export async function startWorker({ port, concurrency, perform }) {
  const queue = open(port, { activateDelayedJobs: true })
  queue.on('error', (error) => console.error(error))
  queue.on('failed', (_, error) => console.error(error))
  await queue.ready()
  queue.process(concurrency, async (job) => perform(job.data))
  return { stop: () => queue.close(1_000).catch(() => undefined) }
}
