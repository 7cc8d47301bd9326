// Whether a failed job is tried again, and after how long.

import type { Backoff, JobClass } from '../job/job.ts'

const baseSeconds = 15
const longestDelaySeconds = 86_400

function backoffSeconds(backoff: Backoff, failures: number): number {
  if (backoff === 'linear') return baseSeconds * failures
  if (backoff === 'exponential')
    return Math.min(baseSeconds * 2 ** Math.min(failures - 1, 30), longestDelaySeconds)
  return backoff[Math.min(failures, backoff.length) - 1] ?? baseSeconds
}

/** Seconds until the job is tried again, or null when this failure is its last. @param failures this one included */
export function retryDelaySeconds(jobClass: JobClass, failures: number): number | null {
  const { retry } = jobClass
  if (retry === undefined || failures > retry.limit) return null
  return Math.max(1, Math.ceil(backoffSeconds(retry.backoff ?? 'exponential', failures)))
}
