// The real node-resque on the Redis and namespace of a test's world: its queue, worker and scheduler, ended when the
// test ends. They poll every few milliseconds instead of every five seconds.

import { Queue, Scheduler, Worker } from 'node-resque'
import { onTestFinished } from 'vitest'
import { eventually } from './eventually.ts'
import type { World } from './world.ts'

type NodeJobs = NonNullable<ConstructorParameters<typeof Worker>[1]>
type SchedulerOptions = Omit<NonNullable<ConstructorParameters<typeof Scheduler>[0]>, 'connection'>

const pollEveryMs = 20

/** An error that nobody listens to would end the process, as in every program that uses node-resque. */
export const nodeErrors: unknown[] = []

function connection({ url, namespace }: World) {
  const { hostname: host, port } = new URL(url)
  return { host, port: Number(port), namespace }
}

/** Its client. */
export async function nodeQueue(world: World): Promise<Queue> {
  const queue = new Queue({ connection: connection(world) })
  queue.on('error', (error) => nodeErrors.push(error))
  await queue.connect()
  onTestFinished(() => queue.end())
  return queue
}

let workersMade = 0

/** Its worker, under a host of its own: its ids hold nothing but host and pid. */
export async function nodeWorker(world: World, queues: string[], jobs: NodeJobs): Promise<Worker> {
  const name = `nodehost${++workersMade}:${process.pid}`
  const worker = new Worker({ connection: connection(world), queues, name, timeout: pollEveryMs }, jobs)
  worker.on('error', (error) => nodeErrors.push(error))
  await worker.connect()
  await worker.start()
  onTestFinished(() => worker.end())
  return worker
}

/** Its scheduler, which looks for the first time after one poll. */
export async function nodeScheduler(world: World, options: SchedulerOptions = {}): Promise<Scheduler> {
  const scheduler = new Scheduler({
    connection: connection(world),
    name: `nodehost${++workersMade}:${process.pid}`,
    timeout: pollEveryMs,
    ...options,
  })
  scheduler.on('error', (error) => nodeErrors.push(error))
  await scheduler.connect()
  await scheduler.start()
  onTestFinished(async () => void (await scheduler.end()))
  return scheduler
}

/** Resolves when it leads. */
export async function nodeLeads(scheduler: Scheduler): Promise<void> {
  await eventually(() => {
    if (!scheduler.leader) throw new Error('node-resque does not lead')
  })
}
