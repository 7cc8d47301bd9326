// Metrics of one worker, fed by what it tells. Classes and queues are labels; see labels.ts for what keeps them few.

import { type Aggregator, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { systemClock } from '../../clock.ts'
import type { Events, JobEvent } from '../../events.ts'
import type { Worker } from '../../worker/worker.ts'
import { waitingSinceMs } from '../survey.ts'
import { LabelLimit, otherLabel, unknownLabel } from './labels.ts'

export const workerPrefix = 'resque_worker_'

const mostClasses = 200
const mostQueues = 100
/** Of pairs there could be as many as of both together. */
const mostPairs = 500

const durationBuckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600]
const waitBuckets = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 21_600]

type Outcome = 'completed' | 'failed' | 'retried' | 'given_back' | 'refused' | 'cancelled' | 'vetoed'

export class WorkerMetrics {
  readonly register: Registry = new Registry()
  readonly #worker: Worker
  readonly #off: (() => void)[] = []
  readonly #classes = new LabelLimit(mostClasses)
  readonly #queues = new LabelLimit(mostQueues)
  readonly #pairs = new LabelLimit(mostPairs)
  readonly #jobs: Counter<'class' | 'queue' | 'outcome'>
  readonly #duration: Histogram<'class'>
  readonly #wait: Histogram<'queue'>

  constructor(worker: Worker) {
    this.#worker = worker
    const registers = [this.register]
    this.#jobs = new Counter({
      name: `${workerPrefix}jobs_total`,
      help: 'Jobs that left this worker, by what became of them',
      labelNames: ['class', 'queue', 'outcome'],
      registers,
    })
    this.#duration = new Histogram({
      name: `${workerPrefix}job_duration_seconds`,
      help: 'How long jobs took that completed or failed for good',
      labelNames: ['class'],
      buckets: durationBuckets,
      registers,
    })
    this.#wait = new Histogram({
      name: `${workerPrefix}job_wait_seconds`,
      help: 'How long jobs waited, from when they were enqueued or due until they were begun for the first time',
      labelNames: ['queue'],
      buckets: waitBuckets,
      registers,
    })
    this.#feedJobs()
    this.#feedTrouble()
    this.#watchState()
  }

  /** Stops listening. */
  close(): void {
    for (const off of this.#off) off()
  }

  #on: Worker['on'] = (name, listener) => {
    const off = this.#worker.on(name, listener)
    this.#off.push(off)
    return off
  }

  #classLabel(name: string): string {
    return this.#worker.performs(name) ? this.#classes.of(name) : unknownLabel
  }

  #count(event: JobEvent, outcome: Outcome): void {
    const [className, queue] = [this.#classLabel(event.class), this.#queues.of(event.queue)]
    const pair = `${className}\n${queue}`
    const isTold = this.#pairs.of(pair) === pair
    this.#jobs.inc(
      isTold ? { class: className, queue, outcome } : { class: className, queue: otherLabel, outcome },
    )
  }

  #time(event: JobEvent & { readonly durationMs: number }): void {
    this.#duration.observe({ class: this.#classLabel(event.class) }, Math.max(0, event.durationMs) / 1000)
  }

  #waited({ id, queue, attempt, queueTimeMs }: Events['reserved']): void {
    const nowMs = systemClock.nowMs()
    const sinceMs = waitingSinceMs(id, queueTimeMs ?? null, nowMs)
    if (sinceMs === null || attempt > 1) return
    this.#wait.observe({ queue: this.#queues.of(queue) }, Math.max(0, nowMs - sinceMs) / 1000)
  }

  #feedJobs(): void {
    this.#on('reserved', (event: Events['reserved']) => this.#waited(event))
    this.#on('completed', (event: Events['completed']) => {
      this.#count(event, 'completed')
      this.#time(event)
    })
    this.#on('failed', (event: Events['failed']) => {
      this.#count(event, 'failed')
      this.#time(event)
    })
    this.#on('retried', (event: Events['retried']) => this.#count(event, 'retried'))
    this.#on('givenBack', (event: JobEvent) => this.#count(event, 'given_back'))
    this.#on('refused', (event: JobEvent) => this.#count(event, 'refused'))
    this.#on('cancelled', (event: JobEvent) => this.#count(event, 'cancelled'))
    this.#on('vetoed', (event: JobEvent) => this.#count(event, 'vetoed'))
  }

  #counter(name: string, help: string): Counter<never> {
    return new Counter({ name: workerPrefix + name, help, registers: [this.register] })
  }

  #feedTrouble(): void {
    const errors = this.#counter(
      'redis_errors_total',
      'Times that Redis began to fail; told once until it answers',
    )
    const recoveries = this.#counter('redis_recoveries_total', 'Times that Redis answered again')
    const orphans = this.#counter('orphaned_jobs_total', 'Jobs of dead workers that were put back or failed')
    const stuck = this.#counter('stuck_jobs_total', 'Jobs whose timeout was over and that did not end')
    const blocked = this.#counter('blocked_total', 'Times that a job held up the event loop')
    this.#on('stuck', () => stuck.inc())
    this.#on('blocked', () => blocked.inc())
    this.#on('trouble', () => errors.inc())
    this.#on('recovered', () => recoveries.inc())
    this.#on('orphans', ({ requeued, failed }: Events['orphans']) => orphans.inc(requeued + failed))
  }

  /** A gauge that is asked when the page is. */
  #gauge(name: string, help: string, value: () => number, aggregator: Aggregator = 'sum'): void {
    const collect = function (this: Gauge<never>): void {
      this.set(value())
    }
    new Gauge({ name: workerPrefix + name, help, registers: [this.register], collect, aggregator })
  }

  #watchState(): void {
    const worker = this.#worker
    this.#gauge('slots', 'How many jobs this worker performs at a time', () => worker.pulse.slots)
    this.#gauge('busy_slots', 'Jobs in hand', () => worker.pulse.busy)
    this.#gauge('paused', '1 while this worker was told to take no jobs, else 0', () =>
      worker.pulse.isPaused ? 1 : 0,
    )
    this.#gauge('registered', '1 while this worker is on the list of workers, else 0', () =>
      worker.pulse.isRegistered ? 1 : 0,
    )
    this.#gauge(
      'last_pass_timestamp_seconds',
      'When the last pass of the loop ended, in unix time; 0 before the first',
      () => worker.pulse.lastPassMs / 1000,
      'min',
    )
  }
}
