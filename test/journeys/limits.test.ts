// A class with a limit while its workers are killed and stand still: never more at a time, and every job performed.

import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { bringToEnd, buryTheDead, journal, journalKey, startActor, stations } from '../support/journey.ts'
import { type World, world } from '../support/world.ts'

async function mostAtATime(w: World): Promise<number> {
  return Number(await w.redis.zscore(`${journalKey(w)}:most`, 'most'))
}

async function holders(w: World): Promise<string[]> {
  return w.redis.zrange(`${w.keys.limitPrefix}holders:class/Few`, '0', '-1')
}

it.each(['SIGKILL', 'SIGSTOP'] as const)(
  'a limit holds through a %s, and no place is lost',
  async (signal) => {
    const w = world()
    await w.redis.set(`${journalKey(w)}:shut`, 'shut')
    const items = Array.from({ length: 30 }, (_, index) => ({ job: 'Few', queue: 'mail', args: [index] }))
    const ids = (await w.resque.enqueueBulk(items)).map(String)
    const hit = startActor('worker', w, w.url, { concurrency: 5, mood: { limited: true } })
    await eventually(async () => expect(await journal(w)).toHaveLength(2))
    const other = startActor('worker', w, w.url, { concurrency: 5, mood: { limited: true } })
    await eventually(async () => expect(await w.rooms.running.limits.parked()).toMatchObject([{ count: 28 }]))
    expect(await holders(w)).toHaveLength(2)

    hit.kill(signal)
    await buryTheDead(w)
    await eventually(async () => expect(await journal(w)).toHaveLength(4))
    const again = (await journal(w)).slice(2).map(({ id }) => id)
    expect(new Set(again)).toEqual(new Set(ids.slice(0, 2)))
    await w.redis.del(`${journalKey(w)}:shut`)
    if (signal === 'SIGSTOP') hit.kill('SIGCONT')
    await eventually(async () => {
      const states = [...(await stations(w)).values()].flat()
      expect(new Set(states)).toEqual(new Set(['complete']))
    })
    expect(await mostAtATime(w)).toBe(2)
    expect(await holders(w)).toEqual([])
    expect(await w.rooms.running.limits.parked()).toEqual([])
    other.kill('SIGTERM')
    await other.exit
    await bringToEnd(w, { mood: { limited: true } })
    expect(await journal(w)).toHaveLength(32)
  },
)
