// resque failed: lists, shows, retries, removes, clears.

import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type World, world } from '../support/world.ts'
import { callerOf, Doomed } from './resque-call.ts'

/** Fails a job for each reason; resolves to their ids. */
async function fail(here: World, ...reasons: string[]): Promise<string[]> {
  const worker = here.worker({ queues: 'low', jobs: [Doomed], concurrency: 1 })
  await worker.start()
  const before = await here.resque.failed.count()
  const ids: string[] = []
  for (const reason of reasons) ids.push((await here.resque.enqueue(Doomed, reason)) ?? '')
  await eventually(async () => expect(await here.resque.failed.count()).toBe(before + reasons.length))
  await worker.stop()
  return ids
}

test('lists failures, the newest last, with their index', async () => {
  const here = world()
  await fail(here, 'first', 'second', 'third')
  const call = callerOf(here)
  const { out } = await call('failed', '--count', '2')
  expect(out).not.toMatch(/TypeError: first/)
  expect(out).toMatch(
    /^1 .*Z {2}Doomed {2}"second" {2}low {4}TypeError: second\n2 .*TypeError: third\n2 of 3 failed jobs\n$/m,
  )
  expect((await call('failed', '--json')).json()).toMatchObject([
    { index: 0 },
    { index: 1 },
    { index: 2, error: 'third' },
  ])
})

test('show prints the reason and the backtrace, by index or id', async () => {
  const here = world()
  const [, second = ''] = await fail(here, 'first', 'second')
  const call = callerOf(here)
  for (const name of ['1', second]) {
    const { code, out } = await call('failed', 'show', name)
    expect(code).toBe(0)
    expect(out).toMatch(/^error {6}TypeError: second\n {11}at .*perform/m)
  }
  expect((await call('failed', 'show', '0', '--json')).json()).toMatchObject({ index: 0, error: 'first' })
})

test.each(['show', 'retry', 'remove'])('%s of what is not there is exit code 1', async (verb) => {
  const call = callerOf(world())
  expect(await call('failed', verb, '0')).toMatchObject({ code: 1 })
  expect((await call('failed', verb, 'nix')).err).toMatch(/there is no failed job nix/)
})

test('retry puts one job back into its queue', async () => {
  const here = world()
  const [first = ''] = await fail(here, 'first', 'second')
  expect(await callerOf(here)('failed', 'retry', first)).toMatchObject({ code: 0 })
  expect(await here.resque.status(first)).toMatchObject({ state: 'waiting' })
  expect(await here.resque.failed.list()).toMatchObject([{ error: 'second' }])
})

test('retry all puts all back but what names no job', async () => {
  const here = world()
  await fail(here, 'first')
  await here.redis.rpush(here.keys.failed, '{"payload":null,"exception":"X","error":"no job"}', 'junk')
  await fail(here, 'last')
  const { json } = await callerOf(here)('failed', 'retry', 'all', '--json')
  expect(json()).toEqual({ retried: 2 })
  expect(await here.resque.queues.size('low')).toBe(2)
  expect(await here.resque.failed.count()).toBe(2)
})

test('an index counts what is no record as well', async () => {
  const here = world()
  await here.redis.rpush(here.keys.failed, 'junk')
  await fail(here, 'first')
  const { json } = await callerOf(here)('failed', '--json')
  expect(json()).toMatchObject([{ index: 1, error: 'first' }])
})

test('remove takes one failure off the list', async () => {
  const here = world()
  await fail(here, 'first', 'second')
  expect(await callerOf(here)('failed', 'remove', '0')).toMatchObject({ code: 0, out: 'removed Doomed\n' })
  expect(await here.resque.failed.list()).toMatchObject([{ error: 'second' }])
})

test('clear asks first, and without a terminal wants --yes', async () => {
  const here = world()
  await fail(here, 'first')
  const call = callerOf(here)
  expect(await call('failed', 'clear')).toMatchObject({ code: 2 })
  expect(await here.resque.failed.count()).toBe(1)
  expect((await call('failed', 'clear', '--yes', '--json')).json()).toEqual({ removed: 1 })
  expect(await here.resque.failed.count()).toBe(0)
})
