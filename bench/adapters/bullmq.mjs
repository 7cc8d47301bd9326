// bullmq, as its documentation sets it up for throughput.

import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { chunks, inFlight, jobName, queueName } from '../payloads.mjs'

export const name = 'bullmq'
export const settings =
  'removeOnComplete and removeOnFail: true (nothing is kept of a job that has ended); addBulk 1,000 at a time, two calls under way'

const connect = (port) => new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null })
const options = { removeOnComplete: true, removeOnFail: true }

function delayed(dueMs) {
  return dueMs === undefined ? options : { ...options, delay: Math.max(0, dueMs - Date.now()) }
}

async function addAll(queue, items) {
  const added = []
  await inFlight(chunks(items, 1_000), 2, async (part) => {
    const jobs = part.map(({ dueMs, args }) => ({ name: jobName, data: args, opts: delayed(dueMs) }))
    for (const { id } of await queue.addBulk(jobs)) added.push(id)
  })
  return added
}

export async function openProducer({ port }) {
  const connection = connect(port)
  const queue = new Queue(queueName, { connection })
  await queue.waitUntilReady()
  return {
    queue,
    enqueue: async (args) => (await queue.add(jobName, args, options)).id,
    enqueueIn: async (seconds, args) =>
      (await queue.add(jobName, args, { ...options, delay: seconds * 1000 })).id,
    enqueueAt: async (dueMs, args) => (await queue.add(jobName, args, delayed(dueMs))).id,
    bulk: (items) => addAll(queue, items),
    cancel: async (id) => (await queue.remove(id)) === 1,
    reschedule: async (id, dueMs) => {
      const job = await queue.getJob(id)
      await job.changeDelay(dueMs - Date.now())
      return true
    },
    close: async () => {
      await queue.close()
      connection.disconnect()
    },
  }
}

export async function startWorker({ port, concurrency, perform }) {
  const connection = connect(port)
  const worker = new Worker(queueName, (job) => perform(job.data), { connection, concurrency })
  worker.on('error', (error) => console.error(error))
  worker.on('failed', (_, error) => console.error(error))
  await worker.waitUntilReady()
  return {
    stop: async () => {
      await worker.close()
      connection.disconnect()
    },
  }
}
