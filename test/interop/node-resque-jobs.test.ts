// Jobs of node-resque in our calls, and ours in its calls: the real package, on one Redis.

import { expect, it } from 'vitest'
import { nodeQueue } from '../support/node-resque.ts'
import { world } from '../support/world.ts'

class Add {
  static queue = 'math'
  perform(_a: number, _b: number): void {}
}

const dueSeconds = 1_893_456_000
const dueMs = dueSeconds * 1000
const due = new Date(dueMs)

it('sees, dequeues and counts the jobs that node-resque has enqueued', async () => {
  const { resque, ...here } = world()
  const node = await nodeQueue({ resque, ...here })
  await node.enqueue('math', 'Add', [1, 2])
  await node.enqueue('math', 'Add', [3, 4])
  expect(await resque.queues.list()).toEqual([{ name: 'math', size: 2, paused: false }])
  expect(await resque.queues.dequeue(Add, 1, 2)).toBe(1)
  expect(await node.queued('math', 0, -1)).toEqual([{ class: 'Add', queue: 'math', args: [3, 4] }])
})

it('finds the jobs that node-resque has delayed, by what they are', async () => {
  const here = world()
  const node = await nodeQueue(here)
  await node.enqueueAt(dueMs, 'math', 'Add', [1, 2])
  await node.enqueueIn(3_600_000, 'math', 'Add', [1, 2])
  const { delayed } = here.resque
  expect(await delayed.count()).toBe(2)
  expect(await delayed.scheduledAt(Add, 1, 2)).toHaveLength(2)
  expect(await delayed.has(Add, 1, 2)).toBe(true)
  expect(await delayed.has(Add, 2, 1)).toBe(false)
  expect(await delayed.peek(due)).toMatchObject([{ class: 'Add', args: [1, 2], queue: 'math', id: null }])
  expect(await delayed.find({ class: 'Add', from: due, to: due })).toHaveLength(1)
})

it('takes the delayed jobs of node-resque out so that nothing of them is left', async () => {
  const here = world()
  const node = await nodeQueue(here)
  await node.enqueueAt(dueMs, 'math', 'Add', [1, 2])
  await node.enqueueAt(dueMs, 'math', 'Add', [3, 4])
  expect(await here.resque.delayed.remove(Add, 1, 2)).toBe(1)
  expect(await node.scheduledAt('math', 'Add', [1, 2])).toEqual([])
  expect(await here.resque.delayed.enqueueNow(Add, 3, 4)).toBe(1)
  expect(await node.scheduledAt('math', 'Add', [3, 4])).toEqual([])
  expect(await node.timestamps()).toEqual([])
  // It refuses a job whose index has been left behind.
  expect(await node.enqueueAt(dueMs, 'math', 'Add', [1, 2])).toBe(true)
  expect(await node.enqueueAt(dueMs, 'math', 'Add', [3, 4])).toBe(true)
})

it('gives the delayed jobs of node-resque another time, and node-resque knows it', async () => {
  const here = world()
  const node = await nodeQueue(here)
  await node.enqueueAt(dueMs, 'math', 'Add', [1, 2])
  await here.resque.delayOrEnqueueAt(new Date(dueMs + 60_000), Add, 1, 2)
  expect(await node.scheduledAt('math', 'Add', [1, 2])).toEqual([dueSeconds + 60])
  expect(await node.delDelayed('math', 'Add', [1, 2])).toEqual([dueSeconds + 60])
  expect(await here.resque.delayed.count()).toBe(0)
})

it('node-resque removes one of two equal delayed jobs of its own and none of ours', async () => {
  const here = world()
  const node = await nodeQueue(here)
  await node.enqueueAt(dueMs, 'math', 'Add', [1, 2])
  const id = await here.resque.enqueueAt(due, Add, 1, 2)
  expect(await node.delDelayed('math', 'Add', [1, 2])).toEqual([dueSeconds])
  expect(await here.resque.delayed.peek(due)).toMatchObject([{ id }])
})

// What the two formats are for: node-resque compares bytes and writes `queue` before `args`, so its delDelayed,
// scheduledAt and del find only what it has written itself, neither our jobs nor Ruby's.
it.each(['php', 'ruby'] as const)('node-resque peeks at our jobs of the format %s', async (payload) => {
  const here = world({ payload })
  const node = await nodeQueue(here)
  await here.resque.enqueue(Add, 1, 2)
  await here.resque.enqueueAt(due, Add, 3, 4)
  expect(await node.queues()).toEqual(['math'])
  expect(await node.length('math')).toBe(1)
  expect(await node.queued('math', 0, -1)).toMatchObject([{ class: 'Add', args: [1, 2] }])
  expect(await node.timestamps()).toEqual([dueMs])
  expect((await node.delayedAt(dueMs)).tasks).toMatchObject([{ class: 'Add', args: [3, 4], queue: 'math' }])
  expect(Object.keys(await node.allDelayed())).toEqual([String(dueMs)])
})

it.each(['php', 'ruby'] as const)(
  'node-resque does not find our jobs of the format %s by their bytes, and harms none',
  async (payload) => {
    const here = world({ payload })
    const node = await nodeQueue(here)
    await here.resque.enqueue(Add, 1, 2)
    await here.resque.enqueueAt(due, Add, 3, 4)
    expect(await node.scheduledAt('math', 'Add', [3, 4])).toEqual([])
    expect(await node.delDelayed('math', 'Add', [3, 4])).toEqual([])
    expect(await node.del('math', 'Add', [1, 2])).toBe(0)
    expect(await here.resque.delayed.count()).toBe(1)
    expect(await here.resque.queues.size('math')).toBe(1)
  },
)

it.each(['php', 'ruby'] as const)(
  'node-resque deletes our waiting jobs of the format %s by their class',
  async (payload) => {
    const here = world({ payload })
    const node = await nodeQueue(here)
    await here.resque.enqueue(Add, 1, 2)
    await here.resque.enqueueTo('math', 'Subtract', 1, 2)
    expect(await node.delByFunction('math', 'Add')).toBe(1)
    expect(await node.queued('math', 0, -1)).toMatchObject([{ class: 'Subtract' }])
  },
)

it('a recurring job of ours does not disturb what node-resque tells of delayed ones', async () => {
  const here = world()
  const node = await nodeQueue(here)
  await here.redis.hset(here.keys.lastEnqueuedAt, 'nightly', '2026-11-23 02:05:56 +0000')
  await here.resque.enqueueAt(due, Add, 1, 2)
  // It scans for the keys delayed:*, and reads the name of Ruby's hash as a time that is not a number.
  expect((await node.timestamps()).filter(Number.isFinite)).toEqual([dueMs])
  expect((await node.allDelayed())[String(dueMs)]).toHaveLength(1)
})
