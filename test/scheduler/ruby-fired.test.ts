// Ruby's scheduler led for a while and fired entries: what it fired was not missed.

import { expect, it } from 'vitest'
import { type Config, desk, entriesOf } from '../support/recurring.ts'

/** The seconds of the runs of an entry that ours fired at first, when Ruby has fired it at `at` and ours leads later. */
async function afterRuby(at: string, config: Config = {}, options: { readonly appName?: string } = {}) {
  const here = desk()
  const entries = entriesOf({ tidy: { every: '1m', ...config } })
  await here.ticked({ entries, ...options }).tick()
  await here.redis.del(here.keys.leader, here.keys.recurring('shop').leader)
  await here.redis.hset(here.keys.lastEnqueuedAt, 'tidy', at)
  const next = here.ticked({ entries, ...options })
  await next.after(330)
  const told = next.told.filter(({ event }) => event === 'skipped')
  return { here, next, planned: await here.plannedSeconds(), told }
}

it('is not made up', async () => {
  const { planned, told } = await afterRuby('2027-01-04 12:05:00 +0000')
  expect(planned).toEqual([])
  expect(told).toEqual([
    expect.objectContaining({ count: 5, reason: "Ruby's scheduler led, and fired it then" }),
  ])
})

it('is known in whatever zone Ruby lives', async () => {
  expect((await afterRuby('2027-01-04 13:05:00 +0100')).planned).toEqual([])
  expect((await afterRuby('2027-01-04 08:05:00 -0400')).planned).toEqual([])
})

it('says nothing of runs that came after Ruby had ended', async () => {
  const { planned } = await afterRuby('2027-01-04 12:03:00 +0000', { catch_up: 'all' })
  expect(planned).toEqual([240, 300])
})

it('is asked for once: runs that are missed later are made up', async () => {
  const { here, next } = await afterRuby('2027-01-04 12:05:00 +0000')
  await next.after(30)
  expect(await here.plannedSeconds()).toEqual([360])
  await here.redis.del(here.keys.leader)
  const third = here.ticked({ entries: entriesOf({ tidy: { every: '1m' } }) })
  await third.after(130)
  expect(await here.plannedSeconds()).toEqual([360, 480])
})

it('is believed when its clock is some seconds ahead, and not when it is hours ahead', async () => {
  expect((await afterRuby('2027-01-04 12:05:40 +0000')).planned).toEqual([])
  const { here, next, planned } = await afterRuby('2027-01-04 21:00:00 +0000')
  expect(planned).toEqual([300])
  await next.after(30)
  expect(await here.plannedSeconds()).toEqual([300, 360])
})

it.each(['2027-01-04 12:05:00 UTC', 'soon', ''])('is told from junk: %j', async (text) => {
  expect((await afterRuby(text)).planned).toEqual([300])
})

it('is not asked for by an application with a name, of whose entries Ruby knows nothing', async () => {
  expect((await afterRuby('2027-01-04 12:05:00 +0000', {}, { appName: 'shop' })).planned).toEqual([300])
})

it('is told from what ours wrote, on time or when it made a run up', async () => {
  const here = desk()
  const entries = entriesOf({ tidy: { every: '1m', catch_up: 'all' } })
  await here.ticked({ entries }).tick()
  await here.redis.del(here.keys.leader)
  const second = here.ticked({ entries })
  await second.after(150) // two runs are made up, the last of them half a minute late
  expect(await here.plannedSeconds()).toEqual([60, 120])
  await here.redis.del(here.keys.leader)
  const third = here.ticked({ entries })
  await third.after(40)
  expect(await here.plannedSeconds()).toEqual([60, 120, 180])
  expect(third.told.filter(({ event }) => event === 'skipped')).toEqual([])
})
