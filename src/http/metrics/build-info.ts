// Which version runs: a metric that is 1, with what it tells in its labels.

import { Gauge, type Registry } from 'prom-client'
import { packageVersion } from '../../daemon/package-version.ts'

export function addBuildInfo(register: Registry, prefix: string): void {
  const help = 'Version of resque-scheduler and of Node; 1'
  const labelNames = ['version', 'node_version'] as const
  const info = new Gauge({
    name: `${prefix}build_info`,
    help,
    labelNames,
    registers: [register],
    aggregator: 'first',
  })
  info.set({ version: packageVersion(), node_version: process.version }, 1)
}
