// A scheduler that takes no lock beside ours: it is told of when it is there, and never when it is not.

import { describe, expect, it } from 'vitest'
import { nodeQueue } from '../support/node-resque.ts'
import { phpPass } from '../support/php-scheduler.ts'
import { type Desk, desk, startMs } from '../support/recurring.ts'

class Note {
  static queue = 'mail'
  perform(_name: string): void {}
}

/** Our leader with delayed jobs, and what it tells of rivals. */
async function scene() {
  const here = desk()
  const inAnHour = new Date(startMs + 3_600_000)
  const id = String(await here.resque.enqueueAt(inAnHour, Note, 'a'))
  await here.resque.enqueueAt(new Date(startMs + 7_200_000), Note, 'b')
  const ours = here.ticked()
  const told: boolean[] = []
  ours.scheduler.on('rival', ({ isThere }) => told.push(isThere))
  return { here, ours, told, id, inAnHour }
}

/** The time at which something is laid out, and that by which it has been looked at. */
const laidAfterSeconds = 8
const lookedAfterSeconds = 15
const nextRoundSeconds = 300

async function seconds({ redis, keys }: Desk): Promise<string[]> {
  return redis.zrange(keys.schedule, '0', '-1')
}

describe('a scheduler without a lock', () => {
  it('is told of once, as long as it is there, and once when it is gone', async () => {
    const { here, ours, told } = await scene()
    for (let round = 0; round < 2; round++) {
      await ours.through(laidAfterSeconds)
      expect(await phpPass(here)).toBe(0)
      await ours.through(lookedAfterSeconds)
      expect(told).toEqual([true])
      await ours.through(nextRoundSeconds - laidAfterSeconds - lookedAfterSeconds + 5)
    }
    await ours.through(nextRoundSeconds + lookedAfterSeconds)
    expect(told).toEqual([true, false])
  })

  it('is not there: nothing is told, nothing is left behind, and no job is harmed', async () => {
    const { here, ours, told } = await scene()
    const before = await seconds(here)
    await ours.through(laidAfterSeconds)
    expect(await seconds(here)).toEqual(['-1', ...before])
    expect(await here.resque.delayed.count()).toBe(2)
    expect(await here.resque.delayed.timestamps()).toHaveLength(2)
    expect(await here.resque.delayed.next()).toEqual(new Date(startMs + 3_600_000))
    await ours.through(lookedAfterSeconds)
    expect(await seconds(here)).toEqual(before)
    expect(told).toEqual([])
  })

  it('is not looked for while nothing is delayed', async () => {
    const here = desk()
    const ours = here.ticked()
    await ours.through(laidAfterSeconds)
    expect(await here.redis.exists(here.keys.schedule)).toBe(0)
  })
})

type Scene = Awaited<ReturnType<typeof scene>>

const doings: Readonly<Record<string, (now: Scene) => Promise<unknown>>> = {
  'cancels the next job': ({ here, id }) => here.resque.cancel(id),
  'gives the next job another time': ({ here, id, inAnHour }) =>
    here.resque.reschedule(id, new Date(inAnHour.getTime() + 60_000)),
  'enqueues the next job at once': ({ here }) => here.resque.delayed.enqueueNow(Note, 'a'),
  'removes one by one': ({ here }) => here.resque.delayed.remove({ class: Note }),
  'clears everything': ({ here }) => here.resque.delayed.clear(),
  'clears everything, and another delays more': async ({ here, inAnHour }) => {
    await here.resque.delayed.clear()
    await here.resque.enqueueAt(new Date(inAnHour.getTime() + 1_000), Note, 'c')
  },
  'clears everything as Ruby does': ({ here }) => here.redis.del(here.keys.schedule),
  'lets all become due': async ({ here }) => here.clock.advance(8_000_000),
  'asks as node-resque does': async ({ here }) => {
    const node = await nodeQueue(here)
    await node.enqueueAt(startMs + 9_000_000, 'mail', 'Note', ['n'])
    await node.delDelayed('mail', 'Note', ['n'])
    await node.allDelayed()
  },
  'takes over in between': async ({ here, ours }) => {
    await here.redis.set(here.keys.leader, 'localhost:18716')
    await ours.through(6)
    await phpPass(here) // stands for the promotion of the one that leads
    await here.redis.del(here.keys.leader)
  },
}

it.each(Object.entries(doings))('nobody is told of who %s', async (_, act) => {
  const now = await scene()
  await now.ours.through(laidAfterSeconds)
  await act(now)
  await now.ours.through(lookedAfterSeconds + 20)
  expect(now.told).toEqual([])
  expect(await seconds(now.here)).not.toContain('-1')
})
