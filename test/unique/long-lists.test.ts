// Holders that stand far from the end of a long list, and those that wait where no other script looks.

import { expect, it } from 'vitest'
import { type World, world } from '../support/world.ts'

const verbs = ({ resque }: World, onConflict: 'keep' | 'replace' | 'move') =>
  resque.with({ unique: { onConflict } })

/** 5,000 jobs behind the first. */
async function crowd(here: World, seconds: number): Promise<void> {
  const dueAt = seconds === 0 ? undefined : await here.resque.delayed.next()
  const at = dueAt == null ? {} : { at: dueAt }
  await here.resque.enqueueBulk(
    Array.from({ length: 5_000 }, (_, n) => ({ job: 'A', args: [n], queue: 'q', ...at })),
  )
}

it.each([0, 600])('a holder at the other end of a long list is found, due in %d s', async (seconds) => {
  const here = world()
  const first = await verbs(here, 'keep').enqueueInWithQueue('q', seconds, 'Sync')
  await crowd(here, seconds)
  expect(await verbs(here, 'keep').enqueueTo('q', 'Sync')).toBe(first)
  expect(await verbs(here, 'move').enqueueInWithQueue('q', 60, 'Sync')).toBe(first)
  const [soonest] = await here.resque.delayed.list(1)
  expect(soonest?.id).toBe(first)
  await verbs(here, 'replace').enqueueInWithQueue('q', 60, 'Sync')
  expect((await here.resque.status(first ?? ''))?.state).toBe('cancelled')
})

it('a job that is parked for its limit, or asked of its class, holds its key', async () => {
  const here = world()
  const first = (await verbs(here, 'keep').enqueueTo('q', 'Sync')) ?? ''
  const payload = (await here.redis.lpop(here.keys.queue('q'))) ?? ''
  const record = JSON.parse((await here.redis.get(here.keys.status(first))) ?? '') as object
  await here.redis.set(here.keys.status(first), JSON.stringify({ ...record, parked: 'limit' }))
  await here.redis.rpush(here.keys.parked('limit'), `{"queue":"q","payload":${payload}}`)
  expect(await verbs(here, 'replace').enqueueTo('q', 'Sync')).toBe(first)
  await here.redis.del(here.keys.parked('limit'))
  await here.redis.set(here.keys.status(first), JSON.stringify({ ...record, status: 63, due: 1 }))
  await here.redis.rpush(here.keys.asked, payload)
  expect(await verbs(here, 'replace').enqueueTo('q', 'Sync')).toBe(first)
  await here.redis.del(here.keys.asked)
  expect(await verbs(here, 'replace').enqueueTo('q', 'Sync')).not.toBe(first)
})

it("a job in the hands of Ruby's worker, which writes no status, runs", async () => {
  const here = world()
  const first = (await verbs(here, 'keep').enqueueTo('q', 'Sync')) ?? ''
  const payload = (await here.redis.lpop(here.keys.queue('q'))) ?? ''
  await here.redis.sadd(here.keys.workers, 'ruby:1:q')
  const record = `{"queue":"q","run_at":"2026-11-23T02:06:00Z","payload":${payload}}`
  await here.redis.set(here.keys.worker('ruby:1:q'), record)
  expect(await verbs(here, 'replace').enqueueTo('q', 'Sync')).toBe(first)
  await here.redis.del(here.keys.worker('ruby:1:q'))
  expect(await verbs(here, 'replace').enqueueTo('q', 'Sync')).not.toBe(first)
})
