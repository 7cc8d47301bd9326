// The module-level calls: a default client, made on first use from REDIS_URL.

import { environment } from '../config.ts'
import type { JobClass } from '../job/job.ts'
import type { When } from '../job/times.ts'
import { Resque } from './resque.ts'
import type { ResqueOptions } from './settings.ts'

let client: Resque | undefined

/** The default client: REDIS_URL (or redis://127.0.0.1:6379), namespace RESQUE_NAMESPACE (or `resque`). */
export function defaultClient(): Resque {
  if (client !== undefined) return client
  const { redisUrl, namespace } = environment()
  client = new Resque({ redis: redisUrl, namespace })
  return client
}

/** Replaces the default client's options; call it before the first job. */
export async function configure(options: ResqueOptions): Promise<void> {
  await client?.close()
  client = new Resque(options)
}

/** Closes the default client, so that the process can end. */
export async function close(): Promise<void> {
  const closing = client
  client = undefined
  await closing?.close()
}

// The calls below are the methods of the same names, whose comments tell what they do.

type Args = unknown[]
type AnyJob = JobClass | string

export const enqueue: Resque['enqueue'] = (job: AnyJob, ...args: Args) =>
  defaultClient().enqueue(job as string, ...args)

export const enqueueTo: Resque['enqueueTo'] = (queue: string, job: AnyJob, ...args: Args) =>
  defaultClient().enqueueTo(queue, job as string, ...args)

export const enqueueAt: Resque['enqueueAt'] = (date: When, job: AnyJob, ...args: Args) =>
  defaultClient().enqueueAt(date, job as string, ...args)

export const enqueueIn: Resque['enqueueIn'] = (seconds: number, job: AnyJob, ...args: Args) =>
  defaultClient().enqueueIn(seconds, job as string, ...args)

export const enqueueAtWithQueue: Resque['enqueueAtWithQueue'] = (
  queue: string,
  date: When,
  job: AnyJob,
  ...args: Args
) => defaultClient().enqueueAtWithQueue(queue, date, job as string, ...args)

export const enqueueInWithQueue: Resque['enqueueInWithQueue'] = (
  queue: string,
  seconds: number,
  job: AnyJob,
  ...args: Args
) => defaultClient().enqueueInWithQueue(queue, seconds, job as string, ...args)

export const delayOrEnqueueAt: Resque['delayOrEnqueueAt'] = (date: When, job: AnyJob, ...args: Args) =>
  defaultClient().delayOrEnqueueAt(date, job as string, ...args)

export const delayOrEnqueueIn: Resque['delayOrEnqueueIn'] = (seconds: number, job: AnyJob, ...args: Args) =>
  defaultClient().delayOrEnqueueIn(seconds, job as string, ...args)

/** `with` is no name for a function: `withOptions({ timeoutSeconds: 60 }).enqueue(Import, 7)`. */
export const withOptions: Resque['with'] = (options) => defaultClient().with(options)

export const enqueueBulk: Resque['enqueueBulk'] = (items) => defaultClient().enqueueBulk(items)

export const cancel: Resque['cancel'] = (id) => defaultClient().cancel(id)

export const cancelBulk: Resque['cancelBulk'] = (ids) => defaultClient().cancelBulk(ids)

export const reschedule: Resque['reschedule'] = (id, date) => defaultClient().reschedule(id, date)

export const status: Resque['status'] = (id) => defaultClient().status(id)

export const waitFor: Resque['waitFor'] = (id, options) => defaultClient().waitFor(id, options)

export const stats: Resque['stats'] = () => defaultClient().stats()
