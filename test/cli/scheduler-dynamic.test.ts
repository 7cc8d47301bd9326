// Entries kept in Redis, as the program runs them.

import { expect, it } from 'vitest'
import { startScheduler } from '../support/daemons.ts'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'

const secondly = { cron: '* * * * * *', class: 'Beat', queue: 'low' }

it('an entry set while the program runs is fired, without a word to the program', async () => {
  const here = world()
  const program = await startScheduler(here)
  await here.resque.recurring.set('beat', secondly)
  await program.waitForLine(/beat/)
  await eventually(async () => expect(await here.resque.queues.size('low')).toBeGreaterThan(0))
})

it('--no-dynamic leaves them alone', async () => {
  const here = world()
  await here.resque.recurring.set('beat', secondly)
  const quiet = await startScheduler(here, ['--no-dynamic'])
  await here.resque.enqueueInWithQueue('other', 2, 'Later')
  await eventually(async () => expect(await here.resque.queues.size('other')).toBe(1))
  expect(await here.resque.queues.size('low')).toBe(0)
  quiet.kill('SIGTERM')
  expect(await quiet.exit).toMatchObject({ code: 0 })
})
