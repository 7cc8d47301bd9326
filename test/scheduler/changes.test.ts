// How the leader learns that entries were changed.

import { expect, it, onTestFinished } from 'vitest'
import { DynamicEntries } from '../../src/recurring/dynamic.ts'
import { Changes } from '../../src/scheduler/changes.ts'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'

/** Changes of a leader that has read everything and listens. */
async function listening() {
  const here = world()
  const { connection, store } = here.rooms
  const dynamic = new DynamicEntries(store, '')
  const { changed: channel, version, dynamicChanged } = here.keys.recurring('')
  const changes = new Changes({ connection, channel, dynamic, takesChanged: true })
  changes.open()
  onTestFinished(() => changes.close())
  await eventually(async () => expect(await here.redis.pubsub('NUMSUB', channel)).toEqual([channel, 1]))
  await changes.begin()
  await changes.look({ changes: null })
  changes.take()
  const asked: string[] = []
  const noted = (name: 'version' | 'changedCount') => {
    const ask = dynamic[name].bind(dynamic)
    return () => {
      asked.push(name)
      return ask()
    }
  }
  Object.assign(dynamic, { version: noted('version'), changedCount: noted('changedCount') })
  return { ...here, changes, asked, version, dynamicChanged }
}

it('it is told with the renewal of the lease, and asks for nothing', async () => {
  const { changes, asked, redis, dynamicChanged } = await listening()
  await changes.look(null)
  await changes.look({ changes: { version: 0, names: 0 } })
  expect(changes.take()).toEqual(new Set())
  await redis.sadd(dynamicChanged, 'tea')
  await changes.look({ changes: { version: 0, names: 1 } })
  expect(changes.take()).toEqual(new Set(['tea']))
  await changes.look({ changes: { version: 3, names: 0 } })
  expect(changes.take()).toBe('all')
  expect(asked).toEqual([])
})

it('it asks when the renewal could not tell', async () => {
  const { changes, asked, redis, version } = await listening()
  await redis.set(version, '2')
  await changes.look({ changes: null })
  expect(changes.take()).toBe('all')
  expect(asked).toEqual(['version', 'changedCount'])
})
