// kill -9 between any two steps of any program: afterwards every acknowledged job is in exactly one station,
// and fresh programs bring it to its end, performed once, or twice if it was in the dead program's hands.

import { expect, it } from 'vitest'
import { killedAt } from '../support/break-at.ts'
import { startProxy } from '../support/chaos-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { type FaultPoint, faults, type Side } from '../support/fault-points.ts'
import {
  acknowledged,
  atEnd,
  bringToEnd,
  buryTheDead,
  expectOnePlaceEach,
  hurry,
  journal,
  performances,
  startActor,
  stations,
} from '../support/journey.ts'
import { type World, world } from '../support/world.ts'

/** Resolves to the ids that somebody was told, and the one that was hit. */
async function crash(w: World, point: FaultPoint, when: Side): Promise<{ known: string[]; hit: string }> {
  const ids = await point.setUp(w)
  const proxy = atEnd(await startProxy(w.url))
  const program = await killedAt(
    proxy,
    when,
    point,
    () => startActor(point.actor, w, proxy.url, point.part?.(ids)),
    async (started) => point.provoke?.(started, w),
  )
  const known = ids.length > 0 ? ids : acknowledged(program)
  const unknown = [...(await stations(w)).keys()].find((id) => !known.includes(id))
  return { known, hit: ids[0] ?? unknown ?? 'nowhere' }
}

async function crashAndRecover(point: FaultPoint, when: Side): Promise<void> {
  const w = world()
  const { known, hit } = await crash(w, point, when)
  const { station, end, performed } = point[when]

  const found = await stations(w)
  await expectOnePlaceEach(w, found)
  expect(found.get(hit)?.[0] ?? null).toBe(station)
  expect(known.filter((id) => id !== hit && !found.has(id))).toEqual([])

  await buryTheDead(w)
  await hurry(w)
  await bringToEnd(w)

  const ended = await stations(w)
  const counts = await performances(w)
  await expectOnePlaceEach(w, ended)
  expect(ended.get(hit)?.[0] ?? null).toBe(end)
  expect(counts.get(hit) ?? 0).toBe(performed)
  for (const id of known) if (id !== hit) expect([ended.get(id), counts.get(id)]).toEqual([['complete'], 1])
  expect(await w.redis.exists(w.keys.attempts, w.keys.deaths, w.keys.schedule)).toBe(0)
}

for (const { point, when, where } of faults) it(`killed ${where}`, () => crashAndRecover(point, when))

const schedule = 'tick:\n  every: 1s\n  class: Note\n  queue: mail\n  catch_up: all\n'

async function crashWhileFiring(when: Side): Promise<void> {
  const w = world()
  const proxy = atEnd(await startProxy(w.url))
  await killedAt(proxy, when, { script: 'fire' }, () => startActor('scheduler', w, proxy.url, { schedule }))
  expect((await stations(w)).size).toBe(when === 'before' ? 0 : 1)

  await buryTheDead(w)
  const next = startActor('scheduler', w, w.url, { schedule })
  await eventually(() =>
    expect(next.lines.filter((line) => line.startsWith('fired')).length).toBeGreaterThan(1),
  )
  next.kill('SIGTERM')
  await next.exit
  await bringToEnd(w)
  const planned = (await journal(w)).map(({ recurring }) => recurring?.plannedMs ?? 0)
  expect(planned.length).toBeGreaterThan(when === 'before' ? 1 : 2)
  expect(planned).toEqual(planned.map((_, index) => (planned[0] ?? 0) + index * 1_000))
}

it('killed before fire reaches Redis', () => crashWhileFiring('before'))
it('killed after fire, before its reply', () => crashWhileFiring('after'))
