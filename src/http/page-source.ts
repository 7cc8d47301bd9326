// What the pages are made of, for whichever daemon they are about.

import type { HealthCheck } from './checks.ts'

export interface PageSource {
  readonly role: 'scheduler' | 'worker'
  /** Whether the process does what it is for, and should not be started anew. */
  alive(): HealthCheck[] | Promise<HealthCheck[]>
  /** Whether what it is there for happens. */
  ready(): Promise<HealthCheck[]>
  /** In the text format of Prometheus. */
  metrics(): Promise<string>
  close(): void
}

const leastSilenceMs = 30_000
const passesMissed = 5

/**
 * A loop that has not ended a pass for so long is stuck. While Redis is away it goes on: a command fails after 10 s,
 * and the next try is 5 s later at most.
 * @param lastSignMs when it showed last that it is at work; 0 before its first pass, when it may wait for Redis
 */
export function checkLoop(lastSignMs: number, nowMs: number, intervalMs: number): HealthCheck {
  if (lastSignMs === 0) return { name: 'loop', ok: true, why: 'it has not begun yet' }
  const silentMs = Math.max(0, nowMs - lastSignMs)
  const limitMs = Math.max(leastSilenceMs, passesMissed * intervalMs)
  const seconds = (silentMs / 1000).toFixed(1)
  if (silentMs <= limitMs) return { name: 'loop', ok: true, why: `the last pass ended ${seconds} s ago` }
  const why = `no pass has ended for ${seconds} s (limit ${limitMs / 1000} s): it is stuck. Start it anew`
  return { name: 'loop', ok: false, why }
}
