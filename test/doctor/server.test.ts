// The doctor on the Redis server itself, and on clocks.

import { expect, onTestFinished, test } from 'vitest'
import { examine } from '../../src/doctor/doctor.ts'
import { Examination } from '../../src/doctor/examination.ts'
import { checkFacts, readInfo } from '../../src/doctor/server.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { startRedis } from '../support/redis-server.ts'
import { world } from '../support/world.ts'
import { expectReport, visit } from './patient.ts'

/** A redis-server of its own, whose findings are all its own. */
async function onServer(...args: string[]) {
  const server = await startRedis({ args })
  onTestFinished(() => server.stop())
  const here = world({ url: server.url })
  const told = async () =>
    (await examine(here.resque, { graceSeconds: 0.01 })).findings.map(({ code, examples }) => [
      code,
      ...examples,
    ])
  return { ...here, told }
}

test('a server that keeps what it has on disk is healthy, by a log or by snapshots', async () => {
  expect(await (await onServer('--appendonly', 'yes')).told()).toEqual([])
  expect(await (await onServer('--save', '900 1')).told()).toEqual([])
})

test('a server that keeps nothing on disk is told of', async () => {
  const { redis, told } = await onServer()
  expect(await told()).toEqual([['no_persistence', 'appendonly no, save ""']])
  await redis.config('SET', 'appendonly', 'yes')
  expect(await told()).toEqual([])
})

test('a server that may evict keys is told of', async () => {
  const { redis, told } = await onServer('--save', '900 1', '--maxmemory-policy', 'allkeys-lru')
  expect(await told()).toEqual([['eviction_policy', 'maxmemory-policy allkeys-lru']])
  await redis.config('SET', 'maxmemory-policy', 'noeviction')
  expect(await told()).toEqual([])
})

test('a server that is nearly full is told of', async () => {
  const { redis, told } = await onServer('--save', '900 1', '--maxmemory', '100mb')
  expect(await told()).toEqual([])
  const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
  await redis.config('SET', 'maxmemory', Math.ceil(used * 1.05))
  expect(await told()).toMatchObject([['memory_nearly_full', expect.stringMatching(/^9\d % of \d+ bytes$/)]])
})

test('a replica is told of, with its primary', async () => {
  const { redis, told } = await onServer('--save', '900 1')
  await redis.replicaof('127.0.0.1', 1)
  expect(await told()).toEqual([['replica', 'of 127.0.0.1:1']])
})

test('a server that is too old is told of, one that is new enough is not', () => {
  const { rooms } = world()
  const told = (version: string) => {
    const exam = new Examination(rooms, {})
    checkFacts(exam, readInfo(`# Server\r\nredis_version:${version}\r\n`), { save: null })
    return exam.findings().map(({ code }) => code)
  }
  expect([told('6.0.16'), told('6.2.0'), told('8.0.1')]).toEqual([['redis_too_old'], [], []])
})

test("this machine's clock is compared with that of Redis", async () => {
  const here = world()
  const offsets = { ahead: 60_000, behind: -60_000, right: 500 }
  const told = async (offsetMs: number) => {
    const client = here.client({ clock: new ManualClock(Date.now() + offsetMs) })
    const clock = { nowMs: () => Date.now() + offsetMs, sleep: async () => undefined }
    const store = { ...client.rooms.store, clock, scriptNow: () => '' }
    const { findings } = await examine({ rooms: { ...client.rooms, store } })
    return findings.flatMap(({ code, examples }) => (code === 'clock_skew' ? examples : []))
  }
  expect(await told(offsets.ahead)).toEqual([expect.stringMatching(/this machine is (59|60)\.\d s ahead/)])
  expect(await told(offsets.behind)).toEqual([expect.stringMatching(/this machine is (59|60)\.\d s behind/)])
  expect(await told(offsets.right)).toEqual([])
})

test('clocks of schedulers and workers that are ahead of Redis are told of', async () => {
  const here = world()
  const { redis, keys } = here
  const iso = new Date(Date.now() + 120_000).toISOString()
  await redis.hset(keys.lastEnqueuedAt, 'tea', `${iso.slice(0, 10)} ${iso.slice(11, 19)} +0000`)
  await redis.hset(keys.lastEnqueuedAt, 'coffee', '2026-11-23 02:05:56 +0000')
  await redis.sadd(keys.workers, 'web1:1:mail')
  await redis.set(keys.worker('web1:1:mail'), `{"queue":"mail","run_at":"${iso.slice(0, 19)}Z","payload":{}}`)
  const { examples } = await expectReport(here, 'clock_skew', 2)
  expect(examples).toEqual([
    expect.stringMatching(/^the scheduler that fired tea is 1\d\d s ahead$/),
    expect.stringMatching(/^the worker web1:1:mail is 1\d\d s ahead$/),
  ])
  expect(await visit(world())).toEqual([])
})
