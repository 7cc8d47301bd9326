// Queues: what is in them, in which order, and which are paused.

import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { queuedBy } from '../support/foreign-payloads.ts'
import { world } from '../support/world.ts'

describe('queues', () => {
  it('are listed by name with their lengths, empty ones too, and whether they are paused', async () => {
    const { resque, redis, keys } = world()
    await resque.enqueueTo('b', 'A')
    await resque.enqueueTo('b', 'A')
    await resque.enqueueTo('a', 'A')
    await redis.sadd(keys.queues, 'empty')
    await resque.queues.pause('a')
    expect(await resque.queues.list()).toEqual([
      { name: 'a', size: 1, paused: true },
      { name: 'b', size: 2, paused: false },
      { name: 'empty', size: 0, paused: false },
    ])
    await resque.queues.resume('a')
    expect((await resque.queues.list()).map(({ paused }) => paused)).toEqual([false, false, false])
    expect(await redis.exists(keys.pausedQueues)).toBe(0)
  })

  it('show the next job first, as many as asked for', async () => {
    const { resque, redis, keys } = world()
    await redis.rpush(keys.queue('mail'), ...Object.values(queuedBy))
    expect(await resque.queues.peek('mail')).toEqual(Object.values(queuedBy))
    expect(await resque.queues.peek('mail', 1, 2)).toEqual(Object.values(queuedBy).slice(1, 3))
    expect(await resque.queues.peek('mail', 1, 0)).toEqual([])
    expect(await resque.queues.peek('mail', 0, 0)).toEqual([])
    expect(await resque.queues.peek('nothing')).toEqual([])
    expect(await resque.queues.size('mail')).toBe(5)
  })

  it('take many jobs in one call, in order, each in its own', async () => {
    const { rooms, redis, keys } = world()
    const jobs = Object.values(queuedBy).map((payload, index) => ({ queue: `q${index % 2}`, payload }))
    const { redisNowMs } = await rooms.queues.push(jobs)
    expect(Math.abs(redisNowMs - rooms.clock.nowMs())).toBeLessThan(60_000)
    const { ruby, phpCb, phpRq, phpEx, node } = queuedBy
    expect(await redis.lrange(keys.queue('q0'), 0, -1)).toEqual([ruby, phpRq, node])
    expect(await redis.lrange(keys.queue('q1'), 0, -1)).toEqual([phpCb, phpEx])
    expect((await redis.smembers(keys.queues)).sort()).toEqual(['q0', 'q1'])
  })

  it('tell whether any of them has a job', async () => {
    const { resque, rooms } = world()
    expect(await rooms.queues.anyWaiting([])).toBe(false)
    expect(await rooms.queues.anyWaiting(['a', 'b'])).toBe(false)
    await resque.enqueueTo('b', 'A')
    expect(await rooms.queues.anyWaiting(['a', 'b'])).toBe(true)
    expect(await rooms.queues.anyWaiting(['a'])).toBe(false)
  })
})

describe('idle workers', () => {
  it('are woken by a queue that was empty, and by one that is resumed, and not by more jobs', async () => {
    const { resque, rooms, redis, keys } = world()
    const woken: string[] = []
    const subscriber = redis.duplicate()
    subscriber.on('message', (_channel, queue: string) => woken.push(queue))
    await subscriber.subscribe(keys.wake)
    await resque.enqueueTo('mail', 'A')
    await resque.enqueueTo('mail', 'A')
    await rooms.queues.push([{ queue: 'low', payload: queuedBy.ruby }])
    await resque.queues.pause('mail')
    await resque.queues.resume('mail')
    await eventually(() => expect(woken).toEqual(['mail', 'low', 'mail']))
    subscriber.disconnect()
  })

  it('are told of many queues in one message, and wake once for those they serve', async () => {
    const { rooms, redis, keys, worker } = world()
    const messages: string[] = []
    const subscriber = redis.duplicate()
    subscriber.on('message', (_channel, message: string) => messages.push(message))
    await subscriber.subscribe(keys.wake)
    const performed: string[] = []
    class A {
      perform(): void {
        performed.push('A')
      }
    }
    const idle = worker({ queues: 'new"*', jobs: [A], intervalSeconds: 3_600 })
    await idle.start()
    await eventually(async () => expect((await redis.pubsub('NUMSUB', keys.wake))[1]).toBe(2))
    const payload = '{"class":"A","args":[]}'
    const queues = ['other', 'new"1', 'new"ä [2]']
    await rooms.queues.push(queues.map((queue) => ({ queue, payload })))
    await eventually(() => expect(performed).toEqual(['A', 'A']))
    await eventually(() => expect(messages).toEqual([`\n${JSON.stringify(queues)}`]))
    expect(await redis.llen(keys.queue('other'))).toBe(1)
    subscriber.disconnect()
  })
})
