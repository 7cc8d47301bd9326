// Metrics of one worker, fed by what it tells. Classes and queues are labels; see labels.ts for what keeps them few.

import { Counter, Histogram, type Registry } from 'prom-client'
import { systemClock } from '../../clock.ts'
import type { Events, JobEvent } from '../../events.ts'
import type { Worker } from '../../worker/worker.ts'
import { waitingSinceMs } from '../survey.ts'
import { Instruments } from './instruments.ts'
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
  readonly #instruments: Instruments
  readonly #worker: Worker
  readonly #classes = new LabelLimit(mostClasses)
  readonly #queues = new LabelLimit(mostQueues)
  readonly #pairs = new LabelLimit(mostPairs)
  readonly #jobs: Counter<'class' | 'queue' | 'outcome'>
  readonly #duration: Histogram<'class'>
  readonly #wait: Histogram<'queue'>

  constructor(worker: Worker) {
    this.#worker = worker
    this.#instruments = new Instruments(workerPrefix, worker)
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

  get register(): Registry {
    return this.#instruments.register
  }

  /** Stops listening. */
  close(): void {
    this.#instruments.close()
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
    this.#instruments.on('reserved', (event: Events['reserved']) => this.#waited(event))
    this.#instruments.on('completed', (event: Events['completed']) => {
      this.#count(event, 'completed')
      this.#time(event)
    })
    this.#instruments.on('failed', (event: Events['failed']) => {
      this.#count(event, 'failed')
      this.#time(event)
    })
    this.#instruments.on('retried', (event: Events['retried']) => this.#count(event, 'retried'))
    this.#instruments.on('givenBack', (event: JobEvent) => this.#count(event, 'given_back'))
    this.#instruments.on('refused', (event: JobEvent) => this.#count(event, 'refused'))
    this.#instruments.on('cancelled', (event: JobEvent) => this.#count(event, 'cancelled'))
    this.#instruments.on('vetoed', (event: JobEvent) => this.#count(event, 'vetoed'))
  }

  #feedTrouble(): void {
    this.#instruments.feedTrouble()
    const stuck = this.#instruments.counter(
      'stuck_jobs_total',
      'Jobs whose timeout was over and that did not end',
    )
    const blocked = this.#instruments.counter('blocked_total', 'Times that a job held up the event loop')
    this.#instruments.on('stuck', () => stuck.inc())
    this.#instruments.on('blocked', () => blocked.inc())
  }

  #watchState(): void {
    const worker = this.#worker
    this.#instruments.gauge('slots', 'How many jobs this worker performs at a time', () => worker.pulse.slots)
    this.#instruments.gauge('busy_slots', 'Jobs in hand', () => worker.pulse.busy)
    this.#instruments.gauge('paused', '1 while this worker was told to take no jobs, else 0', () =>
      worker.pulse.isPaused ? 1 : 0,
    )
    this.#instruments.gauge('registered', '1 while this worker is on the list of workers, else 0', () =>
      worker.pulse.isRegistered ? 1 : 0,
    )
    this.#instruments.gauge(
      'last_pass_timestamp_seconds',
      'When the last pass of the loop ended, in unix time; 0 before the first',
      () => worker.pulse.lastPassMs / 1000,
      'min',
    )
  }
}
