// Many jobs that harm their processes, all at once: each ends once, and none is lost.

import { expect, test } from 'vitest'
import { isolated } from '../../support/isolated.ts'

const kinds = [
  ['Pid', [], 'complete'],
  ['Exits', [1], 'failed'],
  ['Crashes', [], 'failed'],
  ['Throws', [], 'failed'],
  ['ThrowsBeside', [], 'failed'],
  ['Spins', [], 'failed'],
  ['Waits', ['result'], 'complete'],
] as const
const rounds = 3

test('every job ends as it must, and is counted once', async () => {
  const here = await isolated({ concurrency: 4, timeoutSeconds: 1 })
  const items = Array.from({ length: rounds }, () => kinds.map(([job, args]) => ({ job, queue: 'q', args })))
  const ids = (await here.resque.enqueueBulk(items.flat())).map(String)
  const ended = await Promise.all(ids.map((id) => here.resque.waitFor(id)))
  expect(ended.map((status) => status?.state)).toEqual(
    Array.from({ length: rounds }, () => kinds.map(([, , state]) => state)).flat(),
  )
  const failed = kinds.filter(([, , state]) => state === 'failed').length * rounds
  expect(await here.resque.failed.count()).toBe(failed)
  expect(await here.resque.stats()).toMatchObject({ processed: ids.length, failed })
  await here.isolated.stop()
  const left = (await here.allKeys()).filter((key) => !key.startsWith('job:'))
  expect(left).toEqual(['failed', 'queues', 'stat:failed', 'stat:processed'])
})
