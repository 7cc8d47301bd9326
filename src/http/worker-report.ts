// What a worker process tells its master for the pages about all of them.

import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import type { HealthCheck } from './checks.ts'

export type MetricRecord = MetricObjectWithValues<MetricValue<string>>

export interface WorkerReport {
  readonly pid: number
  readonly alive: readonly HealthCheck[]
  readonly ready: readonly HealthCheck[]
  readonly metrics: readonly MetricRecord[]
}
