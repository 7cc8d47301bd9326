// A connection that breaks between any two steps of any program, which goes on by itself: nothing is lost, and
// nothing is performed twice.

import { expect, it } from 'vitest'
import { cutAt } from '../support/break-at.ts'
import { startProxy } from '../support/chaos-proxy.ts'
import { type FaultPoint, faults, type Side } from '../support/fault-points.ts'
import {
  acknowledged,
  atEnd,
  bringToEnd,
  expectOnePlaceEach,
  hurry,
  performances,
  startActor,
  stations,
} from '../support/journey.ts'
import { world } from '../support/world.ts'

async function cutAndGoOn(point: FaultPoint, when: Side): Promise<void> {
  const w = world()
  const ids = await point.setUp(w)
  const proxy = atEnd(await startProxy(w.url))
  const trap = cutAt(proxy, when, point)
  const program = startActor(point.actor, w, proxy.url, point.part?.(ids))
  await point.provoke?.(program, w)
  await trap.sprung
  if (point.actor === 'client') await program.exit
  await hurry(w)
  await bringToEnd(w)

  const ended = await stations(w)
  const counts = await performances(w)
  await expectOnePlaceEach(w, ended)
  const known = ids.length > 0 ? ids : acknowledged(program)
  const { performed, end } = point.repeats === false ? point[when] : point.after
  const hit = ids[0] ?? known.at(-1) ?? ''
  expect(ended.get(hit)?.[0] ?? null).toBe(end)
  expect(counts.get(hit) ?? 0).toBe(performed)
  expect([...counts.keys()].filter((id) => !known.includes(id))).toEqual([])
  for (const id of known) if (id !== hit) expect([ended.get(id), counts.get(id)]).toEqual([['complete'], 1])
}

for (const { point, when, where } of faults) it(`cut off ${where}`, () => cutAndGoOn(point, when))
