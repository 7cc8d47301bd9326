// Which version runs: a metric that is 1, with what it tells in its labels.

import { readFileSync } from 'node:fs'
import { Gauge, type Registry } from 'prom-client'

function packageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  return String((JSON.parse(text) as { version?: unknown }).version)
}

export function addBuildInfo(register: Registry, prefix: string): void {
  const help = 'Version of resque-scheduler and of Node; 1'
  const labelNames = ['version', 'node_version'] as const
  const info = new Gauge({ name: `${prefix}build_info`, help, labelNames, registers: [register] })
  info.set({ version: packageVersion(), node_version: process.version }, 1)
}
