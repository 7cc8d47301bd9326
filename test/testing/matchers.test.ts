// The words in which tests say what should have been enqueued, and what they are told when it was not.

import { describe, expect, it } from 'vitest'
import { InvalidArgumentError } from '../../src/errors.ts'
import { Job } from '../../src/job/job.ts'
import {
  aJob,
  assertEnqueued,
  assertNotEnqueued,
  type ResqueMatchers,
  resqueMatchers,
} from '../../src/testing.ts'
import { kit } from './kit.ts'

expect.extend(resqueMatchers)

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: as vitest declares it
  interface Matchers<T = any> extends ResqueMatchers<T> {}
}

class SendEmail extends Job {
  static queue = 'mail'
  perform(_to: string, _template?: object): void {}
}

class Report {
  static queue = 'reports'
  perform(): void {}
}

const newYear = new Date('2027-01-02T00:00:00Z')

async function messageOf(failing: Promise<unknown>): Promise<string> {
  const error = await failing.then(
    () => 'it did not fail',
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(Error)
  return (error as Error).message
}

describe('expect(kit)', () => {
  it('finds a job by its class, its args, its queue and its time', async () => {
    const here = kit()
    await here.resque.enqueue(SendEmail, 'ann', { name: 'welcome' })
    await here.resque.enqueueTo('low', Report)
    await here.resque.enqueueAt(newYear, SendEmail, 'bob')
    await expect(here).toHaveEnqueued(SendEmail)
    await expect(here).toHaveEnqueued('SendEmail', 'ann', { name: 'welcome' })
    await expect(here).toHaveEnqueued(SendEmail, 'ann', { name: expect.stringContaining('wel') })
    await expect(here).toHaveEnqueuedTo('low', Report)
    await expect(here).toHaveEnqueuedAt(newYear, SendEmail, 'bob')
    await expect(here).toHaveEnqueued(aJob(SendEmail, 'bob').at(newYear).in('mail').times(1))
  })

  it('does not find another', async () => {
    const here = kit()
    await here.resque.enqueue(SendEmail, 'ann')
    await here.resque.enqueueAt(newYear, SendEmail, 'bob')
    await expect(here).not.toHaveEnqueued(Report)
    await expect(here).not.toHaveEnqueued(SendEmail, 'bob')
    await expect(here).not.toHaveEnqueued(aJob(SendEmail).withArgs())
    await expect(here).not.toHaveEnqueued(aJob(SendEmail).times(2))
    await expect(here).not.toHaveEnqueuedTo('low', SendEmail)
    await expect(here).not.toHaveEnqueuedAt(newYear, SendEmail, 'ann')
  })

  it('lists what there is when the job is not, with the nearest name', async () => {
    const here = kit()
    await here.resque.enqueue(SendEmail, 'ann')
    await here.resque.enqueueAt(newYear, Report)
    expect(await messageOf(expect(here).toHaveEnqueued('SendEmial', 'ann'))).toBe(
      'expected SendEmial("ann") to be enqueued, found 0. Did you mean "SendEmail"?\n' +
        'In the queues:\n  SendEmail("ann") in "mail"\n' +
        'Delayed:\n  Report() in "reports" at 2027-01-02T00:00:00.000Z',
    )
    expect(await messageOf(expect(here).toHaveEnqueued(Report))).toContain('It is delayed: look for it with')
    expect(await messageOf(expect(here).not.toHaveEnqueued(SendEmail))).toMatch(
      /^expected SendEmail not to be enqueued, found 1\./,
    )
  })

  it('shows no more than twenty jobs', async () => {
    const here = kit()
    await here.resque.enqueueBulk(Array.from({ length: 23 }, () => ({ job: Report, args: [] })))
    expect(await messageOf(expect(here).toHaveEnqueued(SendEmail))).toContain('… and 3 more')
  })

  it('is refused for what is no kit', async () => {
    await expect(expect({}).toHaveEnqueued(Report)).rejects.toThrow(InvalidArgumentError)
  })
})

describe('assertEnqueued and assertNotEnqueued', () => {
  it('pass and fail as the matchers do', async () => {
    const here = kit()
    await here.resque.enqueue(SendEmail, 'ann', { name: 'welcome' })
    await assertEnqueued(here, SendEmail, 'ann', { name: 'welcome' })
    await assertNotEnqueued(here, Report)
    expect(await messageOf(assertEnqueued(here, Report))).toContain('SendEmail("ann", {"name":"welcome"})')
    expect(await messageOf(assertNotEnqueued(here, SendEmail))).toContain('not to be enqueued, found 1')
    await expect(assertEnqueued(here, Report)).rejects.toMatchObject({ code: 'ERR_ASSERTION' })
  })
})
