// The doctor on delayed jobs: indexes, buckets, timestamps, what is due for long.

import { expect, test } from 'vitest'
import { world } from '../support/world.ts'
import { expectCure, expectReport, visit } from './patient.ts'

const later = 4_000_000_000
const ruby = (n: number): string => `{"class":"SendEmail","args":[${n}],"queue":"mail"}`

async function rubyWorld(jobs = 3) {
  const here = world({ payload: 'ruby' })
  for (let n = 0; n < jobs; n++) await here.resque.enqueueAtWithQueue('mail', later, 'SendEmail', n)
  return here
}

test('delayed jobs of both forms are healthy', async () => {
  const here = await rubyWorld()
  await here
    .client({ namespace: here.namespace, payload: 'php' })
    .enqueueInWithQueue('mail', 60, 'SendEmail', 1)
  expect(await visit(here)).toEqual([])
})

test("Ruby's index that names jobs which are gone is cleared of them, and of nothing else", async () => {
  const here = await rubyWorld()
  const { redis, keys } = here
  await redis.lrem(keys.bucket(later), 0, ruby(1)) // as PHP promotes: it leaves the index alone
  await redis.sadd(keys.timestampsPrefix + ruby(2), 'delayed:4000000001')
  await expectCure(here, 'index_without_job', 2)
  expect(await redis.exists(keys.timestampsPrefix + ruby(1))).toBe(0)
  expect(await redis.smembers(keys.timestampsPrefix + ruby(2))).toEqual(['delayed:4000000000'])
})

test("Ruby's jobs that its index does not know are noted in it, so that Ruby finds them", async () => {
  const here = await rubyWorld()
  const { redis, keys, resque } = here
  await redis.del(keys.timestampsPrefix + ruby(0), keys.timestampsPrefix + ruby(2))
  await expectCure(here, 'job_without_index', 2)
  expect(await redis.smembers(keys.timestampsPrefix + ruby(0))).toEqual(['delayed:4000000000'])
  expect(await resque.delayed.count()).toBe(3)
})

test("PHP's jobs, which have no index, are left alone", async () => {
  const here = world()
  await here.redis.rpush(
    here.keys.bucket(later),
    '{"class":"A","args":[{"path":"\\/x\\/\\u00e9"}],"queue":"mail"}',
  )
  await here.redis.zadd(here.keys.schedule, later, later)
  expect(await visit(here)).toEqual([])
})

test('a bucket that no scheduler would look into is put back into the delayed set', async () => {
  const here = await rubyWorld()
  await here.redis.zrem(here.keys.schedule, later)
  await expectCure(here, 'bucket_without_timestamp', 1)
  expect(await here.redis.zrange(here.keys.schedule, '0', '-1', 'WITHSCORES')).toEqual([
    `${later}`,
    `${later}`,
  ])
})

test('a timestamp without jobs goes', async () => {
  const here = await rubyWorld()
  await here.redis.zadd(here.keys.schedule, later + 5, later + 5, later + 6, later + 6)
  await expectCure(here, 'timestamp_without_bucket', 2)
  expect(await here.redis.zcard(here.keys.schedule)).toBe(1)
})

test('hints for seconds that are long over go; those of jobs that wait or were cancelled stay', async () => {
  const here = world()
  const { resque, redis, keys, namespace } = here
  await resque.cancel((await resque.enqueueInWithQueue('mail', 60, 'A', 1)) ?? '')
  await resque.enqueueInWithQueue('mail', 60, 'A', 2)
  const before = await redis.keys(`${namespace}:delayed_index:*`)
  await redis.sadd(`${keys.delayedIndexPrefix}0042`, '112341700000000', '112351700000001')
  await expectCure(here, 'stale_hints', 2)
  expect((await redis.keys(`${namespace}:delayed_index:*`)).sort()).toEqual(before.sort())
})

test('unsorted hints for seconds that are long over go, where no scheduler of ours sorts them', async () => {
  const here = world()
  const { resque, redis, keys } = here
  await resque.enqueueBulk([1, 2].map((number) => ({ job: 'A', args: [number], queue: 'mail', in: 60 })))
  const [fresh = ''] = await redis.lrange(keys.unsortedHints, 0, -1)
  const half = `1700000000 12345678 ${fresh}`
  await redis.lpush(keys.unsortedHints, half)
  for (let number = 0; number < 250; number++)
    await redis.lpush(keys.unsortedHints, `${1_700_000_000 + number} 1234567887654321 `)
  await expectCure(here, 'stale_hints', 250)
  expect(await redis.lrange(keys.unsortedHints, 0, -1)).toEqual([half, fresh])
})

test('jobs that are due for long are told of, and that a scheduler has to run', async () => {
  const here = world()
  await here.redis.rpush(here.keys.bucket(1_700_000_000), '{"class":"A","args":[],"queue":"mail","id":"x"}')
  await here.redis.zadd(here.keys.schedule, 1_700_000_000, 1_700_000_000)
  const { repair, examples } = await expectReport(here, 'overdue_delayed', 1)
  expect(repair).toContain('start resque-scheduler')
  expect(examples).toEqual(['1700000000'])
  await here.rooms.delayed.promote({ limit: 10, leader: null })
  expect(await visit(here)).toEqual([])
})
