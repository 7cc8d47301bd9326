// Metrics of the whole system behind one Redis, read when they are asked for. Every scheduler shows the same ones.

import { Counter, Gauge, type Registry } from 'prom-client'
import type { LocksView } from '../../scheduler/lock-view.ts'
import { lagMs } from '../checks.ts'
import { mostSeconds, type Survey } from '../survey.ts'

type Plain = Gauge<never>

export class SystemGauges {
  readonly #register: Registry
  readonly #up: Plain
  readonly #plain: Readonly<Record<keyof ReturnType<typeof plainValues>, Plain>>
  readonly #processed: Counter<never>
  readonly #failed: Counter<never>
  readonly #queueJobs: Gauge<'queue'>
  readonly #queueAge: Gauge<'queue'>
  readonly #queuePaused: Gauge<'queue'>
  readonly #holder: Gauge<'lock' | 'holder' | 'format'>
  readonly #lockEnds: Gauge<'lock'>

  constructor(register: Registry) {
    this.#register = register
    this.#up = this.#gauge('resque_redis_up', '1 when Redis answered this scrape in time, else 0')
    this.#plain = {
      delayedJobs: this.#gauge(
        'resque_delayed_jobs',
        `Delayed jobs, in the first ${mostSeconds} due seconds`,
      ),
      dueSeconds: this.#gauge('resque_delayed_due_seconds', 'Distinct seconds for which jobs are delayed'),
      overdueJobs: this.#gauge('resque_delayed_overdue_jobs', 'Delayed jobs whose time has come'),
      lagSeconds: this.#gauge(
        'resque_delayed_lag_seconds',
        'How long the oldest delayed job is overdue; 0 when none is',
      ),
      nextDue: this.#gauge(
        'resque_delayed_next_due_timestamp_seconds',
        'When the first delayed job is due, in unix time; 0 when nothing is delayed',
      ),
      failures: this.#gauge('resque_failed_list_jobs', 'Records on the failed list'),
      workers: this.#gauge('resque_workers', 'Worker slots on the list of workers, of all systems'),
      paused: this.#gauge('resque_all_paused', '1 while all workers are paused, else 0'),
      queues: this.#gauge('resque_queues', 'Queues known'),
      leftOut: this.#gauge(
        'resque_queues_left_out',
        'Queues beyond the limit of this scrape, for which there is no series of their own',
      ),
    }
    this.#processed = this.#counter(
      'resque_stat_processed_total',
      'Jobs performed, by all workers of all systems',
    )
    this.#failed = this.#counter('resque_stat_failed_total', 'Jobs of those that failed')
    this.#queueJobs = this.#gaugeOf('resque_queue_jobs', 'Jobs waiting in a queue', ['queue'])
    this.#queueAge = this.#gaugeOf(
      'resque_queue_oldest_job_age_seconds',
      'How long the next job of a queue has been waiting; 0 when it is empty, none when the job does not tell',
      ['queue'],
    )
    this.#queuePaused = this.#gaugeOf('resque_queue_paused', '1 while a queue is paused, else 0', ['queue'])
    this.#holder = this.#gaugeOf('resque_lock_holder_info', 'Who holds a lock of the leaders; 1 for each', [
      'lock',
      'holder',
      'format',
    ])
    this.#lockEnds = this.#gaugeOf(
      'resque_lock_ends_in_seconds',
      'When a lock that is held ends by itself, in seconds; -1 when it never does',
      ['lock'],
    )
  }

  #gauge(name: string, help: string): Plain {
    return new Gauge({ name, help, registers: [this.#register] })
  }

  #counter(name: string, help: string): Counter<never> {
    return new Counter({ name, help, registers: [this.#register] })
  }

  #gaugeOf<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.#register] })
  }

  /** Redis did not answer: what it said the last time is not shown as if it were so now. */
  away(): void {
    this.#up.set(0)
    for (const metric of [...Object.values(this.#plain), this.#processed, this.#failed]) metric.remove()
    this.#forgetLabels()
  }

  show(seen: Survey, locks: LocksView): void {
    this.#up.set(1)
    const values = plainValues(seen)
    for (const [name, value] of Object.entries(values)) this.#plain[name as keyof typeof values].set(value)
    this.#count(seen)
    this.#forgetLabels()
    for (const { name: queue, jobs, oldestAgeMs, paused } of seen.queues) {
      this.#queueJobs.set({ queue }, jobs)
      if (jobs === 0 || oldestAgeMs !== null) this.#queueAge.set({ queue }, (oldestAgeMs ?? 0) / 1000)
      this.#queuePaused.set({ queue }, paused ? 1 : 0)
    }
    this.#showLocks(locks)
  }

  /** These are counted in Redis. */
  #count({ processed, failed }: Survey): void {
    this.#processed.reset()
    this.#processed.inc(processed)
    this.#failed.reset()
    this.#failed.inc(failed)
  }

  /** Queues and holders that are gone must not stay on the page. */
  #forgetLabels(): void {
    for (const gauge of [this.#queueJobs, this.#queueAge, this.#queuePaused, this.#holder, this.#lockEnds])
      gauge.reset()
  }

  #showLocks({ locks }: LocksView): void {
    for (const { kind, appName, holder, format, isEndless, endsInMs } of locks) {
      // Ours takes node-resque's lock along, which says nothing new.
      if (holder === null || (kind === 'node-resque' && format === 'ours')) continue
      const lock = kind === 'app' ? `app:${appName}` : kind
      this.#holder.set({ lock, holder, format: format ?? 'unknown' }, 1)
      this.#lockEnds.set({ lock }, isEndless ? -1 : (endsInMs ?? 0) / 1000)
    }
  }
}

function plainValues(seen: Survey) {
  return {
    delayedJobs: seen.delayedJobs,
    dueSeconds: seen.dueSeconds,
    overdueJobs: seen.overdueJobs,
    lagSeconds: lagMs(seen) / 1000,
    nextDue: seen.nextDueSeconds ?? 0,
    failures: seen.failedJobs,
    workers: seen.workers,
    paused: seen.allPaused ? 1 : 0,
    queues: seen.queueCount,
    leftOut: seen.queueCount - seen.queues.length,
  }
}
