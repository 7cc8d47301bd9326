// Every byte that is written while work is done: workers, jobs in hand, outcomes, counters, and the scheduler's.

import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { parseEntry } from '../../src/recurring/entry.ts'
import { Lease } from '../../src/scheduler/lease.ts'
import { eventually } from '../support/eventually.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { joinProcess } from '../support/process.ts'
import { type World, world } from '../support/world.ts'

class SendEmail {
  static queue = 'mail'
  perform(to: string): unknown {
    if (to === 'nobody')
      throw Object.assign(new TypeError('no "such" user'), { stack: 'TypeError\n    at here' })
    return { sent: to }
  }
}

class Stubborn {
  static queue = 'mail'
  static retry = { limit: 1, backoff: [30] }
  perform(): void {
    throw Object.assign(new Error('busy'), { stack: '' })
  }
}

const now = 1_798_761_600
const workerId = `${hostname()}:${process.pid}:mail`

/** Runs a real worker until the job of this id is in another state than waiting and running. */
async function performed(here: World, id: string | null): Promise<string> {
  const worker = here.worker({
    resque: here.resque,
    queues: 'mail',
    jobs: [SendEmail, Stubborn],
    concurrency: 1,
  })
  await worker.start()
  const status = await eventually(async () => {
    expect(await here.redis.get(here.keys.status(id ?? ''))).not.toMatch(/"status":[12],/)
  }).then(() => here.redis.get(here.keys.status(id ?? '')))
  await worker.stop()
  return status ?? ''
}

describe('a worker', () => {
  it('registers each slot as Ruby does, with a heartbeat and its beginning, and leaves nothing behind', async () => {
    const here = world({ clock: new ManualClock() })
    const { redis, keys, rooms } = here
    const process = await joinProcess(here, 'mail,low', 2)
    const id = `${workerId},low`
    expect((await redis.smembers(keys.workers)).sort()).toEqual([id, `${id}:2`])
    expect(await redis.hgetall(keys.heartbeats)).toEqual({
      [id]: '2027-01-01T00:00:00+00:00',
      [`${id}:2`]: '2027-01-01T00:00:00+00:00',
    })
    expect(await redis.get(keys.workerStarted(id))).toBe('2027-01-01 00:00:00 +0000')
    expect(await redis.get(keys.workerStarted(`${id}:2`))).toBe('2027-01-01 00:00:00 +0000')
    expect(await redis.zrange(keys.processes, '0', '-1', 'WITHSCORES')).toEqual([
      process.holder.token,
      `${now}000`,
    ])
    expect(await redis.hgetall(keys.processIds)).toEqual({ [process.holder.token]: `2 ${id}` })
    await rooms.running.leave(process.holder)
    expect(await here.allKeys()).toEqual([])
  })

  it('shows a job in hand with queue, run_at and the payload as it was', async () => {
    const here = world({ clock: new ManualClock() })
    const process = await joinProcess(here)
    const payload = '{"class":"A","args":[1.0, {}],"id":"x"}'
    await here.redis.rpush(here.keys.queue('mail'), payload, payload)
    await process.take('mail', 2)
    const record = `"queue":"mail","run_at":"2027-01-01T00:00:00Z","payload":${payload}}`
    const first = await here.redis.get(here.keys.worker(process.worker(1)))
    expect(first).toBe(`{"token":"${process.holder.token}.1",${record}`)
    expect(await here.redis.get(here.keys.worker(process.worker(2)))).toBe(first)
  })

  it('that runs a job says so in its status', async () => {
    const here = world({ clock: new ManualClock() })
    const process = await joinProcess(here)
    const id = await here.resque.enqueue(SendEmail, 'ann')
    await process.take('mail')
    expect(await here.redis.get(here.keys.status(id ?? ''))).toBe(
      `{"status":2,"updated":${now},"started":${now},"result":null,"class":"SendEmail","queue":"mail","updated_ms":${now}000}`,
    )
  })
})

describe('a job that has ended', () => {
  it('complete: its result is in the status, which ends by itself, and it is counted', async () => {
    const here = world({ clock: new ManualClock(), keepStatusSeconds: 60 })
    const id = await here.resque.enqueue(SendEmail, 'ann')
    expect(await performed(here, id)).toBe(
      `{"status":4,"updated":${now},"started":${now},"class":"SendEmail","queue":"mail","result":{"sent":"ann"},"attempts":1,"running_ms":${now}000,"updated_ms":${now}000}`,
    )
    expect(await here.redis.ttl(here.keys.status(id ?? ''))).toBeGreaterThan(50)
    expect(await here.redis.get(here.keys.processed)).toBe('1')
    expect(await here.allKeys()).toEqual([`job:${id}:status`, 'queues', 'stat:processed'])
  })

  it('failed: its record has all that Ruby reads, and it is counted in both counters', async () => {
    const here = world({ clock: new ManualClock() })
    const id = await here.resque.enqueue(SendEmail, 'nobody')
    expect(await performed(here, id)).toBe(
      `{"status":3,"updated":${now},"started":${now},"class":"SendEmail","queue":"mail","result":null,"attempts":1,"running_ms":${now}000,"error":{"name":"TypeError","message":"no \\"such\\" user"},"updated_ms":${now}000}`,
    )
    const payload = `{"class":"SendEmail","args":["nobody"],"queue":"mail","id":"${id}","queue_time":${now}.000}`
    expect(await here.redis.lrange(here.keys.failed, 0, -1)).toEqual([
      `{"failed_at":"2027/01/01 00:00:00 UTC","payload":${payload},"exception":"TypeError","error":"no \\"such\\" user","backtrace":["at here"],"worker":"${workerId}","queue":"mail"}`,
    ])
    expect(await here.redis.mget(here.keys.processed, here.keys.failedCount)).toEqual(['1', '1'])
    expect(await here.redis.ttl(here.keys.status(id ?? ''))).toBeGreaterThan(80_000)
  })

  it('to be tried again: it is delayed with the same bytes, and its status tells the error and the time', async () => {
    const here = world({ clock: new ManualClock() })
    const id = await here.resque.enqueue(Stubborn)
    const payload = await here.redis.lindex(here.keys.queue('mail'), 0)
    expect(await performed(here, id)).toBe(
      `{"status":63,"updated":${now},"started":${now},"class":"Stubborn","queue":"mail","result":null,"attempts":1,"running_ms":${now}000,"error":{"name":"Error","message":"busy"},"due":${now + 30},"updated_ms":${now}000}`,
    )
    expect(await here.redis.lrange(here.keys.bucket(now + 30), 0, -1)).toEqual([payload])
    expect(await here.redis.hgetall(here.keys.attempts)).toEqual({ [id ?? '']: '1' })
    expect(await here.redis.llen(here.keys.failed)).toBe(0)
  })
})

describe('counters', () => {
  it('are kept for each worker too, until it leaves', async () => {
    const here = world({ clock: new ManualClock() })
    const process = await joinProcess(here)
    await here.resque.enqueue(SendEmail, 'ann')
    const [job] = await process.take('mail')
    if (job === undefined) throw new Error('no job was reserved')
    await process.exchange({ outcomes: [{ kind: 'complete', job, status: null }] })
    expect(await here.redis.get(`${here.keys.processed}:${process.holder.workerId}`)).toBe('1')
    await here.rooms.running.leave(process.holder)
    expect(await here.allKeys()).not.toContain(`stat:processed:${process.holder.workerId}`)
    expect(await here.redis.get(here.keys.processed)).toBe('1')
  })
})

describe('the scheduler', () => {
  it("holds Ruby's lock with a value in Ruby's form, and node-resque's", async () => {
    const { rooms, redis, keys, allKeys } = world()
    const lease = new Lease(rooms.store)
    await lease.hold()
    expect(await redis.get(keys.leader)).toBe(lease.name)
    expect(lease.name).toMatch(new RegExp(`^${hostname()}\\.[0-9a-f]{8}:${process.pid}$`))
    expect(await redis.ttl(keys.leader)).toBe(15)
    // node-resque's lock goes along: it compares whole values and reads nothing out of them.
    expect(await redis.get(keys.nodeLeader)).toBe(`resque-scheduler ${lease.name}`)
    expect(await allKeys()).toEqual([
      'leader_since:',
      'resque_scheduler_leader_lock',
      `${keys.namespace}:resque_scheduler_master_lock`,
    ])
  })

  it("writes a run of a recurring entry as Ruby's page shows it", async () => {
    const clock = new ManualClock()
    const here = world({ clock })
    const { entry } = parseEntry('tea', { every: '30s', class: 'Tea', queue: 'kitchen', args: ['green'] })
    const scheduler = here.scheduler({ resque: here.resque, entries: entry === null ? [] : [entry] })
    await scheduler.tick()
    clock.advance(30_000)
    await scheduler.tick()
    expect(await here.redis.hgetall(here.keys.lastEnqueuedAt)).toEqual({ tea: '2027-01-01 00:00:30 +0000' })
    const [payload] = await here.redis.lrange(here.keys.queue('kitchen'), 0, -1)
    expect(payload).toMatch(
      new RegExp(
        `^{"class":"Tea","args":\\["green"\\],"recurring":{"name":"tea","planned_ms":${now + 30}000,"previous_ms":null},"queue":"kitchen","id":"[0-9a-f]{32}","queue_time":${now + 30}.000}$`,
      ),
    )
    const { id } = JSON.parse(payload ?? '{}') as { id: string }
    expect(await here.redis.hgetall(here.keys.recurring('').last)).toEqual({ tea: `${now + 30}000` })
    expect(await here.redis.hgetall(here.keys.recurring('').jobs)).toEqual({ tea: id })
    expect(await here.resque.status(id)).toMatchObject({ state: 'waiting', class: 'Tea', queue: 'kitchen' })
  })
})
