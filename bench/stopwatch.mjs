// Time, and what it cost: CPU of this process and of Redis.

import { mkdirSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { commandStats, openRedis, redisCpuMs } from './redis.mjs'

const processCpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Profiles what is measured, and nothing before or after it, when main.mjs was told to. */
async function profiled(act) {
  const folder = process.env['BENCH_PROFILE']
  if (!folder) return act()
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 200 })
  await session.post('Profiler.start')
  const result = await act()
  const { profile } = await session.post('Profiler.stop')
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/${process.pid}.cpuprofile`, JSON.stringify(profile))
  return result
}

/**
 * Collects garbage, then measures what `act` takes. `act` resolves to how many jobs it carried, or to
 * `{ jobs, ms }` when it knows better than we how long that took.
 * -> { perSecond, usPerJob, cpuUsPerJob, redisCpuUsPerJob, commandsPerJob, jobs, ms }
 */
export async function measure(port, act) {
  const redis = openRedis(port)
  globalThis.gc?.()
  await redis.config('RESETSTAT')
  const redisCpuBefore = await redisCpuMs(redis)
  const cpuBefore = processCpuMs()
  const startedMs = performance.now()
  const done = await profiled(act)
  const { jobs, ms } = typeof done === 'number' ? { jobs: done, ms: performance.now() - startedMs } : done
  const cpuMs = processCpuMs() - cpuBefore
  const redisMs = (await redisCpuMs(redis)) - redisCpuBefore
  const calls = Object.values(await commandStats(redis)).reduce((sum, stat) => sum + stat.calls, 0)
  redis.disconnect()
  return {
    jobs,
    ms,
    perSecond: jobs / (ms / 1000),
    usPerJob: (ms * 1000) / jobs,
    cpuUsPerJob: (cpuMs * 1000) / jobs,
    redisCpuUsPerJob: (redisMs * 1000) / jobs,
    commandsPerJob: calls / jobs,
  }
}

/** The value below which that share of the values lies. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

/** A promise with its resolve. */
export function deferred() {
  let resolve
  const promise = new Promise((done) => {
    resolve = done
  })
  return { promise, resolve }
}

/** `all` resolves when `tell` has been called so many times. */
export function countdown(total) {
  const { promise, resolve } = deferred()
  let count = 0
  const tell = () => {
    count++
    if (count === total) resolve()
  }
  return { tell, all: promise, count: () => count }
}
