// The pages about a scheduler.

import type { Registry } from 'prom-client'
import { type Clock, systemClock } from '../clock.ts'
import { type LocksView, viewLocks } from '../scheduler/lock-view.ts'
import type { Scheduler } from '../scheduler/scheduler.ts'
import { type HealthCheck, spanText } from './checks.ts'
import { within } from './deadline.ts'
import { boundsOfPages, HealthReader } from './health.ts'
import { addBuildInfo } from './metrics/build-info.ts'
import { processMetrics } from './metrics/process-metrics.ts'
import { SchedulerMetrics, schedulerPrefix } from './metrics/scheduler-metrics.ts'
import { SystemGauges } from './metrics/system-gauges.ts'
import { checkLoop, type PageSource } from './page-source.ts'
import { type Survey, survey } from './survey.ts'

export class SchedulerSource implements PageSource {
  readonly role = 'scheduler'
  readonly #scheduler: Scheduler
  readonly #clock: Clock
  readonly #maxLagMs: number
  readonly #reader: HealthReader
  readonly #metrics: SchedulerMetrics
  readonly #system: SystemGauges
  readonly #process: Registry
  /** A pass that moves a great many jobs ends late, but shows that it is at work. */
  #lastWorkMs = 0
  readonly #off: readonly (() => void)[]
  #underWay: Promise<readonly [Survey, LocksView]> | undefined

  constructor(scheduler: Scheduler, maxLagSeconds: number, clock: Clock = systemClock) {
    this.#scheduler = scheduler
    this.#clock = clock
    const appNames = [scheduler.pulse.appName]
    const options = { maxLagSeconds, appNames, bounds: boundsOfPages }
    this.#maxLagMs = maxLagSeconds * 1000
    this.#reader = new HealthReader(scheduler.rooms, 'scheduler', options)
    this.#metrics = new SchedulerMetrics(scheduler)
    this.#system = new SystemGauges(this.#metrics.register)
    addBuildInfo(this.#metrics.register, schedulerPrefix)
    this.#process = processMetrics(schedulerPrefix)
    const works = (): void => {
      this.#lastWorkMs = clock.nowMs()
    }
    this.#off = [scheduler.on('promoted', works), scheduler.on('fired', works)]
  }

  alive(): HealthCheck[] {
    const { lastPassMs, intervalMs } = this.#scheduler.pulse
    return [checkLoop(Math.max(lastPassMs, this.#lastWorkMs), this.#clock.nowMs(), intervalMs)]
  }

  async ready(): Promise<HealthCheck[]> {
    const checks = await this.#reader.checks()
    return [...checks.map((check) => this.#orOwnLag(check)), this.#schedule()]
  }

  /** Who fires knows better than Redis what is overdue, and of any number of entries. */
  #orOwnLag(check: HealthCheck): HealthCheck {
    const { isFiring, redisNowMs } = this.#scheduler.pulse
    if (check.name !== 'recurring' || !check.ok || !isFiring) return check
    const lateMs = redisNowMs - this.#scheduler.nextRunMs
    if (!(lateMs > this.#maxLagMs)) return check
    return { ...check, ok: false, why: `the next recurring run is overdue by ${spanText(lateMs)}` }
  }

  #schedule(): HealthCheck {
    const { scheduleProblem } = this.#scheduler.pulse
    if (scheduleProblem === null) return { name: 'schedule', ok: true, why: 'the schedule is in force' }
    const why = `the schedule was not reloaded, and the old one is in force: ${scheduleProblem}`
    return { name: 'schedule', ok: false, why }
  }

  #look(): Promise<readonly [Survey, LocksView]> {
    const { rooms, pulse } = this.#scheduler
    return Promise.all([
      survey(rooms.store, boundsOfPages.mostQueues),
      viewLocks(rooms.store, [pulse.appName]),
    ])
  }

  /** However many ask at once, Redis is asked once. */
  async #measure(): Promise<void> {
    this.#underWay ??= this.#look().finally(() => {
      this.#underWay = undefined
    })
    try {
      this.#system.show(...(await within(boundsOfPages.deadlineMs, this.#underWay)))
    } catch {
      this.#system.away()
    }
  }

  async metrics(): Promise<string> {
    await this.#measure()
    return (await this.#metrics.register.metrics()) + (await this.#process.metrics())
  }

  close(): void {
    for (const off of this.#off) off()
    this.#metrics.close()
  }
}
