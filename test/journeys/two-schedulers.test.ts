// A leader and its hot standby: who takes over, when, and that nobody notices.

import { expect, it } from 'vitest'
import type { Program } from '../support/child.ts'
import { eventually } from '../support/eventually.ts'
import { journal, journeyWorker, startActor } from '../support/journey.ts'
import { type World, world } from '../support/world.ts'

interface Pair {
  readonly leader: Program
  readonly standby: Program
}

async function pair(w: World): Promise<Pair> {
  const leader = startActor('scheduler', w, w.url)
  await leader.waitForLine(/^leading/)
  const standby = startActor('scheduler', w, w.url)
  await standby.waitForLine(/^standby/)
  return { leader, standby }
}

async function expectPromotes(w: World): Promise<void> {
  const id = await w.resque.enqueueInWithQueue('mail', 1, 'Note')
  const worker = w.worker(journeyWorker(w))
  await worker.start()
  expect((await w.resque.waitFor(String(id), { timeoutSeconds: 10 }))?.state).toBe('complete')
  await worker.stop()
}

it('a standby takes over when the lease of a leader that was killed has ended', async () => {
  const w = world()
  const { leader, standby } = await pair(w)
  leader.kill('SIGKILL')
  await leader.exit
  expect(await w.redis.pttl(w.keys.leader)).toBeGreaterThan(0)
  expect(standby.lines.some((line) => line.startsWith('leading'))).toBe(false)
  await w.redis.pexpire(w.keys.leader, 300)
  await standby.waitForLine(/^leading/)
  await expectPromotes(w)
})

it('a standby takes over at its next look when the leader is stopped', async () => {
  const w = world()
  const { leader, standby } = await pair(w)
  leader.kill('SIGTERM')
  await leader.exit
  expect(leader.lines.at(-1)).toMatch(/^ended/)
  await standby.waitForLine(/^leading/, 5_000)
  await expectPromotes(w)
})

it('a leader that was paused beyond its lease stands by when it wakes, and moves nothing', async () => {
  const w = world()
  const { leader, standby } = await pair(w)
  leader.kill('SIGSTOP')
  await w.redis.del(w.keys.leader)
  await standby.waitForLine(/^leading/)
  leader.kill('SIGCONT')
  await leader.waitForLine(/^standby/)
  await expectPromotes(w)
  expect(await journal(w)).toHaveLength(1)
})

it('a clean stop of the standby leaves the leader its lease', async () => {
  const w = world()
  const { leader, standby } = await pair(w)
  const holder = await w.redis.get(w.keys.leader)
  standby.kill('SIGTERM')
  expect((await standby.exit).code).toBe(0)
  expect(await w.redis.get(w.keys.leader)).toBe(holder)
  await expectPromotes(w)
  leader.kill('SIGTERM')
  expect((await leader.exit).code).toBe(0)
  await eventually(async () => expect(await w.redis.exists(w.keys.leader)).toBe(0))
})
