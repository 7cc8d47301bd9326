// The module-level calls: a default client, made on first use from REDIS_URL.

import { environment } from '../config.ts'
import type { ArgsOf, JobClass } from '../job/job.ts'
import type { When } from '../job/times.ts'
import type { JobStatus } from '../status/record.ts'
import type { BulkItem } from './bulk.ts'
import { Resque, type ResqueOptions } from './resque.ts'

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

export function enqueue<C extends JobClass>(job: C, ...args: ArgsOf<C>): Promise<string | null>
export function enqueue(job: string, ...args: unknown[]): Promise<string | null>
export function enqueue(job: JobClass | string, ...args: unknown[]): Promise<string | null> {
  return defaultClient().enqueue(job as string, ...args)
}

export function enqueueTo<C extends JobClass>(
  queue: string,
  job: C,
  ...args: ArgsOf<C>
): Promise<string | null>
export function enqueueTo(queue: string, job: string, ...args: unknown[]): Promise<string | null>
export function enqueueTo(queue: string, job: JobClass | string, ...args: unknown[]): Promise<string | null> {
  return defaultClient().enqueueTo(queue, job as string, ...args)
}

export function enqueueAt<C extends JobClass>(date: When, job: C, ...args: ArgsOf<C>): Promise<string | null>
export function enqueueAt(date: When, job: string, ...args: unknown[]): Promise<string | null>
export function enqueueAt(date: When, job: JobClass | string, ...args: unknown[]): Promise<string | null> {
  return defaultClient().enqueueAt(date, job as string, ...args)
}

export function enqueueIn<C extends JobClass>(
  seconds: number,
  job: C,
  ...args: ArgsOf<C>
): Promise<string | null>
export function enqueueIn(seconds: number, job: string, ...args: unknown[]): Promise<string | null>
export function enqueueIn(
  seconds: number,
  job: JobClass | string,
  ...args: unknown[]
): Promise<string | null> {
  return defaultClient().enqueueIn(seconds, job as string, ...args)
}

export function enqueueAtWithQueue<C extends JobClass>(
  queue: string,
  date: When,
  job: C,
  ...args: ArgsOf<C>
): Promise<string | null>
export function enqueueAtWithQueue(
  queue: string,
  date: When,
  job: string,
  ...args: unknown[]
): Promise<string | null>
export function enqueueAtWithQueue(
  queue: string,
  date: When,
  job: JobClass | string,
  ...args: unknown[]
): Promise<string | null> {
  return defaultClient().enqueueAtWithQueue(queue, date, job as string, ...args)
}

export function enqueueInWithQueue<C extends JobClass>(
  queue: string,
  seconds: number,
  job: C,
  ...args: ArgsOf<C>
): Promise<string | null>
export function enqueueInWithQueue(
  queue: string,
  seconds: number,
  job: string,
  ...args: unknown[]
): Promise<string | null>
export function enqueueInWithQueue(
  queue: string,
  seconds: number,
  job: JobClass | string,
  ...args: unknown[]
): Promise<string | null> {
  return defaultClient().enqueueInWithQueue(queue, seconds, job as string, ...args)
}

export function enqueueBulk(items: readonly BulkItem[]): Promise<(string | null)[]> {
  return defaultClient().enqueueBulk(items)
}

export function cancel(id: string): Promise<boolean> {
  return defaultClient().cancel(id)
}

export function reschedule(id: string, date: When): Promise<boolean> {
  return defaultClient().reschedule(id, date)
}

export function status(id: string): Promise<JobStatus | null> {
  return defaultClient().status(id)
}
