// Ten thousand entries: each fires once, and everything else goes on meanwhile.

import { expect, it } from 'vitest'
import { turn } from '../../src/clock.ts'
import { type Desk, desk, entriesOf, type Ticked } from '../support/recurring.ts'

const count = 10_000

function many(every: string): ReturnType<typeof entriesOf> {
  return entriesOf(
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`entry${index}`, { every }])),
  )
}

/** How often other things had their turn while a promise was under way. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0
  let isOver = false
  const end = work.finally(() => {
    isOver = true
  })
  while (!isOver) {
    await turn()
    turns++
  }
  await end
  return turns
}

async function names(here: Desk): Promise<Set<string>> {
  const payloads = await here.redis.lrange(here.keys.queue('reports'), 0, -1)
  return new Set(payloads.map((text) => /"name":"(entry\d+)"/.exec(text)?.[1] ?? text))
}

async function ready(here: Desk): Promise<Ticked> {
  const beat = here.ticked({ entries: many('1m') })
  expect(await turnsDuring(beat.tick())).toBeGreaterThan(20)
  return beat
}

it('are loaded, and fired in one tick, each once', async () => {
  const here = desk()
  const beat = await ready(here)
  expect(await turnsDuring(beat.after(60))).toBeGreaterThan(20)
  expect((await names(here)).size).toBe(count)
  await beat.tick()
  expect(await here.resque.queues.size('reports')).toBe(count)
  expect(beat.told.filter(({ event }) => event === 'fired')).toHaveLength(count)
})

it('are fired by several schedulers at once, each once', async () => {
  const here = desk()
  const beats = [await ready(here)]
  for (let index = 0; index < 2; index++) {
    const other = here.ticked({ entries: many('1m') })
    await here.redis.del(here.keys.leader)
    await other.tick()
    beats.push(other)
  }
  // All three believe that they lead; the lock is passed from one to the next while they fire.
  here.clock.advance(60_000)
  const fired = beats.map(async ({ scheduler, tick }) => {
    await here.redis.set(here.keys.leader, scheduler.name)
    await tick()
  })
  await Promise.all(fired)
  await here.redis.del(here.keys.leader)
  for (const { tick } of beats) {
    await here.redis.del(here.keys.leader)
    await tick()
  }
  expect(await here.resque.queues.size('reports')).toBe(count)
  expect((await names(here)).size).toBe(count)
})

it('are listed', async () => {
  const here = desk()
  await ready(here)
  const entries = await here.resque.recurring.list()
  expect(entries).toHaveLength(count)
  expect(entries[0]).toMatchObject({ name: 'entry0', every: '1m', source: 'file' })
})
