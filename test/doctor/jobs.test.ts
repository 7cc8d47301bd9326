// The doctor on queues and statuses.

import { expect, test } from 'vitest'
import { examine } from '../../src/doctor/doctor.ts'
import { joinProcess } from '../support/process.ts'
import { world } from '../support/world.ts'
import { codesOf, expectCure, expectReport, visit } from './patient.ts'

const id = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
const phpStatus = (status: number): string => `{"status":${status},"updated":1700000000,"started":1700000000}`

test('what is no job goes from queues and buckets to the failed list, byte for byte', async () => {
  const here = world()
  const { redis, keys, resque } = here
  await resque.enqueueTo('mail', 'A')
  await redis.rpush(keys.queue('mail'), 'junk', Buffer.from([0xff, 0xfe, 0x22]), '[1]')
  await redis.rpush(keys.bucket(4_000_000_000), '{"args":[]}')
  await redis.zadd(keys.schedule, 4_000_000_000, 4_000_000_000)
  await expectCure(here, 'unreadable_payload', 4)
  expect(await resque.queues.size('mail')).toBe(1)
  expect(await redis.exists(keys.schedule)).toBe(0)
  const records = (await redis.lrange(keys.failed, 0, -1)).map((text) => JSON.parse(text))
  expect(records).toHaveLength(4)
  expect(records.find(({ raw }) => raw === 'junk')).toMatchObject({
    ...{ exception: 'InvalidPayloadError', payload: null, queue: 'mail' },
    error: expect.stringMatching(/^the payload is not JSON/),
  })
  expect(records.map(({ raw }) => raw)).toContain('\u00ff\u00fe"')
})

test('a queue that is not named among the queues is named', async () => {
  const here = world()
  await here.resque.enqueueTo('mail', 'A')
  await here.resque.enqueueTo('low', 'A')
  await here.redis.srem(here.keys.queues, 'mail')
  await expectCure(here, 'unnamed_queue', 1)
  expect((await here.resque.queues.list()).map(({ name }) => name)).toEqual(['low', 'mail'])
})

test('a queue that is named and empty is healthy', async () => {
  const here = world()
  await here.redis.sadd(here.keys.queues, 'mail')
  expect(await visit(here)).toEqual([])
})

test('lists that a PHP dequeue left behind are told of, not named', async () => {
  const here = world()
  await here.redis.rpush(here.keys.queue('mail:temp:1700000000.1'), '{"class":"A","args":[]}')
  await expectReport(here, 'php_dequeue_leftover', 1)
  expect(await here.resque.queues.list()).toEqual([])
})

test('a job said to be running that nobody has in hand is failed, with the reason', async () => {
  const here = world()
  const { redis, keys, resque } = here
  await redis.set(keys.status(id), phpStatus(2))
  const waiting = resque.waitFor(id, { timeoutSeconds: 20 })
  await expectCure(here, 'running_nowhere', 1)
  expect(await waiting).toMatchObject({ state: 'failed', error: { name: 'LostJobError' } })
  expect(await redis.ttl(keys.status(id))).toBeGreaterThan(86_000)
})

test('a job said to be waiting that is nowhere is forgotten after a day', async () => {
  const here = world()
  const { redis, keys } = here
  await redis.set(keys.status(id), phpStatus(1))
  await redis.set(keys.status(`pre_${id}`), phpStatus(1))
  await expectCure(here, 'waiting_nowhere', 2)
  expect(await redis.get(keys.status(id))).toBe(phpStatus(1))
  expect(await redis.ttl(keys.status(id))).toBeGreaterThan(86_000)
})

test('old jobs that wait, run, are delayed or have ended are where they say', async () => {
  const here = world()
  const { redis, keys } = here
  const old = async (name: string, status: number): Promise<void> => {
    await redis.set(keys.status(name), phpStatus(status))
  }
  const payload = (name: string): string => `{"class":"A","args":[],"id":"${name}"}`
  const names = Array.from({ length: 6 }, (_, index) => id.slice(1) + index)
  await Promise.all(names.map((name, index) => old(name, [1, 2, 3, 4, 63, 64][index] ?? 0)))
  await redis.rpush(keys.queue('mail'), payload(names[0] ?? ''))
  await redis.sadd(keys.queues, 'mail')
  await redis.sadd(keys.workers, 'web1:1:mail')
  const hands = `{"queue":"mail","run_at":"2026-11-23T02:06:00Z","payload":${payload(names[1] ?? '')}}`
  await redis.set(keys.worker('web1:1:mail'), hands)
  expect(await visit(here)).toEqual([])
})

test('a job in the hands of a worker of ours keeps its status, however old that is', async () => {
  const here = world()
  const process = await joinProcess(here)
  const job = await here.resque.enqueueTo('mail', 'A')
  await process.take('mail', 1)
  await here.redis.set(here.keys.status(job ?? ''), phpStatus(2))
  expect(await visit(here, true)).toEqual([])
})

test('keys that hold another type are told of, and hide nothing else', async () => {
  const here = world()
  const { redis, keys } = here
  await redis.set(keys.queue('mail'), 'text')
  await redis.set(keys.schedule, 'text')
  await redis.rpush(keys.workers, 'x')
  await redis.hset(keys.failed, 'a', 'b')
  await redis.rpush(keys.queue('low'), '{"class":"A","args":[]}')
  const found = await visit(here)
  expect(codesOf(found)).toEqual(['unnamed_queue', 'wrong_type'])
  expect(found[1]).toMatchObject({ count: 4, fixable: false })
  expect(found[1]?.examples).toContain(`${keys.queue('mail')} holds a string, not a list`)
})

test('a key of unique jobs that never frees itself is given an end', async () => {
  const here = world()
  const { redis, keys } = here
  await redis.set(keys.unique('a'), `${id} 1700000000000`)
  await redis.set(keys.unique('b'), `${id} 1700000000000`, 'EX', 60)
  await expectCure(here, 'unique_without_expiry', 1)
  expect(await redis.ttl(keys.unique('a'))).toBeGreaterThan(86_000)
  expect(await redis.ttl(keys.unique('b'))).toBeLessThan(61)
})

test('jobs that wait for a limit, or whose class is asked first, are where they say', async () => {
  const here = world()
  const { redis, keys } = here
  const [asked, parked] = [`${id.slice(1)}b`, `${id.slice(1)}c`]
  await redis.rpush(keys.asked, `{"class":"A","args":[],"queue":"mail","id":"${asked}","queue_time":1}`)
  await redis.rpush(keys.parked('mail'), `mail {"class":"A","args":[],"id":"${parked}"}`)
  for (const name of [asked, parked]) await redis.set(keys.status(name), phpStatus(1))
  expect(await visit(here)).toEqual([])
})

test('a job that comes back into its queue while the doctor looks keeps its status', async () => {
  const here = world()
  const { redis, keys, resque } = here
  await resque.enqueueTo('mail', 'A')
  await redis.set(keys.status(id), phpStatus(1))
  const steps: string[] = []
  const onProgress = ({ step }: { readonly step: string }): void => {
    if (step === 'looking at statuses' && !steps.includes(step))
      void redis.lpush(keys.queue('mail'), `{"class":"A","args":[],"id":"${id}"}`)
    steps.push(step)
  }
  const { findings } = await examine(resque, { fix: true, graceSeconds: 0.2, onProgress })
  expect(steps).toContain('looking at statuses')
  expect(codesOf(findings)).toEqual(['no_persistence'])
  expect(await redis.ttl(keys.status(id))).toBe(-1)
})
