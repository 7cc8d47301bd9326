// Jobs that are tried again.

import { describe, expect, it } from 'vitest'
import { DiscardJob, RetryIn } from '../../src/errors.ts'
import { Job, type JobClass } from '../../src/job/job.ts'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'

const attempts: number[] = []

class Stubborn extends Job {
  static queue = 'q'
  static retry = { limit: 2, backoff: [600, 1_200] }
  perform(succeedAt: number): string {
    attempts.push(this.job.attempt)
    if (this.job.attempt < succeedAt) throw new Error(`attempt ${this.job.attempt}`)
    return 'done'
  }
}

/** A worker that performs, and the delayed job sent back into its queue after each failure. */
async function tried(succeedAt: number) {
  attempts.length = 0
  const here = world()
  const worker = here.worker({ queues: 'q', jobs: [Stubborn] })
  const told: string[] = []
  worker.on('retried', ({ attempt, delaySeconds }) => told.push(`retried ${attempt} in ${delaySeconds}`))
  worker.on('failed', ({ attempt }) => told.push(`failed ${attempt}`))
  worker.on('completed', ({ attempt }) => told.push(`completed ${attempt}`))
  await worker.start()
  const id = (await here.resque.enqueue(Stubborn, succeedAt)) ?? ''
  const seen: unknown[] = []
  await eventually(async () => {
    const status = await here.resque.status(id)
    if (status?.state === 'delayed') {
      seen.push({ attempts: status.attempts, error: status.error?.message })
      await here.resque.reschedule(id, 0)
    }
    expect(status?.state).toMatch(/complete|failed/)
  })
  return { here, told, seen, status: await here.resque.status(id) }
}

describe('a job with a retry', () => {
  it('is performed again until it succeeds, with its attempts counted', async () => {
    const { here, told, seen, status } = await tried(3)
    expect(attempts).toEqual([1, 2, 3])
    expect(told).toEqual(['retried 1 in 600', 'retried 2 in 1200', 'completed 3'])
    expect(seen).toEqual([
      { attempts: 1, error: 'attempt 1' },
      { attempts: 2, error: 'attempt 2' },
    ])
    expect(status).toMatchObject({ state: 'complete', attempts: 3, result: 'done' })
    expect(await here.resque.failed.count()).toBe(0)
    expect(await here.allKeys()).not.toContain('attempts')
  })

  it('fails for good after the last attempt, with one failure record', async () => {
    const { here, told, status } = await tried(99)
    expect(attempts).toEqual([1, 2, 3])
    expect(told).toEqual(['retried 1 in 600', 'retried 2 in 1200', 'failed 3'])
    expect(status).toMatchObject({ state: 'failed', attempts: 3, error: { message: 'attempt 3' } })
    expect(await here.resque.failed.list()).toMatchObject([{ class: 'Stubborn', error: 'attempt 3' }])
    const { processed, failed } = await here.resque.stats()
    expect({ processed, failed }).toEqual({ processed: 3, failed: 1 })
    expect(await here.allKeys()).not.toContain('attempts')
  })

  it('begins anew when it is retried from the failed list', async () => {
    const { here } = await tried(99)
    const [failure] = await here.resque.failed.list()
    await here.resque.failed.retry(
      failure ??
        (() => {
          throw new Error('nothing has failed')
        })(),
    )
    await eventually(() => expect(attempts).toEqual([1, 2, 3, 1]))
  })

  it('made by Ruby, without an id, is counted too, and comes back into its queue as Ruby made it', async () => {
    attempts.length = 0
    const here = world()
    await here.worker({ queues: 'q', jobs: [Stubborn] }).start()
    await here.redis.rpush(here.keys.queue('q'), '{"class":"Stubborn","args":[2]}')
    await here.redis.publish(here.keys.wake, 'q')
    const due = await eventually(async () => expect(await here.resque.delayed.count()).toBe(1)).then(() =>
      here.resque.delayed.next(),
    )
    const bucket = here.keys.bucket((due?.getTime() ?? 0) / 1000)
    expect(await here.redis.lrange(bucket, 0, -1)).toEqual(['{"class":"Stubborn","args":[2],"queue":"q"}'])
    await here.redis.rename(bucket, here.keys.bucket(1))
    await here.redis.zadd(here.keys.schedule, 1, '1')
    await here.rooms.delayed.promote({ limit: 10, leader: null })
    await eventually(() => expect(attempts).toEqual([1, 2]))
    await eventually(async () => expect((await here.resque.stats()).processed).toBe(2))
    expect(await here.allKeys()).not.toContain('attempts')
  })
})

/** One job of a class in a world with a worker, until it has failed for good or waits for another try. */
async function once(job: JobClass) {
  const here = world()
  const worker = here.worker({ queues: 'q', jobs: { Once: job } })
  const problems: string[] = []
  worker.on('optionFailed', ({ option, error, instead }) =>
    problems.push(`${option}: ${String(error)}; ${instead}`),
  )
  await worker.start()
  const id = (await here.resque.enqueueTo('q', 'Once')) ?? ''
  await eventually(async () => expect((await here.resque.stats()).processed).toBe(1))
  return { here, id, status: await here.resque.status(id), problems }
}

describe('an error', () => {
  it('can veto all tries: one failure record, at once', async () => {
    const { here, status } = await once(
      class {
        static retry = { limit: 9 }
        perform(): void {
          throw new DiscardJob('the account is gone')
        }
      },
    )
    expect(status).toMatchObject({ state: 'failed', attempts: 1, error: { name: 'DiscardJob' } })
    const [failure, ...more] = await here.resque.failed.list()
    expect(failure).toMatchObject({ exception: 'DiscardJob', error: 'the account is gone' })
    expect(more).toEqual([])
    expect(await here.resque.delayed.count()).toBe(0)
  })

  it('can ask for another try, also where the class has none', async () => {
    const { here, status } = await once(
      class {
        perform(): void {
          throw new RetryIn(900)
        }
      },
    )
    expect(status).toMatchObject({ state: 'delayed', attempts: 1, error: { name: 'RetryIn' } })
    const inSeconds = ((status?.dueAt?.getTime() ?? 0) - (status?.enqueuedAt?.getTime() ?? 0)) / 1_000
    expect(inSeconds).toBeGreaterThanOrEqual(900)
    expect(inSeconds).toBeLessThan(960)
    expect(await here.resque.failed.count()).toBe(0)
  })

  it('leaves a job whose backoff function fails to the default, which is told', async () => {
    const { here, status, problems } = await once(
      class {
        static retry = { limit: 3, backoff: () => Number.NaN }
        perform(): void {
          throw new Error('boom')
        }
      },
    )
    expect(status?.state).toBe('delayed')
    expect(problems).toEqual([
      'retry.backoff: TypeError: it must return seconds or "stop", and returned NaN; the job is tried again after 15 s',
    ])
    expect(await here.resque.delayed.count()).toBe(1)
  })
})

it('a job that failed for good says after how many tries, in a member that Ruby passes over', async () => {
  const { here } = await tried(99)
  const [record = ''] = await here.redis.lrange(here.keys.failed, 0, -1)
  expect(record).toMatch(/"worker":"[^"]+","queue":"q","attempts":3}$/)
  expect(JSON.parse(record)).toMatchObject({ exception: 'Error', queue: 'q', attempts: 3 })
})
