// node-resque: a Worker for each place (what its MultiWorker comes to when it has scaled up), and a Scheduler.

import NodeResque from 'node-resque'
import { inFlight, jobName, queueName, range } from '../payloads.mjs'

export const name = 'node-resque'
export const settings =
  'polls every 100 ms (default 5,000 ms), worker and scheduler; a Worker with its own connection for each place; it has no bulk call, so bulk is 500 calls under way'

const timeout = 100
const connectionTo = (port) => ({ pkg: 'ioredis', host: '127.0.0.1', port, database: 0, namespace: 'resque' })
const jobs = (perform) => ({ [jobName]: { perform: async (...args) => perform(args) } })

export async function openProducer({ port }) {
  const queue = new NodeResque.Queue(
    { connection: connectionTo(port) },
    jobs(() => undefined),
  )
  queue.on('error', (error) => console.error(error))
  await queue.connect()
  const add = async ({ dueMs, args }) => {
    if (dueMs === undefined) await queue.enqueue(queueName, jobName, args)
    else await queue.enqueueAt(dueMs, queueName, jobName, args)
    return args
  }
  return {
    enqueue: (args) => add({ args }),
    enqueueIn: (seconds, args) => queue.enqueueIn(seconds * 1000, queueName, jobName, args),
    enqueueAt: (dueMs, args) => add({ dueMs, args }),
    bulk: async (items) => {
      await inFlight(items, 500, add)
      return items.map(({ args }) => args)
    },
    cancel: async (args) => (await queue.delDelayed(queueName, jobName, args)).length > 0,
    close: () => queue.end(),
  }
}

async function startOne(port, place, perform) {
  const connection = connectionTo(port)
  const options = { connection, queues: [queueName], timeout, name: `bench:${process.pid}+${place}` }
  const worker = new NodeResque.Worker(options, jobs(perform))
  worker.on('error', (error) => console.error(error))
  worker.on('failure', (_queue, _job, error) => console.error(error))
  await worker.connect()
  return worker
}

export async function startWorker({ port, concurrency, perform }) {
  const scheduler = new NodeResque.Scheduler({ connection: connectionTo(port), timeout })
  scheduler.on('error', (error) => console.error(error))
  await scheduler.connect()
  await scheduler.start()
  const workers = await Promise.all(range(concurrency).map((place) => startOne(port, place, perform)))
  await Promise.all(workers.map((worker) => worker.start()))
  return { stop: () => Promise.all([scheduler.end(), ...workers.map((worker) => worker.end())]) }
}
