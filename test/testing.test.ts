// The kit that users test their own code with.

import { expect, inject, it, onTestFinished } from 'vitest'
import { Job } from '../src/job/job.ts'
import { loadSchedule } from '../src/recurring/file.ts'
import { type TestKitOptions, testKit } from '../src/testing.ts'

class Welcome extends Job {
  static queue = 'mail'
  perform(name: string): string {
    return `welcome ${name}`
  }
}

class Broken {
  static queue = 'mail'
  perform(): void {
    throw new Error('no such user')
  }
}

function kit(options: TestKitOptions = {}) {
  const made = testKit({ redis: inject('redisUrl'), jobs: [Welcome, Broken], ...options })
  onTestFinished(() => made.close())
  return made
}

it('shows what is enqueued and performs it', async () => {
  const { resque, enqueued, drain } = kit()
  await resque.enqueue(Welcome, 'ann')
  await resque.enqueue(Broken)
  expect(await enqueued('Welcome')).toMatchObject([{ class: 'Welcome', args: ['ann'], queue: 'mail' }])
  const performed = await drain()
  expect(performed).toContainEqual(
    expect.objectContaining({ class: 'Welcome', outcome: 'complete', result: 'welcome ann' }),
  )
  expect(performed).toContainEqual(expect.objectContaining({ class: 'Broken', outcome: 'failed' }))
  expect(await enqueued()).toEqual([])
})

it('travels a week in a moment and fires each occurrence once', async () => {
  const { entries } = loadSchedule(
    '{"daily":{"cron":"0 9 * * * UTC","class":"Welcome","queue":"mail","args":["bob"]}}',
  )
  const { resque, enqueued, travelTo } = kit({ entries })
  await resque.enqueueIn(3 * 86_400, Welcome, 'ann')
  await travelTo(new Date('2027-01-08T00:00:00Z'))
  const jobs = await enqueued('Welcome')
  expect(jobs.map(({ args }) => args[0])).toEqual(['bob', 'bob', 'bob', 'ann', 'bob', 'bob', 'bob', 'bob'])
})

it('leaves nothing behind', async () => {
  const { resque, close } = testKit({ redis: inject('redisUrl'), jobs: [Welcome] })
  const { redis, keys } = resque.rooms.store
  await resque.enqueue(Welcome, 'ann')
  const other = redis.duplicate()
  await close()
  expect(await other.keys(`${keys.namespace}:*`)).toEqual([])
  other.disconnect()
})
