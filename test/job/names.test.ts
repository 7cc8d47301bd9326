// Names of jobs and queues.

import { describe, expect, it } from 'vitest'
import { InvalidArgumentError, NoQueueError } from '../../src/errors.ts'
import type { JobClass } from '../../src/job/job.ts'
import { checkJobClass, checkQueueName, jobName, queueOf } from '../../src/job/names.ts'

class SendEmail {
  static queue = 'mail'
  perform(): void {}
}

class Homeless {
  perform(): void {}
}

describe('a queue', () => {
  it.each(['mail', 'a b', 'höher', 'a:b', 'a"b', 'a\\b', 'x'.repeat(300)])('may be named %j', (name) => {
    expect(() => checkQueueName(name)).not.toThrow()
  })

  it.each<[unknown, RegExp]>([
    ['', /the queue name "" is empty\. Name a queue/],
    ['  ', /is empty/],
    ['a\nb', /the queue name "a\\nb" has a line break/],
    ['a,b', /"a,b" has .*comma/],
    ['a\u0000b', /control character/],
    ['a\u007fb', /control character/],
    ['a\ud800b', /Unicode/],
    [7, /named by a text, got number/],
    [null, /named by a text, got /],
    [undefined, /named by a text, got undefined/],
  ])('must not be named %j', (name, message) => {
    expect(() => checkQueueName(name)).toThrow(InvalidArgumentError)
    expect(() => checkQueueName(name)).toThrow(message)
  })

  it("is the class's own, else the default", () => {
    expect(queueOf(SendEmail, 'low')).toBe('mail')
    expect(queueOf(Homeless, 'low')).toBe('low')
    expect(queueOf('SendEmail', 'low')).toBe('low')
  })

  it('must be known', () => {
    expect(() => queueOf(Homeless, null)).toThrow(NoQueueError)
    expect(() => queueOf(Homeless, null)).toThrow(/Homeless names no queue.*static queue = 'mail'.*enqueueTo/)
    expect(() => queueOf('Anything', null)).toThrow(NoQueueError)
  })
})

describe('a job', () => {
  it('goes by the name of its class, or by the text given', () => {
    expect(jobName(SendEmail)).toBe('SendEmail')
    expect(jobName('App\\Jobs\\Mail')).toBe('App\\Jobs\\Mail')
    expect(jobName('Admin::Report')).toBe('Admin::Report')
  })

  it.each<[string, unknown, RegExp]>([
    [
      'a class without perform',
      class Lazy {},
      /Lazy has no perform method.*Add "perform\(…\) \{ … \}" to Lazy/,
    ],
    ['an arrow function', () => 1, /no perform method/],
    ['null', null, /got null/],
    ['undefined', undefined, /got undefined/],
    ['an object', { perform() {} }, /got object/],
    ['a number', 3, /got number/],
  ])('must not be %s', (_what, job, message) => {
    expect(() => checkJobClass(job)).toThrow(InvalidArgumentError)
    expect(() => checkJobClass(job)).toThrow(message)
  })

  it.each(['', '  ', 'a\nb', 'a\udc00b'])('must not be named %j', (name) => {
    expect(() => jobName(name)).toThrow(/no usable name/)
  })

  it('must not be nameless', () => {
    const nameless = (() =>
      class {
        perform(): void {}
      })() as JobClass
    expect(() => jobName(nameless)).toThrow(/no usable name: "".*Give the class a name/)
  })
})
