// A worker that stands still for so long that it is taken for dead, and then goes on: its job has been given to
// another one, and what it says of it is refused.

import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { buryTheDead, journal, journeyWorker, openGate, startActor } from '../support/journey.ts'
import { world } from '../support/world.ts'

it('a paused worker is refused the job that another has performed, joins anew and goes on', async () => {
  const w = world()
  const id = String(await w.resque.enqueueTo('mail', 'Gated'))
  const paused = startActor('worker', w, w.url)
  await eventually(async () => expect(await journal(w)).toHaveLength(1))
  paused.kill('SIGSTOP')
  await buryTheDead(w)
  expect((await w.resque.status(id))?.state).toBe('waiting')

  const other = w.worker(journeyWorker(w))
  await other.start()
  await eventually(async () => expect(await journal(w)).toHaveLength(2))
  await openGate(w)
  const ended = await w.resque.waitFor(id)
  expect(ended).toMatchObject({ state: 'complete', attempts: 2 })
  await other.stop()

  paused.kill('SIGCONT')
  await paused.waitForLine(/^refused/)
  expect(await w.resque.status(id)).toEqual(ended)
  expect(await w.redis.get(w.keys.processed)).toBe('1')
  const next = String(await w.resque.enqueueTo('mail', 'Note'))
  expect((await w.resque.waitFor(next))?.state).toBe('complete')
  expect(paused.lines.filter((line) => line.startsWith('started'))).toHaveLength(2)
})
