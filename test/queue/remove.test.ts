// A queue is emptied or forgotten: its jobs are cancelled, in bounded steps.

import { expect, it } from 'vitest'
import { world } from '../support/world.ts'

class Note {
  static queue = 'notes'
  perform(_number: number): void {}
}

it('the jobs of a queue that is removed are cancelled, however many', async () => {
  const here = world()
  const items = Array.from({ length: 1_203 }, (_, index) => ({ job: Note, args: [index] }))
  const ids = await here.resque.enqueueBulk(items)
  await here.resque.queues.pause('notes')
  const waiting = here.resque.waitFor(ids[1_202] ?? '')
  expect(await here.resque.queues.remove('notes')).toBe(1_203)
  expect(await waiting).toMatchObject({ state: 'cancelled' })
  expect(await here.resque.status(ids[0] ?? '')).toMatchObject({ state: 'cancelled', queue: 'notes' })
  expect((await here.allKeys()).filter((key) => !key.startsWith('job:'))).toEqual([])
})

it('a queue that is cleared keeps its name, and jobs of others lose what was counted of them', async () => {
  const here = world()
  const payload = '{"class":"Note","args":[1]}'
  const php = '{"class":"Note","args":[{}],"id":"p1","prefix":"x","queue_time":1.5}'
  await here.redis.rpush(here.keys.queue('notes'), payload, php, 'no job')
  await here.redis.sadd(here.keys.queues, 'notes')
  await here.redis.set(here.keys.status('x_p1'), '{"status":1,"updated":1,"started":1}')
  await here.redis.hset(here.keys.attempts, 'p1', 2)
  expect(await here.resque.queues.clear('notes')).toBe(3)
  expect(await here.resque.status('x_p1')).toMatchObject({ state: 'cancelled' })
  expect(await here.allKeys()).toEqual(['job:x_p1:status', 'queues'])
})

it('what is no list is removed with its name, and left alone when only jobs are to go', async () => {
  const here = world()
  await here.redis.set(here.keys.queue('odd'), 'no list')
  await here.resque.queues.add('odd')
  expect(await here.resque.queues.clear('odd')).toBe(0)
  expect(await here.redis.get(here.keys.queue('odd'))).toBe('no list')
  expect(await here.resque.queues.remove('odd')).toBe(0)
  expect(await here.allKeys()).toEqual([])
})

it('a queue can be named before it has a job', async () => {
  const here = world()
  await here.resque.queues.add('later')
  expect(await here.resque.queues.list()).toEqual([{ name: 'later', size: 0, paused: false }])
  await expect(here.resque.queues.add('a,b')).rejects.toThrow(/comma/)
})
