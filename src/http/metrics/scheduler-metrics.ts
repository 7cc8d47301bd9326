// Metrics of one scheduler, fed by what it tells.

import { Gauge, Histogram, type Registry } from 'prom-client'
import type { Events } from '../../events.ts'
import type { Scheduler } from '../../scheduler/scheduler.ts'
import { Instruments } from './instruments.ts'

export const schedulerPrefix = 'resque_scheduler_'

/** From what is usual (milliseconds after the second) to an hour of standstill. */
const latenessBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600]

export class SchedulerMetrics {
  readonly #instruments: Instruments
  readonly #scheduler: Scheduler

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
    this.#instruments = new Instruments(schedulerPrefix, scheduler)
    this.#feedPromotion()
    this.#feedRecurring()
    this.#feedTrouble()
    this.#watchState()
    this.#watchSchedule()
  }

  get register(): Registry {
    return this.#instruments.register
  }

  /** Stops listening. */
  close(): void {
    this.#instruments.close()
  }

  #lateness(name: string, help: string): Histogram<never> {
    const shape = { buckets: latenessBuckets, registers: [this.register] }
    return new Histogram({ name: schedulerPrefix + name, help, ...shape })
  }

  #ownGauge(name: string, help: string): Gauge<never> {
    return new Gauge({ name: schedulerPrefix + name, help, registers: [this.register] })
  }

  #feedPromotion(): void {
    const promoted = this.#instruments.counter('promoted_jobs_total', 'Delayed jobs moved into their queues')
    const refused = this.#instruments.counter(
      'refused_jobs_total',
      'Delayed jobs that were none, moved to the failed list',
    )
    const lateness = this.#lateness(
      'promotion_lateness_seconds',
      'How late the oldest job of each batch was moved into its queue',
    )
    this.#instruments.on('promoted', ({ count, refused: wrong, lateMs }: Events['promoted']) => {
      promoted.inc(count)
      refused.inc(wrong)
      lateness.observe(Math.max(0, lateMs) / 1000)
    })
  }

  #feedRecurring(): void {
    const fired = this.#instruments.counter(
      'recurring_fired_total',
      'Runs of recurring entries enqueued, made up ones as well',
    )
    const caughtUp = this.#instruments.counter('recurring_caught_up_total', 'Missed runs that were made up')
    const skipped = this.#instruments.counter(
      'recurring_skipped_total',
      'Runs left out: missed, overlapping, or disabled',
    )
    const lateness = this.#lateness(
      'recurring_lateness_seconds',
      'How late runs of recurring entries were enqueued, without those that were made up',
    )
    this.#instruments.on('fired', ({ caughtUp: isLate, plannedMs }: Events['fired']) => {
      fired.inc()
      if (isLate) caughtUp.inc()
      else lateness.observe(Math.max(0, this.#scheduler.pulse.redisNowMs - plannedMs) / 1000)
    })
    this.#instruments.on('skipped', ({ count }: Events['skipped']) => skipped.inc(count))
  }

  #feedTrouble(): void {
    this.#instruments.feedTrouble()
    const changes = this.#instruments.counter(
      'lead_changes_total',
      'Times that this scheduler took a lock of the leaders',
    )
    const refusals = this.#instruments.counter(
      'schedule_refusals_total',
      'Reloads refused, so that the old schedule stayed',
    )
    const rival = this.#ownGauge(
      'rival',
      '1 while another scheduler moves delayed jobs although this one leads, else 0',
    )
    rival.set(0)
    this.#instruments.on('rival', ({ isThere }: Events['rival']) => rival.set(isThere ? 1 : 0))
    this.#instruments.on('leading', () => changes.inc())
    this.#instruments.on('scheduleRefused', () => refusals.inc())
  }

  #watchState(): void {
    const scheduler = this.#scheduler
    this.#instruments.gauge('leading', '1 while this scheduler moves delayed jobs, else 0', () =>
      scheduler.isLeading ? 1 : 0,
    )
    this.#instruments.gauge(
      'firing',
      '1 while this scheduler fires the recurring entries of its application, else 0',
      () => (scheduler.pulse.isFiring ? 1 : 0),
    )
    this.#instruments.gauge(
      'last_pass_timestamp_seconds',
      'When the last pass of the loop ended, in unix time; 0 before the first',
      () => scheduler.pulse.lastPassMs / 1000,
    )
  }

  /** Who leads knows when the next run is due; others show 0. */
  #watchSchedule(): void {
    const scheduler = this.#scheduler
    const nextMs = (): number => {
      const known = scheduler.pulse.isFiring ? scheduler.nextRunMs : Number.POSITIVE_INFINITY
      return Number.isFinite(known) ? known : 0
    }
    this.#instruments.gauge(
      'schedule_ok',
      '1 while the schedule that was offered last is in force, else 0',
      () => (scheduler.pulse.scheduleProblem === null ? 1 : 0),
    )
    this.#instruments.gauge(
      'recurring_next_run_timestamp_seconds',
      'When the next recurring run is due, in unix time; 0 when none is known here',
      () => nextMs() / 1000,
    )
    this.#instruments.gauge(
      'recurring_lag_seconds',
      'How long the next recurring run is overdue; 0 when it is not, or when another scheduler fires',
      () => (nextMs() === 0 ? 0 : Math.max(0, scheduler.pulse.redisNowMs - nextMs()) / 1000),
    )
  }
}
