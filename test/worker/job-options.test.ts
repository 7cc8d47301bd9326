// What a job class says of itself is checked before a worker begins.

import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../src/errors.ts'
import type { JobClass } from '../../src/job/job.ts'
import { checkJobOptions } from '../../src/worker/job-options.ts'

function check(options: object): void {
  const jobClass = class {
    perform(): void {}
  }
  checkJobOptions('Mail', Object.assign(jobClass, options) as JobClass)
}

describe('the options of a job class', () => {
  it.each<[object]>([
    [{}],
    [{ retry: { limit: 0 } }],
    [{ retry: { limit: Number.POSITIVE_INFINITY, backoff: 'linear', jitter: true } }],
    [{ retry: { limit: 3, backoff: () => 1, jitter: 0.5, only: [TypeError, 'AbortError'], except: ['X'] } }],
    [{ limits: { concurrency: 3 } }],
    [{ limits: { rate: { count: 10, seconds: 0.5 }, key: () => 'a' } }],
  ])('may be %j', (options) => {
    expect(() => check(options)).not.toThrow()
  })

  it.each<[object, RegExp]>([
    [{ retry: 3 }, /retry must be \{ limit, backoff \}, got 3/],
    [{ retry: {} }, /retry\.limit must be a whole number, 0 or more, got undefined/],
    [{ retry: { limit: 1.5 } }, /retry\.limit .* got 1\.5/],
    [
      { retry: { limit: 1, backoff: 'exponentail' } },
      /retry\.backoff must be "exponential".* got "exponentail"/,
    ],
    [{ retry: { limit: 1, backoff: [] } }, /retry\.backoff/],
    [{ retry: { limit: 1, backoff: [1, -1] } }, /retry\.backoff/],
    [{ retry: { limit: 1, jitter: 2 } }, /retry\.jitter must be a number from 0 to 1, or true, got 2/],
    [{ retry: { limit: 1, only: [] } }, /retry\.only must be a list of error names or classes/],
    [{ retry: { limit: 1, only: TypeError } }, /retry\.only .* got a function TypeError/],
    [{ retry: { limit: 1, except: [() => 1] } }, /retry\.except/],
    [{ retry: { limit: 1, backof: [1] } }, /retry\.backof is not known\. Did you mean "backoff"\?/],
    [{ limits: 3 }, /limits must be \{ concurrency, rate/],
    [{ limits: {} }, /limits must have a concurrency or a rate/],
    [{ limits: { concurrency: 0 } }, /limits\.concurrency must be a whole number from 1 .* got 0/],
    [{ limits: { rate: { count: 1 } } }, /limits\.rate\.seconds must be a number .* got undefined/],
    [{ limits: { rate: { count: 0, seconds: 1 } } }, /limits\.rate\.count .* got 0/],
    [{ limits: { concurrency: 1, key: 'user' } }, /limits\.key must be a function .* got "user"/],
    [{ limits: { concurency: 1, rate: { count: 1, seconds: 1 } } }, /Did you mean "concurrency"\?/],
    [{ timeoutSeconds: 0 }, /timeoutSeconds must be a number above 0, got 0/],
  ])('must not be %j', (options, message) => {
    expect(() => check(options)).toThrow(ConfigurationError)
    expect(() => check(options)).toThrow(message)
    expect(() => check(options)).toThrow(/the job class Mail: .* Correct the static property\./)
  })
})
