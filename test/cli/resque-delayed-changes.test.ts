// resque delayed cancel, run and clear: by what the jobs are.

import { expect, test } from 'vitest'
import { type World, world } from '../support/world.ts'
import { callerOf } from './resque-call.ts'

async function filled(): Promise<World> {
  const here = world()
  for (const name of ['ann', 'ann', 'bob'])
    await here.resque.enqueueInWithQueue('mail', 3600, 'SendEmail', name)
  await here.resque.enqueueInWithQueue('low', 3600, 'Report', { day: 1 })
  return here
}

test('cancel takes out the jobs of a class, with these arguments when they are given', async () => {
  const here = await filled()
  const call = callerOf(here)
  const words = ['delayed', 'cancel', '--class', 'SendEmail', '--args-json', '["ann"]']
  expect((await call(...words, '--dry-run')).out).toBe('would cancel 2 delayed jobs\n')
  expect((await call(...words, '--dry-run', '--json')).json()).toEqual({ wouldCancel: 2 })
  expect(await call(...words)).toMatchObject({ code: 2 })
  expect(await here.resque.delayed.count()).toBe(4)
  expect(await call(...words, '--yes')).toMatchObject({ code: 0, out: '2 delayed jobs cancelled\n' })
  expect((await call(...words, '--json')).json()).toEqual({ cancelled: 0 })
  expect(await here.resque.delayed.count()).toBe(2)
})

test('run puts the jobs into their queue at once', async () => {
  const here = await filled()
  const call = callerOf(here)
  expect((await call('delayed', 'run', '--queue', 'low', '--dry-run')).out).toBe(
    'would enqueue 1 delayed job\n',
  )
  expect((await call('delayed', 'run', '--queue', 'low', '--yes', '--json')).json()).toEqual({ enqueued: 1 })
  expect(await here.resque.queues.size('low')).toBe(1)
})

test('reschedule gives the jobs that are meant another time', async () => {
  const here = await filled()
  const call = callerOf(here)
  const words = ['delayed', 'reschedule', '--class', 'SendEmail', '--in', '2h']
  expect((await call(...words, '--dry-run')).out).toBe('would reschedule 3 delayed jobs\n')
  expect(await call(...words)).toMatchObject({ code: 2 })
  expect((await call(...words, '--yes', '--json')).json()).toEqual({ rescheduled: 3 })
  expect((await here.resque.delayed.list()).at(-1)).toMatchObject({ class: 'SendEmail' })
  expect((await call('delayed', 'reschedule', '--class', 'X', '--yes')).err).toMatch(/Give --at TIME or --in/)
})

test('clear takes out everything, when it is told to be sure', async () => {
  const here = await filled()
  const call = callerOf(here)
  expect(await call('delayed', 'clear')).toMatchObject({ code: 2 })
  expect((await call('delayed', 'clear', '--yes')).out).toBe('4 delayed jobs cancelled\n')
  expect(await here.resque.delayed.count()).toBe(0)
})

test.each([
  [['delayed', 'cancel']],
  [['delayed', 'run', '--yes']],
  [['delayed', 'reschedule', '--in', '5m', '--yes']],
  [['delayed', 'reschedule', 'id', '--class', 'X', '--in', '5m', '--yes']],
  [['delayed', 'cancel', 'id', '--class', 'X', '--yes']],
  [['delayed', 'cancel', '--args-json', '{"a":1}', '--yes']],
])('%j does not say which jobs', async (words) => {
  const here = await filled()
  expect(await callerOf(here)(...words)).toMatchObject({ code: 2 })
  expect(await here.resque.delayed.count()).toBe(4)
})
