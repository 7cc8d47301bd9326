// Numbers of the whole system, and its workers.

import { describe, expect, it } from 'vitest'
import { joinProcess, outcome } from '../support/process.ts'
import { world } from '../support/world.ts'

describe('stats', () => {
  it('are all zero at first', async () => {
    expect(await world().resque.stats()).toEqual({
      processed: 0,
      failed: 0,
      waiting: 0,
      queues: {},
      delayed: 0,
      workers: 0,
      running: 0,
      failures: 0,
    })
  })

  it('count jobs in all places, and workers of all systems', async () => {
    const here = world()
    await here.resque.enqueueBulk(['a', 'b', 'c', 'd', 'e'].map((job) => ({ job, queue: 'mail' })))
    await here.resque.enqueueTo('low', 'A')
    await here.resque.enqueueBulk([1, 1, 2].map((seconds) => ({ job: 'A', queue: 'low', in: 60 * seconds })))
    const process = await joinProcess(here, 'mail', 3)
    const [first, second] = await process.take('mail')
    const outcomes = [first, second].flatMap((job, index) =>
      job ? [outcome(job, index === 0 ? 'failed' : 'complete')] : [],
    )
    await process.exchange({ outcomes })
    await here.redis.sadd(here.keys.workers, 'web1:18742:q1')
    expect(await here.resque.stats()).toEqual({
      processed: 2,
      failed: 1,
      waiting: 3,
      queues: { low: 1, mail: 2 },
      delayed: 3,
      workers: 4,
      running: 1,
      failures: 1,
    })
  })
})

describe('resetStats', () => {
  it('sets the counters back to 0, and nothing else', async () => {
    const { resque, redis, keys } = world()
    await redis.mset(keys.processed, 7, keys.failedCount, 2, `${keys.processed}:web1:5:mail`, 7)
    await resque.enqueueTo('mail', 'A')
    await resque.resetStats()
    expect(await resque.stats()).toMatchObject({ processed: 0, failed: 0, waiting: 1 })
    expect(await redis.get(`${keys.processed}:web1:5:mail`)).toBe('7')
  })
})

describe('workers', () => {
  it('of all systems are listed with the job in hand', async () => {
    const here = world()
    await here.resque.enqueueTo('mail', 'A', 1)
    const process = await joinProcess(here, 'mail,low', 2)
    await process.take('mail', 1)
    const php =
      '{"queue":"pq","run_at":"Mon Nov 23 02:09:56 UTC 2026","payload":{"class":"Ok","args":[{"a":1}],"id":"x"}}'
    await here.redis.sadd(here.keys.workers, 'web1:18742:q1,q9', 'web1:20473:pq', 'web1:5:bad', 'odd')
    await here.redis.mset(here.keys.worker('web1:20473:pq'), php, here.keys.worker('web1:5:bad'), 'no json')
    const listed = await here.resque.workers.list()
    const byId = new Map(listed.map((worker) => [worker.id, worker]))
    expect(byId.get(process.worker(1))).toMatchObject({
      queues: ['mail', 'low'],
      job: { queue: 'mail', class: 'A', args: [1], since: expect.stringMatching(/Z$/) },
    })
    expect(byId.get(process.worker(2))).toMatchObject({ queues: ['mail', 'low'], job: null })
    expect(byId.get('web1:18742:q1,q9')).toEqual({
      id: 'web1:18742:q1,q9',
      host: 'web1',
      pid: 18_742,
      queues: ['q1', 'q9'],
      job: null,
    })
    expect(byId.get('web1:20473:pq')?.job).toEqual({
      queue: 'pq',
      class: 'Ok',
      args: [{ a: 1 }],
      since: 'Mon Nov 23 02:09:56 UTC 2026',
    })
    expect(byId.get('web1:5:bad')?.job).toBeNull()
    expect(byId.get('odd')).toMatchObject({ host: '', queues: [''], job: null })
    expect((await here.resque.workers.working()).map(({ id }) => id).sort()).toEqual(
      [process.worker(1), 'web1:20473:pq'].sort(),
    )
  })

  it('are paused and resumed all together, in the way that Ruby understands', async () => {
    const { resque, redis, keys } = world()
    await resque.workers.pauseAll()
    expect(await redis.get(keys.pauseAll)).toBe('true')
    await resque.workers.resumeAll()
    expect(await redis.exists(keys.pauseAll)).toBe(0)
  })

  it('that are dead are pruned, and no others', async () => {
    const here = world()
    await here.resque.enqueueTo('mail', 'A')
    const dead = await joinProcess(here, 'mail', 1)
    await dead.take('mail')
    await here.redis.zadd(here.keys.processes, 1, dead.holder.token)
    const alive = await joinProcess(here, 'mail', 1)
    await here.redis.sadd(here.keys.workers, 'web1:18742:q1')
    expect(await here.resque.workers.prune()).toEqual({ processes: 1, requeued: 1, failed: 0 })
    expect((await here.resque.workers.list()).map(({ id }) => id).sort()).toEqual(
      ['web1:18742:q1', alive.holder.workerId].sort(),
    )
    expect(await here.resque.queues.size('mail')).toBe(1)
  })
})
