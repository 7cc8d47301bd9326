// What is told of delayed jobs that have failed before.

import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'

it('a delayed job that has failed tells how often and why; others tell nothing', async () => {
  const here = world()
  class Flaky {
    static retry = { limit: 3, backoff: [600] }
    perform(): void {
      throw new RangeError('too far')
    }
  }
  await here.worker({ queues: 'q', jobs: { Flaky } }).start()
  const id = await here.resque.enqueueTo('q', 'Flaky')
  const later = new Date(Date.now() + 3_600_000)
  await here.resque.enqueueAtWithQueue('q', later, 'Other')
  await eventually(async () => expect(await here.resque.delayed.count()).toBe(2))
  const [flaky, other] = await here.resque.delayed.list()
  expect(flaky).toMatchObject({ id, attempts: 1, error: { name: 'RangeError', message: 'too far' } })
  expect(other).toMatchObject({ class: 'Other' })
  expect(other).not.toHaveProperty('attempts')
  expect(await here.resque.delayed.peek(flaky?.dueAt ?? later)).toEqual([flaky])
  expect((await here.resque.status(String(id)))?.dueAt).toEqual(flaky?.dueAt)
})
