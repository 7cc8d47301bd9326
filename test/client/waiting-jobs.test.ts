// The jobs of a queue as they can be read, whoever wrote them.

import { expect, it } from 'vitest'
import { world } from '../support/world.ts'

it('are those of all systems, the next one first, with what their payloads tell', async () => {
  const { resque, redis, keys } = world()
  const id = await resque.enqueueTo('mail', 'Ours', 1, { a: 2 })
  const others = [
    '{"class":"Ruby","args":[1.0]}',
    '{"class":"Php\\\\Job","args":[{"a":"\\u00e9\\/"}],"id":"658922f378e3592a5a928ad0310dbb74","queue_time":1795399796.447731}',
    '{"class":"node","queue":"mail","args":["x"]}',
    'junk',
  ]
  await redis.rpush(keys.queue('mail'), ...others)
  const jobs = await resque.queues.jobs('mail')
  expect(jobs.map(({ class: name, args }) => [name, args])).toEqual([
    ['Ours', [1, { a: 2 }]],
    ['Ruby', [1]],
    ['Php\\Job', [{ a: 'é/' }]],
    ['node', ['x']],
    [null, []],
  ])
  expect(jobs.map((job) => job.id)).toEqual([id, null, '658922f378e3592a5a928ad0310dbb74', null, null])
  expect(jobs[0]?.enqueuedAt).toBeInstanceOf(Date)
  expect(jobs[2]?.enqueuedAt?.getTime()).toBeCloseTo(1_795_399_796_447, -1)
  expect(jobs.slice(1).map(({ payload }) => payload)).toEqual(others)
})

it('are given a page at a time', async () => {
  const { resque } = world()
  await resque.enqueueBulk(['a', 'b', 'c', 'd'].map((job) => ({ job, queue: 'mail' })))
  expect((await resque.queues.jobs('mail', 1, 2)).map((job) => job.class)).toEqual(['b', 'c'])
  expect(await resque.queues.jobs('none')).toEqual([])
})
