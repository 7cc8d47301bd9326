// resque queues remove, clear, dequeue: they ask first, and without a terminal want --yes.

import { describe, expect, test } from 'vitest'
import { type World, world } from '../support/world.ts'
import { type Call, callerOf } from './resque-call.ts'

async function queued(): Promise<World & { readonly call: Call }> {
  const here = world()
  await here.resque.enqueueTo('mail', 'SendEmail', 'ann', 1)
  await here.resque.enqueueTo('mail', 'SendEmail', 'bob', 2)
  await here.resque.enqueueTo('low', 'SendEmail', 'ann', 1)
  return { ...here, call: callerOf(here) }
}

describe.each([
  ['remove', ['low']],
  ['clear', ['low', 'mail']],
])('queues %s', (verb, left) => {
  test('wants --yes where nobody can be asked, and does nothing then', async () => {
    const { call, resque } = await queued()
    const { code, err } = await call('queues', verb, 'mail')
    expect(code).toBe(2)
    expect(err).toMatch(/2 jobs.*for good\? There is no terminal to ask at: give --yes/)
    expect(await resque.queues.size('mail')).toBe(2)
  })

  test('tells how many jobs are gone', async () => {
    const { call, resque } = await queued()
    const { code, out } = await call('queues', verb, 'mail', '--yes')
    expect(code).toBe(0)
    expect(out).toMatch(/mail.*2 jobs/)
    expect(await resque.queues.names()).toEqual(left)
    expect(await resque.queues.size('mail')).toBe(0)
    const { json } = await call('queues', verb, 'low', '--yes', '--json')
    expect(json()).toMatchObject({ name: 'low', dropped: 1 })
  })

  test('of a queue that is not there is exit code 1', async () => {
    const { call } = await queued()
    const { code, err } = await call('queues', verb, 'mial', '--yes')
    expect({ code, err }).toEqual({ code: 1, err: 'there is no queue "mial". Did you mean "mail"?\n' })
  })
})

describe('queues dequeue', () => {
  test('tells with --dry-run how many there are, and cancels none', async () => {
    const { call, resque } = await queued()
    const { code, out } = await call('queues', 'dequeue', 'SendEmail', '--dry-run')
    expect({ code, out }).toEqual({ code: 0, out: 'would cancel 3 jobs SendEmail\n' })
    const some = await call('queues', 'dequeue', 'SendEmail', 'ann', '1', '--queue', 'low', '-n', '--json')
    expect(some.json()).toEqual({ wouldCancel: 1 })
    expect(await resque.queues.size('mail')).toBe(2)
  })

  test('cancels the jobs with these arguments in all queues, or in one', async () => {
    const { call, resque } = await queued()
    expect(await call('queues', 'dequeue', 'SendEmail', 'ann', '1')).toMatchObject({ code: 2 })
    const { code, out } = await call('queues', 'dequeue', 'SendEmail', 'ann', '1', '--yes')
    expect({ code, out }).toEqual({ code: 0, out: '2 jobs SendEmail cancelled\n' })
    const rest = await call('queues', 'dequeue', 'SendEmail', '--queue', 'mail', '--yes', '--json')
    expect(rest.json()).toEqual({ cancelled: 1 })
    expect((await resque.queues.list()).map(({ size }) => size)).toEqual([0, 0])
  })

  test('of what is not there asks nothing', async () => {
    const { call } = await queued()
    const { code, out } = await call('queues', 'dequeue', 'Nobody')
    expect({ code, out }).toEqual({ code: 0, out: '0 jobs Nobody cancelled\n' })
  })

  test('without a class is wrong usage', async () => {
    const { call } = await queued()
    expect(await call('queues', 'dequeue')).toMatchObject({ code: 2 })
  })
})
