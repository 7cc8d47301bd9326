// Whether a failed job is tried again, and after how long.

import { describe, expect, it } from 'vitest'
import type { JobClass, RetryOptions } from '../../src/job/job.ts'
import { retryDelaySeconds } from '../../src/worker/retries.ts'

function delays(retry: RetryOptions | undefined, failures: number): (number | null)[] {
  const jobClass = Object.assign(
    class {
      perform(): void {}
    },
    retry === undefined ? {} : { retry },
  ) as JobClass
  return Array.from({ length: failures }, (_, index) => retryDelaySeconds(jobClass, index + 1))
}

describe('a failed job', () => {
  it('is not tried again unless its class says so', () => {
    expect(delays(undefined, 2)).toEqual([null, null])
    expect(delays({ limit: 0 }, 1)).toEqual([null])
  })

  it.each<[string, RetryOptions, (number | null)[]]>([
    ['exponentially', { limit: 4 }, [15, 30, 60, 120, null]],
    ['linearly', { limit: 3, backoff: 'linear' }, [15, 30, 45, null]],
    ['by a list', { limit: 2, backoff: [1, 10] }, [1, 10, null]],
    ['by the last of a short list', { limit: 4, backoff: [1, 10] }, [1, 10, 10, 10, null]],
    ['after whole seconds, at least one', { limit: 3, backoff: [0, 0.2, 2.1] }, [1, 1, 3, null]],
  ])('is tried again %s', (_how, retry, expected) => {
    expect(delays(retry, expected.length)).toEqual(expected)
  })

  it('waits a day at the most', () => {
    const waits = delays({ limit: Number.POSITIVE_INFINITY }, 60)
    expect(Math.max(...waits.map(Number))).toBe(86_400)
    expect(waits.at(-1)).toBe(86_400)
  })
})
