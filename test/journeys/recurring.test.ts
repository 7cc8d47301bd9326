// The walk of a recurring entry on a real clock: it fires, and a restart does not begin its interval anew.

import { expect, it } from 'vitest'
import { loadSchedule } from '../../src/recurring/file.ts'
import { eventually } from '../support/eventually.ts'
import { journal, journeyWorker } from '../support/journey.ts'
import { type World, world } from '../support/world.ts'

const { entries } = loadSchedule('beat:\n  every: 3s\n  class: Note\n  queue: low\n  args: [hello]\n')

async function nowIs(ms: number): Promise<void> {
  await eventually(() => expect(Date.now()).toBeGreaterThanOrEqual(ms))
}

async function planned(w: World): Promise<(number | undefined)[]> {
  return (await journal(w)).map(({ recurring }) => recurring?.plannedMs)
}

it('a restart of the scheduler does not begin the interval anew', async () => {
  const w = world()
  const beforeMs = Date.now()
  const first = w.scheduler({ entries })
  await first.start()
  await first.stop()
  await w.worker(journeyWorker(w)).start()
  const registered = (await w.rooms.recurring('').all()).get('beat')
  expect(registered?.hasRun).toBe(false)
  expect(registered?.atMs).toBeGreaterThanOrEqual(beforeMs - 1)

  const dueMs = Math.ceil(((registered?.atMs ?? 0) + 3_000) / 1_000) * 1_000
  await nowIs(dueMs - 1_500)
  const second = w.scheduler({ entries })
  await second.start()
  await eventually(async () => expect(await planned(w)).toEqual([dueMs]))
  await second.stop()

  await nowIs(dueMs + 1_500)
  await w.scheduler({ entries }).start()
  await eventually(async () => expect(await planned(w)).toEqual([dueMs, dueMs + 3_000]))
  const [, run] = await journal(w)
  expect(run).toMatchObject({ args: ['hello'], recurring: { name: 'beat', previousMs: dueMs } })
  expect(run?.atMs).toBeGreaterThanOrEqual(dueMs + 3_000)
})

it('entries that are taken away stop, and new ones begin, without a restart', async () => {
  const w = world()
  const load = (name: string) =>
    loadSchedule(`${name}:\n  cron: "* * * * * *"\n  class: Note\n  queue: low\n`).entries
  const scheduler = w.scheduler({ entries: load('old') })
  const fired: string[] = []
  scheduler.on('fired', ({ entry }) => fired.push(entry))
  await scheduler.start()
  await eventually(() => expect(fired).toContain('old'))
  scheduler.reload(load('new'))
  await eventually(() => expect(fired.slice(-2)).toEqual(['new', 'new']))
})
