// Who takes whom for dead on one host: a starting worker of Ruby or PHP leaves ours alone while they live, and we
// leave those of Ruby and PHP alone always.

import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { deadAfterMs } from '../../src/daemon/heart.ts'
import type { Program } from '../support/child.ts'
import { startWorker } from '../support/daemons.ts'
import { eventually } from '../support/eventually.ts'
import { joinProcess } from '../support/process.ts'
import { phpPrunes, rubyPrunes } from '../support/pruners.ts'
import { type World, world } from '../support/world.ts'

const host = hostname()
/** Above every pid that a system gives. */
const noPid = 4_194_305

async function ids({ redis, keys }: World): Promise<string[]> {
  return (await redis.smembers(keys.workers)).sort()
}

async function ours(here: World): Promise<{ program: Program; workers: string[] }> {
  const program = await startWorker(here, ['--concurrency', '3'])
  await eventually(async () => expect(await ids(here)).toHaveLength(3))
  return { program, workers: await ids(here) }
}

describe('a worker of ours that lives', () => {
  it.each([[['waits', 'notes']], [['notes', 'waits']], [['*']], [['other']]])(
    'outlives a Ruby worker for %s that starts on its host',
    async (queues) => {
      const here = world()
      const { workers } = await ours(here)
      expect(workers.every((id) => id.startsWith(`${host}:`))).toBe(true)
      expect(await rubyPrunes(here, { queues })).toEqual([])
      expect(await ids(here)).toEqual(workers)
    },
  )

  it('outlives a PHP worker that starts on its host', async () => {
    const here = world()
    const { workers } = await ours(here)
    expect(await phpPrunes(here)).toEqual([])
    expect(await ids(here)).toEqual(workers)
  })

  it.each(['Ruby', 'PHP'] as const)('is found by a %s worker once it has been killed', async (system) => {
    const here = world()
    const { program, workers } = await ours(here)
    program.kill('SIGKILL')
    await program.exit
    const found = system === 'Ruby' ? rubyPrunes(here, { queues: ['waits', 'notes'] }) : phpPrunes(here)
    expect((await found).sort()).toEqual(workers)
  })
})

describe('the job in the hands of a worker of ours that has died', () => {
  /** A registered process with a job, whose title is none of a Resque's: dead to Ruby. */
  async function deadWithJob(here: World) {
    const process = await joinProcess(here, 'mail', 1)
    await here.resque.enqueueTo('mail', 'Note', 1)
    expect(await process.take('mail', 1)).toHaveLength(1)
    const age = () =>
      here.redis.zadd(here.keys.processes, Date.now() - deadAfterMs - 1_000, process.holder.token)
    return { id: process.holder.workerId, age }
  }

  it('goes to the failed list when Ruby finds it first, and not into its queue as well', async () => {
    const here = world()
    const { id, age } = await deadWithJob(here)
    expect(await rubyPrunes(here, { queues: ['mail'] })).toEqual([id])
    await age()
    expect(await here.resque.workers.prune()).toEqual({ processes: 1, requeued: 0, failed: 0 })
    expect(await here.resque.failed.list()).toMatchObject([{ class: 'Note', args: [1], queue: 'mail' }])
    expect(await here.resque.queues.size('mail')).toBe(0)
  })

  it('goes into its queue when we find it first, and not to the failed list as well', async () => {
    const here = world()
    const { age } = await deadWithJob(here)
    await age()
    expect(await here.resque.workers.prune()).toEqual({ processes: 1, requeued: 1, failed: 0 })
    expect(await rubyPrunes(here, { queues: ['mail'] })).toEqual([])
    expect(await here.resque.failed.count()).toBe(0)
    expect(await here.resque.queues.size('mail')).toBe(1)
  })
})

it('a heartbeat of ours is as fresh as Ruby wants it, and one that has not been renewed is dead to Ruby', async () => {
  const here = world()
  const { holder } = await joinProcess(here, 'mail', 2)
  const elsewhere = { host: 'elsewhere', queues: ['mail'] }
  expect(await rubyPrunes(here, elsewhere)).toEqual([])
  const stale = new Date(Date.now() - 301_000).toISOString()
  await here.redis.hset(here.keys.heartbeats, holder.workerId, stale)
  expect(await rubyPrunes(here, elsewhere)).toEqual([holder.workerId])
})

describe('our clean-up', () => {
  it('takes no worker of another system off, dead or alive, on whatever host', async () => {
    const here = world()
    const { redis, keys } = here
    const others = [`${host}:${noPid}:mail`, `${host}:${process.pid}:mail`, 'web9:12:mail', 'web9:13:*']
    await redis.sadd(keys.workers, ...others)
    for (const id of others) {
      await redis.set(keys.worker(id), '{"queue":"mail","run_at":"x","payload":{"class":"A","args":[]}}')
      await redis.hset(keys.heartbeats, id, '2020-01-01T00:00:00+00:00')
    }
    const dead = await joinProcess(here, 'low', 2)
    await redis.zadd(keys.processes, Date.now() - deadAfterMs - 1_000, dead.holder.token)
    expect(await here.resque.workers.prune()).toEqual({ processes: 1, requeued: 0, failed: 0 })
    expect(await ids(here)).toEqual([...others].sort())
    expect(await redis.exists(...others.map(keys.worker))).toBe(others.length)
    expect(await here.resque.failed.count()).toBe(0)
  })
})
