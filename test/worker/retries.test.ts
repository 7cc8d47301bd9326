// Whether a failed job is tried again, and after how long.

import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { DiscardJob, InvalidArgumentError, RetryIn } from '../../src/errors.ts'
import type { JobClass, RetryOptions } from '../../src/job/job.ts'
import { judge, retryInLimit, type Verdict } from '../../src/worker/retries.ts'

function verdict(
  retry: RetryOptions | undefined,
  failures: number,
  error: unknown = new Error('no'),
): Verdict {
  const jobClass = Object.assign(
    class {
      perform(): void {}
    },
    retry === undefined ? {} : { retry },
  ) as JobClass
  return judge({ jobClass, failures, error })
}

function delays(retry: RetryOptions | undefined, failures: number, error?: unknown): (number | null)[] {
  return Array.from({ length: failures }, (_, index) => verdict(retry, index + 1, error).delaySeconds)
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
    ['by a function', { limit: 3, backoff: (attempt) => attempt * 7 }, [7, 14, 21, null]],
    ['until a function says stop', { limit: 9, backoff: (n) => (n > 2 ? 'stop' : 5) }, [5, 5, null]],
  ])('is tried again %s', (_how, retry, expected) => {
    expect(delays(retry, expected.length)).toEqual(expected)
  })

  it('waits a day at the most', () => {
    const waits = delays({ limit: Number.POSITIVE_INFINITY }, 60)
    expect(Math.max(...waits.map(Number))).toBe(86_400)
    expect(waits.at(-1)).toBe(86_400)
  })

  it('shows its error to the function', () => {
    const backoff = (_: number, error: unknown): number => (error instanceof RangeError ? 100 : 200)
    expect(delays({ limit: 1, backoff }, 1, new RangeError('far'))).toEqual([100])
    expect(delays({ limit: 1, backoff }, 1, new Error('other'))).toEqual([200])
  })
})

describe('a backoff function that misbehaves', () => {
  const wrong = (value: unknown): RetryOptions => ({ limit: 3, backoff: () => value as number })

  it.each([[-1], [Number.NaN], ['10'], [undefined], [null], [Number.POSITIVE_INFINITY], [1_800_000_000_000]])(
    'and returns %s is replaced by the default',
    (value) => {
      const { delaySeconds, problem } = verdict(wrong(value), 2)
      expect(delaySeconds).toBe(30)
      expect(String(problem)).toContain('it must return seconds or "stop"')
    },
  )

  it('and throws is replaced by the default', () => {
    const cause = new Error('not today')
    const backoff = (): number => {
      throw cause
    }
    expect(verdict({ limit: 3, backoff }, 1)).toEqual({ delaySeconds: 15, problem: cause })
  })

  it('and is asynchronous is replaced by the default, and its rejection is nobody’s', () => {
    const { delaySeconds, problem } = verdict(wrong(Promise.reject(new Error('late'))), 1)
    expect(delaySeconds).toBe(15)
    expect(String(problem)).toContain('returned a promise')
  })
})

describe('jitter', () => {
  it.each<[number | true, number]>([
    [0.2, 120],
    [1, 200],
    [true, 150],
  ])('of %s makes 100 s something from 100 s to %i s, differently each time', (jitter, most) => {
    const waits = delays({ limit: 2_000, backoff: [100], jitter }, 2_000).map(Number)
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(100)
    expect(Math.max(...waits)).toBeLessThanOrEqual(most)
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan((most - 100) / 2)
  })

  it.each([0, false])('of %s changes nothing', (jitter) => {
    expect(delays({ limit: 3, backoff: [100], jitter }, 3)).toEqual([100, 100, 100])
  })
})

class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}
class SmtpTimeout extends TimeoutError {}

describe('errors that are worth a try', () => {
  it.each<[string, RetryOptions['only'], unknown, boolean]>([
    ['by class', [TypeError], new TypeError('x'), true],
    ['by parent class', [TimeoutError], new SmtpTimeout('x'), true],
    ['by name', ['TimeoutError'], new TimeoutError('x'), true],
    ['by class name', ['SmtpTimeout'], new SmtpTimeout('x'), true],
    ['by name of a plain error', ['AbortError'], Object.assign(new Error('x'), { name: 'AbortError' }), true],
    ['of another realm', [TypeError], runInNewContext('new TypeError("x")'), true],
    ['not of another class', [TypeError], new RangeError('x'), false],
    ['not what is no error', [TypeError], 'a text', false],
    ['of the base class', [Error], new RangeError('x'), true],
  ])('%s', (_how, only, error, isTried) => {
    expect(delays({ limit: 1, only: only ?? [] }, 1, error)).toEqual([isTried ? 15 : null])
    expect(delays({ limit: 1, except: only ?? [] }, 1, error)).toEqual([isTried ? null : 15])
  })

  it('are not those that are excepted, also where their parent is named', () => {
    const retry: RetryOptions = { limit: 1, only: [TimeoutError], except: [SmtpTimeout] }
    expect(delays(retry, 1, new TimeoutError('x'))).toEqual([15])
    expect(delays(retry, 1, new SmtpTimeout('x'))).toEqual([null])
  })

  it('can be told of an error that cannot be read', () => {
    const hostile = new Proxy(new Error('x'), {
      get: () => {
        throw new Error('do not look')
      },
    })
    expect(delays({ limit: 1, only: ['Error'] }, 1, hostile)).toEqual([null])
  })
})

describe('DiscardJob', () => {
  it('ends all tries, of whichever realm it comes', () => {
    const foreign = Object.assign(new Error('no use'), { name: 'DiscardJob' })
    expect(delays({ limit: 9 }, 1, new DiscardJob('no use'))).toEqual([null])
    expect(delays({ limit: 9 }, 1, foreign)).toEqual([null])
  })
})

describe('RetryIn', () => {
  it('says when the job is tried again, whatever its class says of backoff and errors', () => {
    const retry: RetryOptions = { limit: 2, backoff: [1], only: [TypeError] }
    expect(delays(retry, 3, new RetryIn(99.5))).toEqual([100, 100, null])
  })

  it('is heard from classes without retries too, up to 25 times', () => {
    const waits = delays(undefined, 27, new RetryIn(0))
    expect(waits.filter((wait) => wait === 1)).toHaveLength(retryInLimit)
    expect(waits.slice(-2)).toEqual([null, null])
  })

  it('is known by its name', () => {
    const foreign = Object.assign(new Error('later'), { name: 'RetryIn', seconds: 20 })
    expect(delays(undefined, 1, foreign)).toEqual([20])
    const broken = Object.assign(new Error('later'), { name: 'RetryIn', seconds: 'soon' })
    expect(delays({ limit: 1 }, 1, broken)).toEqual([15])
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '60'])('takes no %s', (seconds) => {
    expect(() => new RetryIn(seconds as number)).toThrow(InvalidArgumentError)
  })
})
