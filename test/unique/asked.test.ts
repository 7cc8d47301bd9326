// A unique job whose class is asked before it is enqueued holds its key meanwhile.

import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { Gate } from '../support/gate.ts'
import { world } from '../support/world.ts'

it('no second one is added while its class has not answered', async () => {
  const here = world()
  const gate = new Gate()
  class Import {
    static queue = 'imports'
    static unique = true
    static async beforeDelayedEnqueue(): Promise<void> {
      await gate.pass()
    }
    perform(_name: string): void {}
  }
  const id = await here.resque.enqueueIn(1, Import, 'users')
  await here.scheduler({ jobs: [Import] }).start()
  await eventually(() => expect(gate.arrivals).toBe(1))
  expect(await here.resque.enqueue(Import, 'users')).toBe(id)
  expect(await here.resque.enqueueIn(60, Import, 'users')).toBe(id)
  gate.open()
  await eventually(async () => expect(await here.resque.queues.size('imports')).toBe(1))
  expect(await here.resque.delayed.count()).toBe(0)
})
