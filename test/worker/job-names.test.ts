// Names of jobs that are no names of JavaScript classes: Ruby's, PHP's, and those with dashes.

import { describe, expect, it } from 'vitest'
import { Job } from '../../src/job/job.ts'
import { jobName } from '../../src/job/names.ts'
import { JobClasses } from '../../src/worker/job-classes.ts'
import { world } from '../support/world.ts'

const performed: string[] = []

class Invoice extends Job {
  static jobName = 'Billing::Invoice'
  static queue = 'q'
  perform(number: number): void {
    performed.push(`${this.job.className} ${number}`)
  }
}

class Send extends Job {
  static jobName = 'App\\Jobs\\Send'
  static queue = 'q'
  perform(args: { readonly to: string }): void {
    performed.push(`${this.job.className} ${args.to}`)
  }
}

class JobName extends Job {
  static queue = 'q'
  perform(text: string): void {
    performed.push(`${this.job.className} ${text}`)
  }
}

describe('static jobName', () => {
  it('is what the job is called in Redis', async () => {
    const { resque } = world()
    await resque.enqueue(Invoice, 1)
    await resque.enqueue(Send, { to: 'ann' })
    const names = (await resque.queues.peek('q')).map((text) => JSON.parse(text).class)
    expect(names).toEqual(['Billing::Invoice', 'App\\Jobs\\Send'])
  })

  it('is not inherited: a class that extends another has its own name', () => {
    class Reminder extends Invoice {}
    expect(jobName(Reminder)).toBe('Reminder')
    expect(() => new JobClasses([Invoice, Reminder])).not.toThrow()
  })

  it.each([[42], [''], [null], ['a\nb']])('cannot be %j', (name) => {
    const Wrong = class extends JobName {
      static jobName = name as string
    }
    expect(() => jobName(Wrong)).toThrow(/no usable name/)
  })
})

it('a worker performs jobs of all these names, wherever they were enqueued', async () => {
  const { resque, worker, redis, keys } = world()
  performed.length = 0
  await resque.enqueue(Invoice, 1)
  await resque.enqueueIn(0, Send, { to: 'ann' })
  await redis.rpush(keys.queue('q'), '{"class":"job-name","args":["dashed"]}')
  const ids = [await resque.enqueueTo('q', 'job-name', 'again')]
  const working = worker({ queues: 'q', jobs: [Invoice, Send, JobName], concurrency: 1 })
  await working.start()
  expect(await resque.waitFor(String(ids[0]))).toMatchObject({ state: 'complete' })
  expect(performed).toEqual([
    'Billing::Invoice 1',
    'App\\Jobs\\Send ann',
    'job-name dashed',
    'job-name again',
  ])
})

describe('a name with dashes', () => {
  it('is looked up as it is first, and then as Ruby reads it', () => {
    const both = new JobClasses({ 'job-name': Invoice, JobName })
    expect(both.get('job-name')).toBe(Invoice)
    const one = new JobClasses([JobName])
    expect(one.get('job-name')).toBe(JobName)
    expect(one.get('job-Name')).toBe(JobName)
    expect(() => one.get('jobname')).toThrow(/no job class "jobname".*Did you mean "JobName"/)
    expect(one.find('job-')).toBeUndefined()
  })
})
