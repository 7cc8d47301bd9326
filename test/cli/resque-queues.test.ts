// resque queues: lists, looks into, pauses and resumes.

import { expect, test } from 'vitest'
import { world } from '../support/world.ts'
import { callerOf } from './resque-call.ts'

test('lists the queues with their sizes', async () => {
  const here = world()
  const call = callerOf(here)
  expect(await call('queues')).toMatchObject({ code: 0, out: 'no queues yet\n' })
  await here.resque.enqueueTo('mail', 'A')
  await here.resque.enqueueTo('mail', 'B')
  expect((await call('queues')).out).toMatch(/^mail {3}2$/m)
  expect((await call('queues', '--json')).json()).toEqual([{ name: 'mail', size: 2, paused: false }])
})

test('peek shows the next jobs first', async () => {
  const here = world()
  const id = await here.resque.enqueueTo('mail', 'A', { to: 'ann' })
  await here.resque.enqueueTo('mail', 'B')
  const call = callerOf(here)
  const { out } = await call('queues', 'peek', 'mail', '--count', '1')
  expect(out).toMatch(new RegExp(`Z {2}A {6}{"to":"ann"} {2}${id}\n1 of 2 jobs\n$`))
  expect((await call('queues', 'peek', 'mail', '--json')).json()).toMatchObject([
    { class: 'A', args: [{ to: 'ann' }], id },
    { class: 'B', args: [] },
  ])
})

test('what cannot be read is shown as such, and moves no cursor', async () => {
  const here = world()
  await here.resque.enqueueTo('mail', 'A\u009b2J')
  await here.redis.rpush(here.keys.queue('mail'), '\u001b[2Jjunk')
  const { out } = await callerOf(here)('queues', 'peek', 'mail')
  expect(out).toContain('(unreadable)')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through
  expect(out).not.toMatch(/[\u001b\u009b]/)
})

test('a paused queue is shown as paused until it is resumed', async () => {
  const here = world()
  await here.resque.enqueueTo('mail', 'A')
  const call = callerOf(here)
  expect(await call('queues', 'pause', 'mail')).toMatchObject({ code: 0, out: 'paused mail\n' })
  expect((await call('queues')).out).toMatch(/^mail {3}1 {5}paused$/m)
  expect((await call('queues', 'resume', 'mail', '--json')).json()).toEqual({ name: 'mail', paused: false })
  expect(await here.resque.queues.list()).toEqual([{ name: 'mail', size: 1, paused: false }])
})

test.each(['peek', 'pause', 'resume'])('%s of a queue that is not there is exit code 1', async (verb) => {
  const here = world()
  await here.resque.enqueueTo('mail', 'A')
  const { code, err } = await callerOf(here)('queues', verb, 'mial')
  expect({ code, err }).toEqual({ code: 1, err: 'there is no queue "mial". Did you mean "mail"?\n' })
  expect((await here.resque.queues.list()).map(({ name }) => name)).toEqual(['mail'])
})
