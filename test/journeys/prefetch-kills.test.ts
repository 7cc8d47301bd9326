// Processes that have hundreds of quick jobs in hand are killed, stand still, and lose their connections: each job is
// performed and settled once, and those alone that were in dead hands are performed once more. With QUICK_JOBS=200000
// and QUICK_BLOWS=40 in the environment it goes on for longer.

import { expect, it } from 'vitest'
import { mostAhead } from '../../src/worker/prefetch.ts'
import { calls, proxyOf } from '../support/quick-calls.ts'
import { QuickCrew } from '../support/quick-crew.ts'
import { type World, world } from '../support/world.ts'

const jobs = Number(process.env['QUICK_JOBS'] ?? 30_000)
const blows = Number(process.env['QUICK_BLOWS'] ?? 5)
const bulk = 1_000
/** How many jobs a worker performs at a time. */
const slots = 4

/** Enqueues jobs from this one on; resolves to the ids of those that are tracked. */
async function enqueue(w: World, from: number, count: number): Promise<string[]> {
  const untracked = w.client({ track: false })
  const ids: string[] = []
  for (let first = from; first < from + count; first += bulk) {
    const size = Math.min(bulk, from + count - first)
    const items = Array.from({ length: size }, (_, index) => {
      return { job: 'Quick', queue: 'mail', args: [first + index] }
    })
    if ((first / bulk) % 3 === 2) await untracked.enqueueBulk(items)
    else ids.push(...(await w.resque.enqueueBulk(items)).map(String))
  }
  return ids
}

/** Between two blows jobs come in, and some are settled: so that no blow falls when there is nothing to do. */
async function underBlows(w: World, crew: QuickCrew, blow: () => Promise<unknown>): Promise<string[]> {
  const [ids, part] = [[] as string[], jobs / blows]
  for (let from = 0; from < jobs; from += part) {
    ids.push(...(await enqueue(w, from, part)))
    await crew.untilSettled(from + Math.floor((Math.random() * part) / 2))
    await blow()
  }
  return ids
}

async function expectAllOnce(w: World, crew: QuickCrew, ids: readonly string[]): Promise<void> {
  await crew.untilSettled(jobs)
  await crew.dismiss()
  expect(await w.redis.get(w.keys.processed)).toBe(String(jobs))
  const left = (await w.allKeys()).filter((key) => !/^(job:[^:]+:status|stat:processed|queues)$/.test(key))
  expect(left).toEqual([])
  const times = crew.performed()
  expect(times.size).toBe(jobs)
  const wrong = [...times].filter(([name, count]) => count > 1 + (crew.inHand.get(name) ?? 0))
  expect(wrong).toEqual([])
  expect(crew.most).toBeLessThanOrEqual(slots + mostAhead)
  for (let first = 0; first < ids.length; first += bulk) {
    const records = await w.redis.mget(...ids.slice(first, first + bulk).map((id) => w.keys.status(id)))
    expect(records.filter((record) => !record?.includes('"status":4,'))).toEqual([])
  }
}

it(`${blows} of three workers are killed while ${jobs} quick jobs are performed`, async () => {
  const w = world()
  const crew = new QuickCrew(w)
  await crew.hire(3, slots)
  const ids = await underBlows(w, crew, () => crew.kill(crew.any()))
  await expectAllOnce(w, crew, ids)
  expect(crew.most).toBeGreaterThan(slots) // so some were killed that had taken jobs ahead
}, 300_000)

it(`${blows} times one of three workers stands still until it is taken for dead, and goes on`, async () => {
  const w = world()
  const crew = new QuickCrew(w)
  await crew.hire(3, slots)
  const ids = await underBlows(w, crew, () => crew.freeze(crew.any()))
  await expectAllOnce(w, crew, ids)
}, 300_000)

it('their connections break before and after calls, and some of them are killed', async () => {
  const w = world()
  const proxy = await proxyOf(w)
  const crew = new QuickCrew(w, proxy.url)
  await crew.hire(2, slots)
  const ids = await underBlows(w, crew, async () => {
    for (const when of ['before', 'after'] as const) {
      const nth = 1 + Math.floor(Math.random() * 4)
      proxy.trap({ match: calls('settle-quick'), when, nth, action: () => 'drop' })
    }
    if (Math.random() < 0.5) await crew.kill(crew.any())
  })
  await expectAllOnce(w, crew, ids)
}, 300_000)
