// Handing in: what becomes of a job, counted once, and refused from hands that no longer hold it.

import { describe, expect, it } from 'vitest'
import type { Outcome, Reserved } from '../../src/running/running.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { joinProcess, outcome, type Process } from '../support/process.ts'
import { type World, world } from '../support/world.ts'

const now = 1_798_761_600
const ruby = '{"class":"A","args":[1.0]}'

interface InHand extends World {
  readonly process: Process
  readonly job: Reserved
}

async function inHand(payload: string | null = null, queue = 'mail'): Promise<InHand> {
  const here = world({ clock: new ManualClock(), keepStatusSeconds: 60 })
  if (payload === null) await here.resque.enqueueTo(queue, 'A')
  else await here.redis.rpush(here.keys.queue(queue), payload)
  const process = await joinProcess(here, 'mail', 2)
  const [job] = await process.take(queue, 1)
  if (job === undefined) throw new Error('no job was reserved')
  return { ...here, process, job }
}

function idOf({ payload }: Reserved): string {
  return (JSON.parse(payload) as { id: string }).id
}

/** An outcome that writes the status of a tracked job. */
function noted(job: Reserved, kind: Parameters<typeof outcome>[1]): Outcome {
  const status = { name: idOf(job), onlyIfTracked: false, members: ',"class":"A","queue":"mail"' }
  return { ...outcome(job, kind), status }
}

async function counters({ redis, keys }: World): Promise<(string | null)[]> {
  return redis.mget(keys.processed, keys.failedCount)
}

describe('a job that is handed in', () => {
  it('complete leaves the slot, is counted and noted', async () => {
    const here = await inHand()
    const reply = await here.process.exchange({ outcomes: [noted(here.job, 'complete')] })
    expect(reply).toMatchObject({ registered: true, refusedSlots: [], jobs: [], redisNowMs: now * 1000 })
    expect(await here.redis.exists(here.keys.worker(here.process.worker(1)))).toBe(0)
    expect(await counters(here)).toEqual(['1', null])
    expect((await here.resque.status(idOf(here.job)))?.state).toBe('complete')
    expect(await here.redis.ttl(here.keys.status(idOf(here.job)))).toBeGreaterThan(50)
  })

  it('failed is on the failed list with the bytes of its payload, and counted twice', async () => {
    const here = await inHand(ruby)
    await here.process.exchange({ outcomes: [outcome(here.job, 'failed')] })
    const [record] = await here.redis.lrange(here.keys.failed, 0, -1)
    expect(record).toContain(`{"failed_at":"2027/01/01 00:00:00 UTC","payload":${ruby},"exception":"Error"`)
    expect(await counters(here)).toEqual(['1', '1'])
    expect(await here.redis.exists(here.keys.worker(here.process.worker(1)))).toBe(0)
  })

  it('as poison is on the failed list as a text that every reader can read', async () => {
    const here = await inHand('no "json" \\')
    await here.process.exchange({ outcomes: [outcome(here.job, 'poison')] })
    const [record] = await here.redis.lrange(here.keys.failed, 0, -1)
    expect(JSON.parse(record ?? '')).toMatchObject({ payload: null, raw: 'no "json" \\', queue: 'mail' })
  })

  it('as poison that is no UTF-8 leaves a record that is', async () => {
    const here = world()
    await here.redis.rpush(here.keys.queue('mail'), Buffer.from([0xff, 0x80]))
    const process = await joinProcess(here)
    const [job] = await process.take('mail', 1)
    await process.exchange({ outcomes: job === undefined ? [] : [outcome(job, 'poison')] })
    const [record] = await here.redis.lrangeBuffer(here.keys.failed, 0, -1)
    expect(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(record))).toMatchObject({
      raw: '\u00ff\u0080',
    })
  })

  it('to be retried is delayed, and its attempts are counted until it ends', async () => {
    const here = await inHand()
    const id = idOf(here.job)
    await here.process.exchange({ outcomes: [noted(here.job, 'retry')] })
    expect(await here.redis.lrange(here.keys.bucket(4_000_000_000), 0, -1)).toEqual([here.job.payload])
    expect(await here.resque.status(id)).toMatchObject({ state: 'delayed', attempts: 1 })
    await here.resque.reschedule(id, 0)
    expect(await here.resque.status(id)).toMatchObject({ state: 'waiting', attempts: 1 })
    const [again] = await here.process.take('mail', 1)
    expect(again).toMatchObject({ failures: 1, deaths: 0, payload: here.job.payload })
    expect(await here.resque.status(id)).toMatchObject({ state: 'running', attempts: 2 })
    await here.process.exchange({ outcomes: again === undefined ? [] : [noted(again, 'failed')] })
    expect(await here.allKeys()).not.toContain('attempts')
    expect(await counters(here)).toEqual(['2', '1'])
  })

  it.each([ruby, '{"class":"A","args":[],"queue":null}', '{"args":[ ],"class":"A"} '])(
    'to be retried names its queue while it is delayed, and is counted all the same: %s',
    async (payload) => {
      const here = await inHand(payload)
      await here.process.exchange({ outcomes: [outcome(here.job, 'retry')] })
      const [delayed] = await here.redis.lrange(here.keys.bucket(4_000_000_000), 0, -1)
      expect(JSON.parse(delayed ?? '')).toMatchObject({ class: 'A', queue: 'mail' })
      ;(here.rooms.clock as ManualClock).advance(3e12)
      await here.rooms.delayed.promote({ limit: 10, leader: null })
      const [again] = await here.process.take('mail', 1)
      expect(again?.failures).toBe(1)
      if (payload === ruby) expect(again?.payload).toBe(ruby)
      await here.process.exchange({ outcomes: again === undefined ? [] : [outcome(again, 'complete')] })
      expect(await here.allKeys()).not.toContain('attempts')
    },
  )

  it('back is the next of its queue, and is not counted', async () => {
    const here = await inHand()
    await here.resque.enqueueTo('mail', 'B')
    await here.process.exchange({ outcomes: [noted(here.job, 'back')] })
    expect(await here.redis.lindex(here.keys.queue('mail'), 0)).toBe(here.job.payload)
    expect(await counters(here)).toEqual([null, null])
    expect((await here.resque.status(idOf(here.job)))?.state).toBe('waiting')
  })

  it.each(['a\\', 'a"b', '","run_at":"x', 'ö'])('back finds its queue, named %j', async (queue) => {
    const here = await inHand(ruby, queue)
    await here.process.exchange({ outcomes: [outcome(here.job, 'back')] })
    expect(await here.redis.lrange(here.keys.queue(queue), 0, -1)).toEqual([ruby])
    expect(await here.redis.smembers(here.keys.queues)).toEqual([queue])
  })

  it('is told to who waits for its end', async () => {
    const here = await inHand()
    const ended = here.resque.waitFor(idOf(here.job))
    await here.process.exchange({ outcomes: [noted(here.job, 'complete')] })
    expect((await ended)?.state).toBe('complete')
  })
})

describe("a job with php-resque's status", () => {
  const payload = '{"class":"A","args":[{"a":1}],"id":"2ac8","prefix":"p","queue_time":1.5}'
  const status = { name: 'p_2ac8', onlyIfTracked: true, members: ',"started":7,"result":null' }

  it('has it written all the way when its key exists', async () => {
    const here = world({ clock: new ManualClock(), keepStatusSeconds: 60 })
    await here.redis.set(here.keys.status('p_2ac8'), '{"status":1,"updated":7,"started":7}')
    await here.redis.rpush(here.keys.queue('mail'), payload)
    const process = await joinProcess(here)
    const [job] = await process.take('mail', 1)
    const running = await here.redis.get(here.keys.status('p_2ac8'))
    expect(running).toBe(`{"status":2,"updated":${now},"started":7,"result":null}`)
    await process.exchange({ outcomes: job === undefined ? [] : [{ ...outcome(job, 'complete'), status }] })
    const complete = await here.redis.get(here.keys.status('p_2ac8'))
    expect(complete).toBe(`{"status":4,"updated":${now},"started":7,"result":null,"updated_ms":${now}000}`)
    expect(await here.redis.ttl(here.keys.status('p_2ac8'))).toBeGreaterThan(50)
  })

  it('has none written when nobody asked for it', async () => {
    const here = await inHand(payload)
    await here.process.exchange({ outcomes: [{ ...outcome(here.job, 'complete'), status }] })
    await here.rooms.running.leave(here.process.holder)
    expect(await here.allKeys()).toEqual(['stat:processed'])
  })
})

describe('hands that no longer hold the job', () => {
  it('are refused, and nothing is changed', async () => {
    const here = await inHand()
    ;(here.rooms.clock as ManualClock).advance(60_000)
    await here.rooms.running.requeueOrphans(30_000)
    const [before, status] = [await here.allKeys(), await here.resque.status(idOf(here.job))]
    for (const kind of ['complete', 'failed', 'poison', 'retry', 'back'] as const) {
      const reply = await here.process.exchange({ outcomes: [noted(here.job, kind)] })
      expect(reply).toMatchObject({ registered: false, refusedSlots: [1], jobs: [] })
    }
    expect(await here.allKeys()).toEqual(before)
    expect(await here.resque.status(idOf(here.job))).toEqual(status)
    expect(await here.redis.llen(here.keys.queue('mail'))).toBe(1)
  })

  it('are refused when the job is in the hands of another', async () => {
    const here = await inHand()
    ;(here.rooms.clock as ManualClock).advance(60_000)
    await here.rooms.running.requeueOrphans(30_000)
    const other = await joinProcess(here, 'mail', 1)
    expect(other.holder.workerId).toBe(here.process.holder.workerId)
    const [again] = await other.take('mail', 1)
    expect((await here.process.exchange({ outcomes: [noted(here.job, 'complete')] })).refusedSlots).toEqual([
      1,
    ])
    const reply = await other.exchange({ outcomes: again === undefined ? [] : [noted(again, 'complete')] })
    expect(reply.refusedSlots).toEqual([])
    expect(await counters(here)).toEqual(['1', null])
  })
})

describe('keys of another type', () => {
  it('the failed list: nothing is changed, and it is said', async () => {
    const here = await inHand()
    await here.redis.set(here.keys.failed, 'no list')
    const before = await here.allKeys()
    for (const kind of ['failed', 'poison'] as const) {
      const call = here.process.exchange({ outcomes: [noted(here.job, kind)] })
      await expect(call).rejects.toThrow(/WRONGTYPE the failed list/)
    }
    expect(await here.allKeys()).toEqual(before)
    expect((await here.resque.status(idOf(here.job)))?.state).toBe('running')
    const reply = await here.process.exchange({ outcomes: [noted(here.job, 'complete')] })
    expect(reply.refusedSlots).toEqual([])
  })

  it('the queue or the bucket that a job is to go to: it is on the failed list then', async () => {
    for (const kind of ['back', 'retry'] as const) {
      const here = await inHand(ruby)
      await here.redis.set(here.keys.queue('mail'), 'no list')
      await here.redis.set(here.keys.bucket(4_000_000_000), 'no list')
      const reply = await here.process.exchange({ outcomes: [outcome(here.job, kind)] })
      expect(reply.refusedSlots).toEqual([])
      expect(await here.resque.failed.list()).toMatchObject([{ class: 'A', queue: 'mail', payload: ruby }])
      expect(await here.redis.exists(here.keys.worker(here.process.worker(1)))).toBe(0)
    }
  })

  it('what is only asked: it does not stop the work', async () => {
    const here = await inHand()
    await here.redis.sadd(here.keys.pauseAll, 'no text')
    await here.redis.set(here.keys.pausedQueues, 'no set')
    await here.redis.sadd(here.keys.processed, 'no number')
    await here.resque.enqueueTo('mail', 'B')
    const outcomes = [noted(here.job, 'failed')]
    const reply = await here.process.exchange({ outcomes, freeSlots: [1], queues: ['mail'] })
    expect(reply.jobs).toHaveLength(1)
    expect(await here.resque.failed.count()).toBe(1)
  })
})
