// Recurring entries and five schedulers, whose leader is killed, or paused beyond its lease, again and again:
// every planned time is enqueued, and none twice.

import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { Fleet } from '../support/fleet.ts'
import { atEnd } from '../support/journey.ts'
import { atRandom } from '../support/outage.ts'
import { type World, world } from '../support/world.ts'

const names = ['first', 'second', 'third', 'by_cron']
const when = (name: string): string => (name === 'by_cron' ? 'cron: "* * * * * *"' : 'every: 1s')
const schedule = names
  .map((name) => `${name}:\n  ${when(name)}\n  class: Note\n  queue: ${name}\n  catch_up: all\n`)
  .join('')

/** The planned times of the jobs that an entry has enqueued, in their order. */
async function planned({ redis, keys }: World, name: string): Promise<number[]> {
  const payloads = await redis.lrange(keys.queue(name), 0, -1)
  return payloads.map(
    (payload) => (JSON.parse(payload) as { recurring: { planned_ms: number } }).recurring.planned_ms,
  )
}

function everySecondSince(first = 0, count = 0): number[] {
  return Array.from({ length: count }, (_, index) => first + index * 1_000)
}

it('fires every planned time once, whatever befalls the leaders', { timeout: 40_000 }, async () => {
  const w = world()
  const fleet = atEnd(new Fleet(w, schedule, 5))
  await eventually(async () => expect(await planned(w, 'first')).not.toEqual([]))
  const over = new AbortController()
  const evil = atRandom(over.signal, 500, () =>
    Math.random() < 0.5 ? fleet.killLeader() : fleet.pauseLeader(),
  )
  await eventually(
    async () => {
      expect((await planned(w, 'first')).length).toBeGreaterThan(12)
      expect(Math.min(fleet.killed, fleet.paused)).toBeGreaterThan(2)
    },
    { timeoutMs: 30_000, intervalMs: 100 },
  )
  over.abort()
  await evil
  const reached = Date.now()
  await eventually(async () => {
    for (const name of names) expect((await planned(w, name)).at(-1)).toBeGreaterThan(reached)
  })
  await fleet.stop()
  for (const name of names) {
    const times = await planned(w, name)
    expect(times).toEqual(everySecondSince(times[0], times.length))
  }
})
