// A job is found in its bucket by halving: what that takes hardly grows with the bucket. Counted in commands.

import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { fillBucket, type Made, madeJob } from '../support/buckets.ts'
import { eventually } from '../support/eventually.ts'
import { delayedBy } from '../support/foreign-payloads.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { type World, world } from '../support/world.ts'

class Tick {
  static queue = 'ticks'
  perform(_name: string): void {}
}

const dueSeconds = 2_000_000_000
const beganMs = 1_900_000_000_000
/** After so long the digits of an id that tell when it was made repeat. */
const roundMs = 64 * 2 ** 20
/** To walk through these takes 63 calls of LRANGE, 32 entries each. */
const size = 2_000

/** A server whose counters nobody else moves. */
let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

interface Looks {
  /** At a single entry, by LINDEX. */
  readonly single: number
  /** At several entries, by LRANGE. */
  readonly several: number
}

async function looksOf({ redis }: World, act: () => Promise<unknown>): Promise<Looks> {
  await redis.config('RESETSTAT')
  await act()
  const text = await redis.info('commandstats')
  const calls = (name: string) => Number(text.match(new RegExp(`cmdstat_${name}:calls=(\\d+)`))?.[1] ?? 0)
  return { single: calls('lindex'), several: calls('lrange') }
}

/** What the dearest of some calls needed: each job is located, and then cancelled or moved. */
async function dearest(here: World, ids: readonly string[]): Promise<Looks> {
  const all: Looks[] = []
  for (const [index, id] of ids.entries()) {
    const locate = async () => expect(await here.rooms.delayed.locate(id)).not.toBeNull()
    const take = async () => {
      const done = index % 2 === 0 ? here.resque.cancel(id) : here.resque.reschedule(id, dueSeconds + 60)
      expect(await done).toBe(true)
    }
    all.push(await looksOf(here, locate), await looksOf(here, take))
  }
  const most = (name: keyof Looks) => Math.max(...all.map((looks) => looks[name]))
  return { single: most('single'), several: most('several') }
}

/** Its ends, and what lies evenly between. */
function some<Item>(items: readonly Item[]): Item[] {
  return items.filter((_, index) => index % Math.floor(items.length / 20) === 0 || index === items.length - 1)
}

function ids(made: readonly Made[]): string[] {
  return some(made).map(({ id }) => id)
}

async function filled(entries: readonly (Made | string)[]): Promise<World> {
  const here = world({ url: server.url })
  const payloads = entries.map((entry) => (typeof entry === 'string' ? entry : entry.payload))
  await fillBucket(here, dueSeconds, payloads)
  return here
}

interface Producing {
  readonly firstMs?: number
  readonly stepMs?: number
  readonly firstCount?: number
  readonly plannedSeconds?: number
}

/** What a process makes, one after another. */
function produced(count: number, producing: Producing = {}): Made[] {
  const { firstMs = beganMs, stepMs = 7, firstCount = 0, plannedSeconds = dueSeconds } = producing
  return Array.from({ length: count }, (_, index) =>
    madeJob({
      dueSeconds: plannedSeconds,
      nowMs: firstMs + Math.floor(index * stepMs),
      count: firstCount + index,
    }),
  )
}

/** Two lists in one, so many of each by turns. */
function inTurns<Item>(one: readonly Item[], other: readonly Item[], each: number): Item[] {
  const turns = Array.from({ length: Math.ceil(one.length / each) }, (_, turn) => turn * each)
  return turns.flatMap((from) => [...one.slice(from, from + each), ...other.slice(from, from + each)])
}

const anotherCount = 2 ** 33 + 5

async function expectFew(here: World, made: readonly string[], most: Looks = { single: 60, several: 9 }) {
  const { single, several } = await dearest(here, made)
  expect(single).toBeLessThanOrEqual(most.single)
  expect(several).toBeLessThanOrEqual(most.several)
}

describe('among 2,000 of its second a job is found by few looks', () => {
  it('when the client has made them, in bulk and one by one', async () => {
    const here = world({ url: server.url })
    const at = new Date(dueSeconds * 1000)
    const items = Array.from({ length: size / 2 }, () => ({ job: Tick, args: ['x'] as const, at }))
    const inBulk = await here.resque.enqueueBulk(items)
    const oneByOne = await Promise.all(items.map(() => here.resque.enqueueAt(at, Tick, 'y')))
    const made = some([...inBulk, ...oneByOne]).map((id) => id ?? '')
    await expectFew(here, made, { single: 8, several: 1 })
  })

  it.each([
    ['at once', 0],
    ['in quick succession', 1 / 50],
    ['within seconds', 7],
    ['within three rounds of 18.6 hours', (2.9 * roundMs) / size],
  ])('when one process has made them %s', async (_when, stepMs) => {
    const made = produced(size, { stepMs })
    await expectFew(await filled(made), ids(made))
  })

  it('when its count has run over', async () => {
    const made = produced(size, { firstCount: -size / 2 })
    await expectFew(await filled(made), ids(made))
  })

  it("when its producer's idea of the time jumps back now and then", async () => {
    const jumping = (index: number) => beganMs + Math.floor(index / 10) + (index % 300 > 150 ? 90 : 0)
    const made = Array.from({ length: size }, (_, index) =>
      madeJob({ dueSeconds, nowMs: jumping(index), count: index }),
    )
    await expectFew(await filled(made), ids(made))
  })

  it.each([1, 3, 50])('when two processes have made them at once, %d each by turns', async (each) => {
    const one = produced(size / 2, { stepMs: 1 / 20 })
    const other = produced(size / 2, { stepMs: 1 / 20, firstMs: beganMs + 11, firstCount: anotherCount })
    await expectFew(await filled(inTurns(one, other, each)), [...ids(one), ...ids(other)])
  })

  it('when each tenth of them was moved there from another second', async () => {
    const made = produced(size)
    const moved = produced(size / 10, { firstMs: beganMs - 3_600_000, plannedSeconds: dueSeconds - 9 })
    const entries = made.flatMap((job, index) => [
      job,
      ...(index % 10 === 0 ? moved.slice(index / 10, index / 10 + 1) : []),
    ])
    await expectFew(await filled(entries), ids(made))
  })

  it('when as many were written by others, in runs', async () => {
    const made = produced(size / 2)
    const foreign = [...Object.values(delayedBy).map(({ payload }) => payload), '', '}', 'no job', '"id":"']
    const others = Array.from({ length: size / 2 }, (_, index) => foreign[index % foreign.length] ?? '')
    await expectFew(await filled([...inTurns<Made | string>(made, others, 20), ...foreign]), ids(made))
  })
})

it('a job is taken out from the end of its bucket that is nearer', async () => {
  const made = produced(size)
  const here = await filled(made)
  const monitor = await new Redis(server.url).monitor()
  onTestFinished(() => monitor.disconnect())
  const said: string[] = []
  monitor.on('monitor', (_time, [name, _key, count]: string[]) => {
    if (name === 'LREM') said.push(count ?? '')
  })
  for (const index of [3, 900, 1_100, 1_990]) await here.resque.cancel(made[index]?.id ?? '')
  await eventually(() => expect(said).toEqual(['1', '1', '-1', '-1']))
})
