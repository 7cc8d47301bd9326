// Four worker processes, 20,000 jobs, and kill -9 or SIGSTOP at random moments: each job is performed, those that a
// dead process had in hand at most once more for each time, and each is settled exactly once. With PROOF_JOBS=200000
// and PROOF_KILLS=50 in the environment it does so at greater length.

import { expect, it } from 'vitest'
import { Crew } from '../support/crew.ts'
import { eventually } from '../support/eventually.ts'
import { performances } from '../support/journey.ts'
import { type World, world } from '../support/world.ts'

const jobs = Number(process.env['PROOF_JOBS'] ?? 20_000)
const kills = Number(process.env['PROOF_KILLS'] ?? 8)
const bulk = 1_000
/** So many jobs are performed between two blows: those that came back from the dead come first, and are done then. */
const calm = 200
/** A death more than this, and a job fails. */
const mostDeaths = 2

async function enqueueAll({ resque }: World, count: number): Promise<string[]> {
  const ids: string[] = []
  while (ids.length < count) {
    const some = Array.from({ length: Math.min(bulk, count - ids.length) }, (_, index) => {
      return { job: 'Note', queue: 'mail', args: [ids.length + index] }
    })
    ids.push(...(await resque.enqueueBulk(some)).map(String))
  }
  return ids
}

/** All are settled: the counter of performed jobs counts each of them once, and nobody has one in hand. */
async function expectSettledOnce(w: World, ids: readonly string[], crew: Crew): Promise<void> {
  const settled = { timeoutMs: 60_000, intervalMs: 20 }
  await eventually(async () => expect(await w.redis.get(w.keys.processed)).toBe(String(ids.length)), settled)
  await crew.dismiss()
  expect(await w.redis.get(w.keys.processed)).toBe(String(ids.length))
  expect(await w.redis.exists(w.keys.queue('mail'), w.keys.failed, w.keys.deaths)).toBe(0)
  expect(await w.redis.keys(`${w.keys.workerPrefix}*`)).toEqual([])
}

/** Who was in no dead process's hands was performed once; who was, at most once more for each. */
async function expectPerformed(w: World, ids: readonly string[], { inHand }: Crew): Promise<void> {
  const counts = await performances(w)
  expect(counts.size).toBe(ids.length)
  const wrong = ids.filter((id) => {
    const times = counts.get(id) ?? 0
    return times < 1 || times > 1 + (inHand.get(id) ?? 0)
  })
  expect(wrong.map((id) => [id, counts.get(id), inHand.get(id)])).toEqual([])
  expect(Math.max(...inHand.values())).toBeLessThanOrEqual(mostDeaths)
}

/** At so many random moments, spread over all jobs. */
function moments(): number[] {
  return Array.from({ length: kills }, () => Math.floor(Math.random() * 0.9 * jobs)).sort((a, b) => a - b)
}

it(`${kills} of four workers are killed while ${jobs} jobs are performed`, async () => {
  const w = world()
  const crew = new Crew(w)
  const ids = await enqueueAll(w, jobs)
  await crew.hire(4)
  for (const moment of moments()) {
    await crew.untilPerformed(Math.min(Math.max(moment, (await crew.performed()) + calm), jobs))
    await crew.kill(crew.any())
  }
  await expectSettledOnce(w, ids, crew)
  await expectPerformed(w, ids, crew)
  expect(crew.inHand.size).toBeGreaterThan(0)
}, 300_000)

it(`${kills} times one of four workers stands still until it is taken for dead, and goes on`, async () => {
  const w = world()
  const crew = new Crew(w)
  const ids = await enqueueAll(w, jobs)
  await crew.hire(4)
  for (const moment of moments()) {
    await crew.untilPerformed(Math.min(Math.max(moment, (await crew.performed()) + calm), jobs))
    const stopped = crew.any()
    const inHand = await crew.stop(stopped)
    await crew.untilPerformed(Math.min(moment + 100, jobs))
    crew.goOn(stopped)
    if (inHand > 0) await stopped.waitForLine(/^refused/)
  }
  await expectSettledOnce(w, ids, crew)
  await expectPerformed(w, ids, crew)
}, 300_000)
