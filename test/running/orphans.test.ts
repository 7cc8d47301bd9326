// Jobs of dead workers: they come back to the head of their queues, and a killer job does not come back for ever.

import { describe, expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { joinProcess } from '../support/process.ts'
import { type World, world } from '../support/world.ts'

const deadAfterMs = 30_000

function setUp(): World & { readonly moving: ManualClock } {
  const moving = new ManualClock()
  return { ...world({ clock: moving, keepStatusSeconds: 60 }), moving }
}

async function classes({ resque }: World, queue = 'mail'): Promise<string[]> {
  return (await resque.queues.peek(queue)).map((text) => (JSON.parse(text) as { class: string }).class)
}

describe('a dead process', () => {
  it('gives its jobs back to the head of their queues, in order, and is forgotten', async () => {
    const here = setUp()
    const ids = await here.resque.enqueueBulk(['a', 'b', 'c', 'd'].map((job) => ({ job, queue: 'mail' })))
    const process = await joinProcess(here, 'mail', 3)
    await process.take('mail')
    here.moving.advance(deadAfterMs)
    expect(await here.rooms.running.requeueOrphans(deadAfterMs)).toEqual({
      processes: 1,
      requeued: 3,
      failed: 0,
    })
    expect(await classes(here)).toEqual(['a', 'b', 'c', 'd'])
    expect((await here.resque.status(ids[0] ?? ''))?.state).toBe('waiting')
    expect(await here.allKeys()).toEqual(
      [...ids.map((id) => `job:${id}:status`), 'deaths', 'queue:mail', 'queues'].sort(),
    )
  })

  it('is not one that has beaten in time, nor a worker of another system', async () => {
    const here = setUp()
    await here.resque.enqueueTo('mail', 'a')
    const process = await joinProcess(here, 'mail', 1)
    await process.take('mail')
    await here.redis.sadd(here.keys.workers, 'web1:18742:q1')
    await here.redis.set(
      here.keys.worker('web1:18742:q1'),
      '{"queue":"q1","run_at":"x","payload":{"class":"A","args":[]}}',
    )
    await here.redis.hset(here.keys.heartbeats, 'web1:18742:q1', '2020-01-01T00:00:00+00:00')
    const before = await here.allKeys()
    here.moving.advance(deadAfterMs - 1)
    expect(await here.rooms.running.requeueOrphans(deadAfterMs)).toEqual({
      processes: 0,
      requeued: 0,
      failed: 0,
    })
    expect(await here.allKeys()).toEqual(before)
    here.moving.advance(1)
    expect((await here.rooms.running.requeueOrphans(deadAfterMs)).requeued).toBe(1)
    expect(await here.redis.smembers(here.keys.workers)).toEqual(['web1:18742:q1'])
    expect(await here.redis.hkeys(here.keys.heartbeats)).toEqual(['web1:18742:q1'])
    expect(await here.redis.exists(here.keys.worker('web1:18742:q1'))).toBe(1)
  })

  it('is found once, however many look at the same time', async () => {
    const here = setUp()
    await here.resque.enqueueTo('mail', 'a')
    await (await joinProcess(here)).take('mail')
    here.moving.advance(deadAfterMs)
    const found = await Promise.all(
      Array.from({ length: 10 }, () => here.rooms.running.requeueOrphans(deadAfterMs)),
    )
    expect(found.map(({ requeued }) => requeued).filter(Boolean)).toEqual([1])
    expect(await classes(here)).toEqual(['a'])
  })

  it.each(['{"class":"A","args":[1.0]}', '{"class":"A","args":[],"id":"x","prefix":"p"}', 'no json'])(
    'gives back the bytes of any job: %s',
    async (payload) => {
      const here = setUp()
      await here.redis.rpush(here.keys.queue('mail'), payload)
      await (await joinProcess(here)).take('mail')
      here.moving.advance(deadAfterMs)
      await here.rooms.running.requeueOrphans(deadAfterMs)
      expect(await here.resque.queues.peek('mail')).toEqual([payload])
    },
  )

  it.each(['a\\', 'a"b', 'ö'])('finds the queue named %j', async (queue) => {
    const here = setUp()
    await here.resque.enqueueTo(queue, 'a')
    await (await joinProcess(here)).take(queue)
    here.moving.advance(deadAfterMs)
    await here.rooms.running.requeueOrphans(deadAfterMs)
    expect(await classes(here, queue)).toEqual(['a'])
  })

  it("updates php-resque's status where there is one", async () => {
    const here = setUp()
    await here.redis.rpush(here.keys.queue('mail'), '{"class":"A","args":[],"id":"2ac8"}')
    await here.redis.set(here.keys.status('2ac8'), '{"status":1,"updated":7,"started":7}')
    await (await joinProcess(here)).take('mail')
    expect(await here.redis.get(here.keys.status('2ac8'))).toContain('"status":2')
    here.moving.advance(deadAfterMs)
    await here.rooms.running.requeueOrphans(deadAfterMs)
    expect(await here.redis.get(here.keys.status('2ac8'))).toContain('"status":1,')
  })

  it('loses no job when the queue holds something else by now', async () => {
    const here = setUp()
    const id = await here.resque.enqueueTo('mail', 'a')
    await (await joinProcess(here)).take('mail')
    await here.redis.set(here.keys.queue('mail'), 'no list')
    here.moving.advance(deadAfterMs)
    expect(await here.rooms.running.requeueOrphans(deadAfterMs)).toEqual({
      processes: 1,
      requeued: 0,
      failed: 1,
    })
    expect(await here.resque.failed.list()).toMatchObject([{ class: 'a', queue: 'mail', id }])
    expect((await here.resque.status(id ?? ''))?.state).toBe('failed')
  })
})

describe('a job whose workers die', () => {
  /** The job is taken and its process dies. */
  async function die(here: ReturnType<typeof setUp>): Promise<{ deaths: number; failed: number }> {
    const process = await joinProcess(here, 'mail', 1)
    const [job] = await process.take('mail')
    here.moving.advance(deadAfterMs)
    const { failed } = await here.rooms.running.requeueOrphans(deadAfterMs)
    return { deaths: job?.deaths ?? -1, failed }
  }

  it('for the third time goes to the failed list, and to no worker again', async () => {
    const here = setUp()
    const id = (await here.resque.enqueueTo('mail', 'Killer')) ?? ''
    const ended = here.resque.waitFor(id, { timeoutSeconds: 3_600 })
    expect([await die(here), await die(here), await die(here)]).toEqual([
      { deaths: 0, failed: 0 },
      { deaths: 1, failed: 0 },
      { deaths: 2, failed: 1 },
    ])
    expect(await ended).toMatchObject({ state: 'failed', error: { name: 'DirtyExit' }, attempts: 3 })
    const [failure] = await here.resque.failed.list()
    expect(failure).toMatchObject({ class: 'Killer', exception: 'DirtyExit', queue: 'mail', id })
    expect(failure?.worker).toMatch(/:mail$/)
    expect(await here.allKeys()).toEqual(['failed', `job:${id}:status`, 'queues'])
    expect(await here.redis.ttl(here.keys.status(id))).toBeGreaterThan(50)
  })

  it('and that is no JSON leaves a failure record that can be read', async () => {
    const here = setUp()
    await here.redis.rpush(here.keys.queue('mail'), 'no "json"')
    for (let death = 0; death < 3; death++) await die(here)
    const [record] = await here.redis.lrange(here.keys.failed, 0, -1)
    expect(JSON.parse(record ?? '')).toMatchObject({
      payload: null,
      raw: 'no "json"',
      exception: 'DirtyExit',
    })
  })

  it('and that has no id is counted by its bytes', async () => {
    const here = setUp()
    await here.redis.rpush(here.keys.queue('mail'), '{"class":"A","args":[]}')
    expect((await die(here)).deaths).toBe(0)
    expect((await die(here)).deaths).toBe(1)
    expect((await die(here)).failed).toBe(1)
    expect(await here.allKeys()).not.toContain('deaths')
  })
})

describe('a process that leaves', () => {
  it('gives its jobs back without counting a death', async () => {
    const here = setUp()
    await here.resque.enqueueTo('mail', 'a')
    for (let time = 0; time < 4; time++) {
      const process = await joinProcess(here, 'mail', 1)
      const [job] = await process.take('mail')
      expect(job).toMatchObject({ deaths: 0, failures: 0 })
      const left = await here.rooms.running.leave(process.holder)
      expect(left).toMatchObject({ requeued: 1, failed: 0 })
    }
    expect(await classes(here)).toEqual(['a'])
    expect(await here.allKeys()).not.toContain('deaths')
  })

  it('leaves others alone, also those with the same id before it', async () => {
    const here = setUp()
    await here.resque.enqueueTo('mail', 'a')
    const first = await joinProcess(here, 'mail', 1)
    const second = await joinProcess(here, 'mail', 1)
    await second.take('mail')
    await here.rooms.running.leave(first.holder)
    expect(await here.redis.smembers(here.keys.workers)).toEqual([second.holder.workerId])
    expect(await here.redis.exists(here.keys.worker(second.holder.workerId))).toBe(1)
    expect(await here.redis.zrange(here.keys.processes, '0', '-1')).toEqual([second.holder.token])
  })

  it('twice, or was never there, changes nothing', async () => {
    const here = setUp()
    const process = await joinProcess(here, 'mail', 1)
    await here.rooms.running.leave(process.holder)
    await here.rooms.running.leave(process.holder)
    expect(await here.allKeys()).toEqual([])
  })
})
