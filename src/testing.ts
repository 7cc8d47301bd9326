// For tests of code that enqueues: a real Redis, a namespace of its own, and a clock that the test moves.
//
//   const kit = testKit({ redis: 'redis://127.0.0.1:6379', jobs: [SendEmail] })
//   await signUp(kit.resque, 'ann@example.com')
//   expect(await kit.enqueued('SendEmail')).toHaveLength(1)
//   await kit.travelTo(new Date('2027-01-01T09:00:00Z'))    // promotes and fires all that falls due until then
//   await kit.drain()                                        // performs what waits
//   await kit.close()                                        // removes the namespace

import { randomBytes } from 'node:crypto'
import { Resque, type ResqueOptions } from './client/resque.ts'
import { type Clock, systemClock } from './clock.ts'
import { decodePayload } from './job/codec.ts'
import type { ScheduleEntry } from './recurring/entry.ts'
import { Scheduler } from './scheduler/scheduler.ts'
import type { JobSource } from './worker/job-classes.ts'
import { Worker } from './worker/worker.ts'

interface Sleeper {
  readonly untilMs: number
  readonly wake: () => void
}

/** A clock that moves when the test says so. Given to a client, the scripts in Redis go by it as well. */
export class TestClock implements Clock {
  #nowMs: number
  readonly #sleepers = new Set<Sleeper>()

  constructor(nowMs: number = Date.parse('2027-01-01T00:00:00Z')) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#sleepers.add({ untilMs: this.#nowMs + ms, wake: resolve })
      signal?.addEventListener('abort', () => resolve(), { once: true })
      if (signal?.aborted || ms <= 0) resolve()
    })
  }

  /** Moves by `ms` milliseconds (back, when negative) and wakes who has slept long enough. */
  advance(ms: number): void {
    this.#nowMs += ms
    for (const sleeper of this.#sleepers) {
      if (sleeper.untilMs > this.#nowMs) continue
      this.#sleepers.delete(sleeper)
      sleeper.wake()
    }
  }
}

/** A job that waits in a queue. */
export interface EnqueuedJob {
  readonly class: string
  readonly args: readonly unknown[]
  readonly queue: string
  readonly id: string | null
}

/** What became of a job that `drain` performed. */
export interface PerformedJob {
  readonly class: string
  readonly id: string | null
  readonly outcome: 'complete' | 'failed' | 'retried'
  readonly result?: unknown
  readonly error?: unknown
}

export interface TestKitOptions extends Omit<ResqueOptions, 'clock'> {
  readonly jobs?: JobSource
  /** Recurring entries, as `loadSchedule(…).entries` gives them. */
  readonly entries?: readonly ScheduleEntry[]
  /** Where the clock begins. Default 2027-01-01T00:00:00Z. */
  readonly now?: Date
}

export interface TestKit {
  readonly resque: Resque
  readonly clock: TestClock
  /** Jobs waiting in the queues, in order; of one class when named. */
  enqueued(className?: string): Promise<EnqueuedJob[]>
  /** Performs what waits, and what those jobs enqueue, until nothing waits. */
  drain(): Promise<PerformedJob[]>
  /** Moves the clock forward, stopping at each second at which something is due: promotes and fires it there. */
  travelTo(date: Date): Promise<void>
  /** Removes all keys of the namespace. */
  clear(): Promise<void>
  close(): Promise<void>
}

async function enqueued(resque: Resque, className: string | undefined): Promise<EnqueuedJob[]> {
  const jobs: EnqueuedJob[] = []
  for (const queue of await resque.queues.names()) {
    for (const payload of await resque.queues.peek(queue, 0, 1_000_000)) {
      const { className: name, args, id } = decodePayload(payload)
      if (className === undefined || className === name) jobs.push({ class: name, args, queue, id })
    }
  }
  return jobs
}

async function waiting(resque: Resque): Promise<boolean> {
  return resque.queues.anyWaiting(await resque.queues.names())
}

async function drain(resque: Resque, jobs: JobSource): Promise<PerformedJob[]> {
  const performed: PerformedJob[] = []
  while (await waiting(resque)) {
    const worker = new Worker({ resque, queues: '*', jobs })
    worker.on('completed', ({ class: name, id, result }) =>
      performed.push({ class: name, id, outcome: 'complete', result }),
    )
    worker.on('failed', ({ class: name, id, error }) =>
      performed.push({ class: name, id, outcome: 'failed', error }),
    )
    worker.on('retried', ({ class: name, id, error }) =>
      performed.push({ class: name, id, outcome: 'retried', error }),
    )
    await worker.start()
    while (await waiting(resque)) await systemClock.sleep(1)
    await worker.stop({ finish: true })
  }
  return performed
}

async function clear(resque: Resque): Promise<void> {
  const { redis, keys } = resque.rooms.store
  for await (const names of redis.scanStream({ match: `${keys.namespace}:*`, count: 1_000 })) {
    if ((names as string[]).length > 0) await redis.del(...(names as string[]))
  }
}

/** The next moment, at most `lastMs`, at which the scheduler has something to do. */
async function nextStop(
  resque: Resque,
  scheduler: Scheduler,
  nowMs: number,
  lastMs: number,
): Promise<number> {
  const delayedMs = (await resque.delayed.next())?.getTime() ?? lastMs
  const next = Math.min(delayedMs, scheduler.nextRunMs, lastMs)
  return Math.max(next, nowMs)
}

/** A client on a namespace of its own, with a clock for the test to move. Close it when the test ends. */
export function testKit(options: TestKitOptions = {}): TestKit {
  const clock = new TestClock(options.now?.getTime())
  const namespace = options.namespace ?? `test-${randomBytes(6).toString('hex')}`
  const resque = new Resque({ ...options, namespace, clock })
  const scheduler = new Scheduler({ resque, entries: options.entries ?? [] })
  return {
    resque,
    clock,
    enqueued: (className) => enqueued(resque, className),
    drain: () => drain(resque, options.jobs ?? []),
    clear: () => clear(resque),
    travelTo: async (date) => {
      await scheduler.tick()
      for (;;) {
        const stopMs = await nextStop(resque, scheduler, clock.nowMs(), date.getTime())
        clock.advance(stopMs - clock.nowMs())
        await scheduler.tick()
        if (stopMs >= date.getTime()) return
      }
    },
    close: async () => {
      await clear(resque)
      await resque.close()
    },
  }
}
