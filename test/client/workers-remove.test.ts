// Removing workers that are gone: ours, and those of Ruby, PHP and node-resque as their records stand in Redis.

import { describe, expect, it } from 'vitest'
import { joinProcess } from '../support/process.ts'
import { type World, world } from '../support/world.ts'

const ruby = 'web1:18730:mail,low'
const rubyJob = '{"class":"SendEmail","args":[1.0,"ünï"]}'

/** A Ruby worker with a job in hand, as its commands leave it. */
async function rubyWorker({ redis, keys }: World, heartbeat = '2026-11-23T02:06:00+00:00'): Promise<void> {
  await redis.sadd(keys.workers, ruby)
  await redis.hset(keys.heartbeats, ruby, heartbeat)
  await redis.set(keys.workerStarted(ruby), '2026-11-23 02:06:00 +0000')
  await redis.set(`${keys.processed}:${ruby}`, '7')
  await redis.set(keys.worker(ruby), `{"queue":"mail","run_at":"2026-11-23T02:06:00Z","payload":${rubyJob}}`)
}

describe('a worker of Ruby', () => {
  it('is listed with what its records tell', async () => {
    const home = world()
    await rubyWorker(home)
    expect(await home.resque.workers.find('web1:18730')).toEqual({
      id: ruby,
      host: 'web1',
      pid: 18_730,
      queues: ['mail', 'low'],
      isOurs: false,
      state: 'running',
      slots: 1,
      jobs: [
        {
          worker: ruby,
          id: null,
          queue: 'mail',
          class: 'SendEmail',
          args: [1, 'ünï'],
          since: '2026-11-23T02:06:00Z',
        },
      ],
      performed: 7,
      failed: 0,
      startedAt: new Date('2026-11-23T02:06:00Z'),
      beatAt: new Date('2026-11-23T02:06:00Z'),
      rssBytes: null,
      version: null,
      master: null,
    })
  })

  it('that is gone is removed with all its records; its job has failed as DirtyExit, byte for byte', async () => {
    const home = world()
    await rubyWorker(home, '2020-01-01T00:00:00+00:00')
    expect(await home.resque.workers.remove(ruby)).toEqual({ requeued: 0, failed: 1 })
    expect(await home.allKeys()).toEqual(['failed'])
    const [record = ''] = await home.redis.lrange(home.keys.failed, 0, -1)
    expect(record).toContain(`"payload":${rubyJob},"exception":"Resque::DirtyExit"`)
    expect(JSON.parse(record)).toMatchObject({
      error: 'Job still being processed',
      worker: ruby,
      queue: 'mail',
    })
    expect(await home.resque.workers.remove(ruby)).toBeNull()
  })

  it('that gives signs of life is left alone, unless by force', async () => {
    const home = world()
    const [seconds = '0'] = await home.redis.time()
    await rubyWorker(home, new Date(Number(seconds) * 1000).toISOString())
    await expect(home.resque.workers.remove(ruby)).rejects.toThrow(/not removed: its last sign of life/)
    expect(await home.redis.llen(home.keys.failed)).toBe(0)
    await home.resque.workers.remove(ruby, { force: true })
    expect(await home.redis.scard(home.keys.workers)).toBe(0)
  })

  it('that has begun another job since it was looked at is left alone', async () => {
    const home = world()
    await rubyWorker(home)
    expect(await home.rooms.running.removeForeign(ruby, '{"queue":"old"}')).toBe('changed')
    expect(await home.redis.scard(home.keys.workers)).toBe(1)
  })
})

it('a tracked job of a PHP worker that is removed is failed in its status too', async () => {
  const home = world()
  const { redis, keys } = home
  const php = 'web1:20473:mail'
  const payload = '{"class":"My_Job","args":[{"a":1}],"id":"4a7f","queue_time":1795399796.1}'
  await redis.sadd(keys.workers, php)
  await redis.set(keys.status('4a7f'), '{"status":2,"updated":1795399797,"started":1795399796}')
  await redis.set(
    keys.worker(php),
    `{"queue":"mail","run_at":"Mon Nov 23 02:09:56 UTC 2026","payload":${payload}}`,
  )
  expect(await home.resque.workers.remove(php)).toEqual({ requeued: 0, failed: 1 })
  expect(JSON.parse((await redis.get(keys.status('4a7f'))) ?? '')).toMatchObject({ status: 3 })
})

it('an idle worker of another system leaves no failed job behind', async () => {
  const home = world()
  await home.redis.sadd(home.keys.workers, 'web1:1:mail')
  expect(await home.resque.workers.remove('web1:1:mail')).toEqual({ requeued: 0, failed: 0 })
  expect(await home.allKeys()).toEqual([])
})

it('a dead process of ours is removed with all its slots, and its jobs go back with the death counted', async () => {
  const home = world()
  await home.redis.rpush(home.keys.queue('mail'), '{"class":"A","args":[]}')
  const { holder, take, worker } = await joinProcess(home, 'mail', 3)
  await take('mail', 1)
  await home.redis.zadd(home.keys.processes, 1, holder.token)
  expect(await home.resque.workers.remove(worker(2))).toEqual({ requeued: 1, failed: 0 })
  expect(await home.redis.hvals(home.keys.deaths)).toEqual(['1'])
  expect(await home.allKeys()).toEqual(['deaths', 'queue:mail', 'queues'])
})
