// The doctor on recurring entries.

import { expect, test } from 'vitest'
import { type World, world } from '../support/world.ts'
import { expectReport, visit } from './patient.ts'

/** The entry's last run, and since when it runs so, are so many seconds ago. */
async function longAgo({ redis, keys }: World, name: string, seconds: number): Promise<void> {
  const ms = Date.now() - seconds * 1000
  const { last, definitions } = keys.recurring('')
  const timing = (await redis.hget(definitions, name))?.replace(/^\d+ /, '')
  await redis.hset(definitions, name, `${ms} ${timing}`)
  await redis.hset(last, name, String(ms))
}

test('an entry that nobody has fired for long is told of, with its planned time', async () => {
  const here = world()
  await here.resque.recurring.set('tea', { every: '10s', class: 'Tea', queue: 'kitchen' })
  await here.resque.recurring.set('cake', { every: '1h', class: 'Cake', queue: 'kitchen' })
  expect(await visit(here)).toEqual([])
  for (const name of ['tea', 'cake']) await longAgo(here, name, 300)
  const { examples } = await expectReport(here, 'overdue_recurring', 1)
  expect(examples).toEqual([expect.stringMatching(/^tea, planned for \d{4}-.*Z$/)])
})

test('a disabled entry is not overdue', async () => {
  const here = world()
  await here.resque.recurring.set('tea', { every: '10s', class: 'Tea', queue: 'kitchen' })
  await longAgo(here, 'tea', 300)
  await here.resque.recurring.disable('tea')
  expect(await visit(here)).toEqual([])
})

test('a scheduler that catches up makes it healthy again', async () => {
  const here = world()
  await here.resque.recurring.set('tea', { every: '10s', class: 'Tea', queue: 'kitchen' })
  await longAgo(here, 'tea', 300)
  expect(await visit(here)).toHaveLength(1)
  const scheduler = here.scheduler()
  await scheduler.tick()
  await scheduler.tick()
  expect(await visit(here)).toEqual([])
})
