// How a worker comes to know of jobs: it is told, or it looks.

import { describe, expect, it, onTestFinished } from 'vitest'
import type { WorkerOptions } from '../../src/worker/options.ts'
import type { Worker } from '../../src/worker/worker.ts'
import { eventually } from '../support/eventually.ts'
import { startRedis } from '../support/redis-server.ts'
import { type World, world } from '../support/world.ts'

const anHour = 3_600

interface Idle extends World {
  readonly idle: Worker
  readonly performed: string[]
}

/** A worker that has nothing to do, and has seen so. */
async function idleWorker(here: World, options: Partial<WorkerOptions>): Promise<Idle> {
  const performed: string[] = []
  class Note {
    perform(name: string): void {
      performed.push(name)
    }
  }
  const worker = here.worker({ queues: 'q', jobs: [Note], ...options })
  await worker.start()
  const subscribed = async () => (await here.redis.pubsub('NUMSUB', here.keys.wake))[1]
  if (options.intervalSeconds === anHour) await eventually(async () => expect(await subscribed()).toBe(1))
  return { ...here, idle: worker, performed }
}

async function pushAsRuby({ redis, keys }: World, queue: string, name: string): Promise<void> {
  await redis.sadd(keys.queues, queue)
  await redis.rpush(keys.queue(queue), `{"class":"Note","args":["${name}"]}`)
}

describe('an idle worker', () => {
  it('is woken by our producers, now and when a delayed job is promoted', async () => {
    const here = await idleWorker(world(), { intervalSeconds: anHour })
    await here.resque.enqueueTo('q', 'Note', 'now')
    await eventually(() => expect(here.performed).toEqual(['now']))
    await here.redis.rpush(here.keys.bucket(1), '{"class":"Note","args":["due"],"queue":"q"}')
    await here.redis.zadd(here.keys.schedule, 1, '1')
    await here.rooms.delayed.promote({ limit: 10, leader: null })
    await eventually(() => expect(here.performed).toEqual(['now', 'due']))
  })

  it('finds jobs of other producers by its poll', async () => {
    const here = await idleWorker(world(), { intervalSeconds: 0.02 })
    await pushAsRuby(here, 'q', 'from Ruby')
    await eventually(() => expect(here.performed).toEqual(['from Ruby']))
  })

  it('finds jobs by its poll when it may not listen', async () => {
    const rights = ['on', 'nopass', '~*', 'resetchannels', '+@all', '-subscribe']
    const server = await startRedis({ args: ['--user', 'default', ...rights] })
    onTestFinished(() => server.stop())
    const here = await idleWorker(world({ url: server.url }), { intervalSeconds: 0.02 })
    await here.resque.enqueueTo('q', 'Note', 'unheard')
    await eventually(() => expect(here.performed).toEqual(['unheard']))
  })

  it('with patterns takes queues that it has not known before', async () => {
    const here = await idleWorker(world(), { queues: 'new_*,!new_not', intervalSeconds: anHour })
    await here.resque.enqueueTo('other', 'Note', 'other')
    await here.resque.enqueueTo('new_not', 'Note', 'not')
    await here.resque.enqueueTo('new_one', 'Note', 'one')
    await eventually(() => expect(here.performed).toEqual(['one']))
    expect(await here.resque.queues.size('other')).toBe(1)
    expect(await here.resque.queues.size('new_not')).toBe(1)
  })

  it('with patterns finds new queues of other producers by its poll', async () => {
    const here = await idleWorker(world(), { queues: '*', intervalSeconds: 0.02 })
    await pushAsRuby(here, 'brand_new', 'from Ruby')
    await eventually(() => expect(here.performed).toEqual(['from Ruby']))
  })

  it('performs in the order of its list, also what it has just heard of', async () => {
    const here = world()
    for (const queue of ['b', 'a']) await here.resque.enqueueTo(queue, 'Note', queue)
    const worker = await idleWorker(here, { queues: '*', concurrency: 1, intervalSeconds: 0.02 })
    await eventually(() => expect(worker.performed).toEqual(['a', 'b']))
  })
})

describe('a paused worker', () => {
  it('takes nothing until it is resumed', async () => {
    const here = await idleWorker(world(), { intervalSeconds: 0.02 })
    here.idle.pause()
    await here.resque.enqueueTo('q', 'Note', 'later')
    const other = await idleWorker(world({ namespace: here.namespace }), {
      queues: 'other',
      intervalSeconds: 0.02,
    })
    await here.resque.enqueueTo('other', 'Note', 'meanwhile')
    await eventually(() => expect(other.performed).toEqual(['meanwhile']))
    expect(here.performed).toEqual([])
    here.idle.resume()
    await eventually(() => expect(here.performed).toEqual(['later']))
  })

  it('takes nothing while all are paused, and goes on by itself afterwards', async () => {
    const here = world()
    await here.resque.workers.pauseAll()
    await here.resque.enqueueTo('q', 'Note', 'later')
    const worker = await idleWorker(here, { intervalSeconds: 0.02 })
    const polls = async () =>
      Number((await here.redis.info('commandstats')).match(/cmdstat_exists:calls=(\d+)/)?.[1])
    const before = await polls()
    await eventually(async () => expect(await polls()).toBeGreaterThan(before + 3))
    expect(worker.performed).toEqual([])
    await here.resque.workers.resumeAll()
    await eventually(() => expect(worker.performed).toEqual(['later']))
  })

  it('takes nothing from a paused queue, and is woken when that is resumed', async () => {
    const here = world()
    await here.resque.queues.pause('q')
    const worker = await idleWorker(here, { queues: 'q,r', intervalSeconds: anHour })
    await here.resque.enqueueTo('q', 'Note', 'paused')
    await here.resque.enqueueTo('r', 'Note', 'open')
    await eventually(() => expect(worker.performed).toEqual(['open']))
    await here.resque.queues.resume('q')
    await eventually(() => expect(worker.performed).toEqual(['open', 'paused']))
  })
})
