// Telling workers what to do through Redis: real processes, and workers in this one.

import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { startWorker } from '../support/daemons.ts'
import { eventually } from '../support/eventually.ts'
import {
  childrenAre,
  childrenOf,
  kill9,
  leftBehind,
  patience,
  performedOn,
  startMaster,
} from '../support/masters.ts'
import { joinProcess } from '../support/process.ts'
import { type World, world } from '../support/world.ts'

class Note {
  static queue = 'notes'
  perform(): void {}
}

async function states({ resque }: World): Promise<string[]> {
  return (await resque.workers.processes()).map(({ state }) => state)
}

async function statesAre(home: World, wanted: readonly string[]): Promise<void> {
  await eventually(async () => expect(await states(home)).toEqual(wanted), patience)
}

describe('a single process', () => {
  it('is quiet when it is told to, goes on, and stops', async () => {
    const home = world()
    const program = await startWorker(home)
    const [{ id } = { id: '' }] = await home.resque.workers.processes()
    expect(await home.resque.workers.quiet(id)).toEqual([id])
    await statesAre(home, ['quiet'])
    await home.resque.enqueueTo('notes', 'Note', 'later')
    expect(await home.resque.workers.resume(`${hostname()}:${program.process.pid}`)).toEqual([id])
    await program.waitForLine(/performed Note/)
    await home.resque.workers.stop(id)
    await program.waitForLine(/told from outside: stop/)
    expect(await program.exit).toEqual({ code: 0, signal: null })
    expect(await leftBehind(home)).toEqual([])
  })

  it('with finish, ends when its jobs have, however short its term timeout', async () => {
    const home = world()
    const program = await startWorker(home, ['--term-timeout', '0'])
    const id = await home.resque.enqueueTo('waits', 'Wait', 1_000)
    await program.waitForLine(/Wait: waiting/)
    await home.resque.workers.stop({ all: true }, { finish: true })
    expect(await program.exit).toEqual({ code: 0, signal: null })
    expect((await home.resque.status(id ?? ''))?.state).toBe('complete')
  })

  it('finds at its next beat what it was told while it did not listen', async () => {
    const home = world()
    await home.worker({ queues: 'notes', jobs: [Note] }).start()
    const [token = ''] = await home.redis.hkeys(home.keys.processIds)
    const order = { id: '1', verb: 'quiet', scope: 'process', finish: false, processes: 0 }
    await home.redis.rpush(home.keys.orders(token), JSON.stringify(order))
    await statesAre(home, ['quiet'])
    expect(await home.redis.exists(home.keys.orders(token))).toBe(0)
  })

  it('passes over orders that it does not know', async () => {
    const home = world()
    await home.worker({ queues: 'notes', jobs: [Note] }).start()
    const [token = ''] = await home.redis.hkeys(home.keys.processIds)
    await home.redis.rpush(home.keys.orders(token), 'no order', '{"verb":"dance"}')
    const [id = ''] = await home.resque.workers.quiet({ all: true })
    await statesAre(home, ['quiet'])
    expect(id).toContain(`:${process.pid}:notes`)
  })
})

describe('several processes', () => {
  it('are told one by one, by host, or all together', async () => {
    const home = world()
    for (const queues of ['a', 'b']) await home.worker({ queues, jobs: [Note] }).start()
    const { workers } = home.resque
    const [first] = await workers.processes()
    await workers.quiet(first?.id ?? '')
    await statesAre(home, ['quiet', 'running'])
    const others = await workers.processes()
    expect(await workers.quiet({ host: others[1]?.host ?? '' })).toContain(others[1]?.id)
    await eventually(async () => expect(await states(home)).toContain('quiet'))
    expect((await workers.resume({ all: true })).length).toBe(2)
    await statesAre(home, ['running', 'running'])
  })

  it('that are dead are told nothing, and no order waits for them', async () => {
    const home = world()
    const { holder } = await joinProcess(home)
    await home.redis.zadd(home.keys.processes, 1, holder.token)
    expect(await home.resque.workers.stop({ all: true })).toEqual([])
    expect(await home.redis.exists(home.keys.orders(holder.token))).toBe(0)
    expect(await states(home)).toEqual(['dead'])
  })
})

describe('a master', () => {
  it('is scaled, and stopped as a whole by its own name', async () => {
    const home = world()
    const master = await startMaster(home, 2)
    const name = `${hostname()}:${master.process.pid}`
    await home.resque.workers.scale(name, 3)
    const children = await childrenAre(home, master, 3)
    expect(master.lines.filter((line) => line.includes('3 processes from now on'))).toHaveLength(1)
    await eventually(async () => {
      expect((await childrenOf(home, master)).map((one) => one.master?.processes)).toEqual([3, 3, 3])
    }, patience)
    await home.resque.workers.scale(children[0]?.id ?? '', 1)
    await childrenAre(home, master, 1)
    await home.resque.workers.stop(name)
    expect(await master.exit).toEqual({ code: 0, signal: null })
    expect(await leftBehind(home)).toEqual([])
  })

  it('has one process less when one of its own is stopped, and ends with the last one', async () => {
    const home = world()
    const master = await startMaster(home, 2)
    const [first] = await childrenOf(home, master)
    await home.resque.workers.stop(first?.id ?? '')
    const [last] = await childrenAre(home, master, 1)
    await master.waitForLine(/1 process from now on, instead of 2/)
    await home.resque.workers.stop(last?.id ?? '')
    expect(await master.exit).toEqual({ code: 0, signal: null })
  })

  it('keeps all its processes quiet until it is told to go on', async () => {
    const home = world()
    const master = await startMaster(home, 2)
    await home.resque.workers.quiet({ all: true })
    await statesAre(home, ['quiet', 'quiet'])
    const [victim] = await childrenOf(home, master)
    kill9(victim)
    await master.waitForLine(/was ended by SIGKILL/)
    await eventually(async () => {
      const children = await childrenOf(home, master)
      expect(children.map(({ state, pid }) => [state, pid === victim?.pid])).toEqual([
        ['quiet', false],
        ['quiet', false],
      ])
    }, patience)
    await home.resque.enqueueTo('notes', 'Note', 'later')
    await home.resque.workers.resume({ all: true })
    await eventually(async () => expect(await performedOn(home)).toBe(1), patience)
  })
})

describe('wrong targets are told before anything is written', () => {
  const wrong: readonly [string, (home: World) => Promise<unknown>, RegExp][] = [
    ['an unknown id', ({ resque }) => resque.workers.quiet('nowhere:1:q'), /no worker "nowhere:1:q"/],
    ['an unknown host', ({ resque }) => resque.workers.stop({ host: 'nowhere' }), /host "nowhere"/],
    ['nothing', ({ resque }) => resque.workers.stop(undefined as never), /no worker undefined/],
    ['no number', ({ resque }) => resque.workers.scale({ all: true }, 0), /from 1 to 512, got 0/],
    ['no master', ({ resque }) => resque.workers.scale({ all: true }, 2), /no master.*--processes/],
    ['a worker of Ruby', ({ resque }) => resque.workers.quiet('web1:7:mail'), /another system/],
  ]

  it.each(wrong)('%s', async (_, tell, pattern) => {
    const home = world()
    await home.redis.sadd(home.keys.workers, 'web1:7:mail')
    await joinProcess(home)
    await expect(tell(home)).rejects.toThrow(pattern)
    expect((await home.allKeys()).filter((key) => key.startsWith('orders'))).toEqual([])
  })
})
