// A Redis with replicas that Sentinel watches: everything works there, also while the primary fails.

import { expect, it } from 'vitest'
import { atEnd } from '../support/journey.ts'
import { startSentinelSetup } from '../support/sentinel.ts'
import { failOverInTheMiddle, stageAt } from './stage.ts'
import { walkEveryArrow } from './walk.ts'

const durable = { durability: { replicas: 1, timeoutMs: 3_000 } }

it('every arrow of a job’s life', async () => {
  const { url } = atEnd(await startSentinelSetup())
  await walkEveryArrow(stageAt({ redis: url }))
})

it('the primary dies while jobs flow: nothing confirmed is lost, no run comes twice', {
  timeout: 60_000,
}, async () => {
  const setup = atEnd(await startSentinelSetup())
  await failOverInTheMiddle(stageAt({ redis: setup.url, ...durable }), () => setup.failOver())
})

it('the primary freezes while jobs flow, and is left by all before a command times out', {
  timeout: 60_000,
}, async () => {
  const setup = atEnd(await startSentinelSetup())
  const stage = stageAt({ redis: setup.url, ...durable, commandTimeoutMs: 60_000 })
  await failOverInTheMiddle(stage, () => setup.failOver('freeze'))
})

it('Sentinels that ask for a password are given it', async () => {
  const { url } = atEnd(await startSentinelSetup({ sentinelPassword: 'se/cret' }))
  const stage = stageAt({
    redis: `${url}&sentinelPassword=${encodeURIComponent('se/cret')}`,
    commandTimeoutMs: 2_000,
  })
  await stage.resque.connect()
  expect(stage.resque.rooms.connection.where).not.toContain('cret')
  const refused = stageAt({ redis: url, commandTimeoutMs: 2_000 }).resque.connect()
  await expect(refused).rejects.toThrow(/redis-sentinel:.*NOAUTH.*Put the right user and password/)
})
