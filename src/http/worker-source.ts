// The pages about a worker.

import type { Registry } from 'prom-client'
import { type Clock, systemClock } from '../clock.ts'
import type { Worker } from '../worker/worker.ts'
import type { HealthCheck } from './checks.ts'
import { within } from './deadline.ts'
import { boundsOfPages, redisAway } from './health.ts'
import { addBuildInfo } from './metrics/build-info.ts'
import { processMetrics } from './metrics/process-metrics.ts'
import { WorkerMetrics, workerPrefix } from './metrics/worker-metrics.ts'
import { checkLoop, type PageSource } from './page-source.ts'
import type { WorkerReport } from './worker-report.ts'

export class WorkerSource implements PageSource {
  readonly role = 'worker'
  readonly #worker: Worker
  readonly #clock: Clock
  readonly #metrics: WorkerMetrics
  readonly #process: Registry

  constructor(worker: Worker, clock: Clock = systemClock) {
    this.#worker = worker
    this.#clock = clock
    this.#metrics = new WorkerMetrics(worker)
    addBuildInfo(this.#metrics.register, workerPrefix)
    this.#process = processMetrics(workerPrefix)
  }

  alive(): HealthCheck[] {
    const { lastPassMs, intervalMs } = this.#worker.pulse
    return [checkLoop(lastPassMs, this.#clock.nowMs(), intervalMs)]
  }

  async ready(): Promise<HealthCheck[]> {
    const { redis, keys } = this.#worker.rooms.store
    try {
      const pause = await within(boundsOfPages.deadlineMs, redis.get(keys.pauseAll))
      const redisAnswers: HealthCheck = { name: 'redis', ok: true, why: 'Redis answers' }
      return [redisAnswers, this.#registered(), this.#paused(pause === 'true')]
    } catch (error) {
      return [redisAway(error), this.#registered(), this.#paused(false)]
    }
  }

  #registered(): HealthCheck {
    const { isRegistered, queues } = this.#worker.pulse
    if (isRegistered) return { name: 'registered', ok: true, why: `it takes jobs from ${queues}` }
    return {
      name: 'registered',
      ok: false,
      why: 'it is not on the list of workers: it waits for Redis, or has ended',
    }
  }

  #paused(isEveryonePaused: boolean): HealthCheck {
    if (isEveryonePaused)
      return { name: 'paused', ok: false, why: 'all workers are paused (pause-all-workers)' }
    if (!this.#worker.pulse.isPaused) return { name: 'paused', ok: true, why: 'it is not paused' }
    return {
      name: 'paused',
      ok: false,
      why: 'this worker was paused. Go on with the signal CONT, or resume()',
    }
  }

  async metrics(): Promise<string> {
    return (await this.#metrics.register.metrics()) + (await this.#process.metrics())
  }

  /** The same for a master. */
  async report(): Promise<WorkerReport> {
    const own = await this.#metrics.register.getMetricsAsJSON()
    const ofProcess = await this.#process.getMetricsAsJSON()
    return {
      pid: process.pid,
      alive: this.alive(),
      ready: await this.ready(),
      metrics: [...own, ...ofProcess],
    }
  }

  close(): void {
    this.#metrics.close()
  }
}
