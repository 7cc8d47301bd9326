// Many producers, a scheduler and a worker at once: never two jobs of one key at a time, and none is lost.

import { expect, it } from 'vitest'
import type { Resque } from '../../src/client/resque.ts'
import { turn } from '../../src/clock.ts'
import type { OnConflict } from '../../src/job/unique.ts'
import { eventually } from '../support/eventually.ts'
import { type World, world } from '../support/world.ts'

const keys = ['a', 'b', 'c'] as const
type Key = (typeof keys)[number]
const choices: readonly OnConflict[] = ['keep', 'replace', 'move', 'keep']

/** What the jobs saw: how many of a key ran at a time, and the news that they read when they began. */
class Watch {
  readonly news = new Map<Key, number>(keys.map((key) => [key, 0]))
  readonly seen = new Map<Key, number>()
  readonly #running = new Map<Key, number>()
  most = 0

  async perform(key: Key): Promise<void> {
    const running = (this.#running.get(key) ?? 0) + 1
    this.#running.set(key, running)
    this.most = Math.max(this.most, running)
    this.seen.set(key, this.news.get(key) ?? 0)
    for (let turns = 0; turns < 20; turns++) await turn()
    this.#running.set(key, running - 1)
  }
}

async function startDaemons(here: World, watch: Watch): Promise<void> {
  class Sync {
    perform(key: Key): Promise<void> {
      return watch.perform(key)
    }
  }
  await here.scheduler().start()
  await here.worker({ queues: 'sync', jobs: { Sync }, concurrency: 10 }).start()
}

/** Enqueues now and later, in every way, until it has called so often. -> the ids it was told */
async function produce(client: Resque, watch: Watch, until: 'started' | 'finished'): Promise<string[]> {
  const ids: string[] = []
  for (let call = 0; call < 120; call++) {
    const key = keys[call % 3] ?? 'a'
    const onConflict = choices[Math.floor(call / 3) % choices.length] ?? 'keep'
    watch.news.set(key, (watch.news.get(key) ?? 0) + 1)
    const verbs = client.with({ unique: { until, onConflict } })
    ids.push((await verbs.enqueueInWithQueue('sync', call % 7 === 0 ? 1 : 0, 'Sync', key)) ?? '')
  }
  return ids
}

it.each(['finished', 'started'] as const)('held until %s', async (until) => {
  const here = world()
  const watch = new Watch()
  await startDaemons(here, watch)
  const clients = [here.resque, here.client(), here.client(), here.client()]
  const ids = new Set((await Promise.all(clients.map((client) => produce(client, watch, until)))).flat())
  for (const id of ids) {
    const status = await here.resque.waitFor(id, { timeoutSeconds: 20 })
    expect(['complete', 'cancelled']).toContain(status?.state)
  }
  expect(await here.resque.delayed.count()).toBe(0)
  expect(await here.resque.queues.size('sync')).toBe(0)
  if (until === 'finished') expect(watch.most).toBe(1)
  // A job of a key that is freed by its start has all the news of those calls that were left to it.
  else await eventually(() => expect(watch.seen).toEqual(watch.news))
})

it('of calls at the same moment, one is the job of all', async () => {
  const here = world()
  const clients = Array.from({ length: 5 }, () => here.client())
  const unique = { unique: true } as const
  const calls = clients.flatMap((client) =>
    Array.from({ length: 20 }, () => client.with(unique).enqueueTo('sync', 'Sync', 'a')),
  )
  const ids = new Set(await Promise.all(calls))
  expect(ids.size).toBe(1)
  expect(await here.resque.queues.size('sync')).toBe(1)
})
