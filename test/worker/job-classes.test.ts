// The job classes of a worker.

import { describe, expect, it } from 'vitest'
import { ConfigurationError, InvalidArgumentError, UnknownJobError } from '../../src/errors.ts'
import type { JobClass } from '../../src/job/job.ts'
import { JobClasses, type JobSource } from '../../src/worker/job-classes.ts'

class SendEmail {
  perform(): void {}
}

class Report {
  perform(): void {}
}

function withOptions(options: object): JobClass {
  return Object.assign(
    class Odd {
      perform(): void {}
    },
    options,
  ) as JobClass
}

describe('job classes', () => {
  it('go by their own names in a list, and by the names given in an object', () => {
    const classes = new JobClasses([SendEmail, Report], { 'Admin::Mail': SendEmail })
    expect(classes.names()).toEqual(['Admin::Mail', 'Report', 'SendEmail'])
    expect(classes.get('Admin::Mail')).toBe(SendEmail)
    expect(classes.find('Nothing')).toBeUndefined()
  })

  it('may be given twice, but no two may share a name', () => {
    const Other = {
      SendEmail: class SendEmail {
        perform(): void {}
      },
    }.SendEmail
    expect(() => new JobClasses([SendEmail, SendEmail])).not.toThrow()
    expect(() => new JobClasses([SendEmail], [Other])).toThrow(ConfigurationError)
    expect(() => new JobClasses([SendEmail], [Other])).toThrow(
      /two job classes are named SendEmail.*Rename one/,
    )
  })

  it('are told when one is unknown, with the nearest name', () => {
    const classes = new JobClasses([SendEmail, Report])
    expect(() => classes.get('SendEmial')).toThrow(UnknownJobError)
    expect(() => classes.get('SendEmial')).toThrow(
      /no job class "SendEmial": this worker knows Report, SendEmail\. Did you mean "SendEmail"\? Put its file into --jobs/,
    )
  })

  it('are told up to twenty of', () => {
    const many = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`Job${index}`, SendEmail]))
    expect(() => new JobClasses(many).get('x')).toThrow(/ and 5 more\./)
    expect(() => new JobClasses([]).get('x')).toThrow(/knows no jobs at all/)
  })

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('do not include %s', (name) => {
    expect(() => new JobClasses([SendEmail], { Report }).get(name)).toThrow(UnknownJobError)
  })

  it.each<[string, unknown]>([
    ['a class without perform', [class Lazy {}]],
    ['a function', { f: () => 1 }],
    ['a text', ['SendEmail']],
    ['a null', [null]],
    ['no source at all', undefined],
  ])('must not be %s', (_what, source) => {
    expect(() => new JobClasses(source as JobSource)).toThrow(InvalidArgumentError)
  })

  it('must have a name', () => {
    const nameless = (() =>
      class {
        perform(): void {}
      })()
    expect(() => new JobClasses([nameless])).toThrow(/no usable name/)
  })

  it.each<[object, RegExp]>([
    [{ retry: { limit: Number.NaN } }, /Odd: retry\.limit must be a whole number, 0 or more, got NaN/],
    [{ retry: { limit: -1 } }, /retry\.limit .*got -1/],
    [{ retry: {} }, /retry\.limit .*got undefined/],
    [{ retry: 3 }, /Odd: retry must be \{ limit, backoff \}, got 3/],
    [{ retry: { limit: 3, backoff: 'expo' } }, /retry\.backoff .*got "expo"/],
    [{ retry: { limit: 3, backoff: [1, Number.NaN] } }, /retry\.backoff .*got \[1,null\]/],
    [{ retry: { limit: 3, backoff: [-1] } }, /retry\.backoff .*got \[-1\]/],
    [{ retry: { limit: 3, backoff: [] } }, /retry\.backoff .*got \[\]/],
    [{ timeoutSeconds: 0 }, /timeoutSeconds must be a number above 0, got 0/],
    [{ timeoutSeconds: '5' }, /timeoutSeconds .*got "5"/],
    [{ timeoutSeconds: Number.NaN }, /timeoutSeconds .*got NaN/],
  ])('must not say of themselves: %j', (options, message) => {
    expect(() => new JobClasses([withOptions(options)])).toThrow(ConfigurationError)
    expect(() => new JobClasses([withOptions(options)])).toThrow(message)
  })

  it.each([
    { retry: { limit: 0 } },
    { retry: { limit: Number.POSITIVE_INFINITY, backoff: 'linear' } },
    { retry: { limit: 3, backoff: [0, 0.5, 60] } },
    { timeoutSeconds: 0.5 },
  ])('may say of themselves: %j', (options) => {
    expect(() => new JobClasses([withOptions(options)])).not.toThrow()
  })
})
